// The team of an agency: who asked a member in, the mail that says so, and his sign-ins found by an index.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table memberships add column invited_by uuid references members (id) on delete set null`.execute(db);
  await sql`
    create index events_of_sign_ins on events (agency_id, member_id, at) where kind = 'member.signed-in'`.execute(db);
  await sql`
    alter table member_mail_requests
      drop constraint member_mail_requests_kind_check,
      add constraint member_mail_requests_kind_check check (kind in ('reset', 'invite')),
      add column agency_id uuid references agencies (id) on delete cascade,
      add constraint member_mail_requests_agency check ((kind = 'invite') = (agency_id is not null))`.execute(db);
}
