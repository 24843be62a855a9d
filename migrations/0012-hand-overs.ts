// Hand-overs: how a contact who is signed in on one host of an agency takes his session along to the host that the agency selected.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table hand_overs (
      agency_id uuid not null,
      token_hash bytea not null check (octet_length(token_hash) = 32),
      session_id uuid not null,
      browser_hash bytea not null check (octet_length(browser_hash) = 32),
      host text not null,
      expires_at timestamptz not null default now() + interval '60 seconds',
      primary key (agency_id, token_hash),
      foreign key (agency_id, session_id) references contact_sessions (agency_id, id) on delete cascade
    )`.execute(db);
  await sql`create index hand_overs_by_session on hand_overs (agency_id, session_id)`.execute(db);
  await sql`select protect_table('hand_overs')`.execute(db);
}
