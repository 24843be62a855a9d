// Events: the append-only record of who did what; the application's role may add and read, never change.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table events (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null default uuidv7(),
      at timestamptz not null default now(),
      kind text not null,
      member_id uuid,
      contact_id uuid,
      link_id uuid,
      email_id uuid,
      address text,
      data jsonb not null default '{}',
      primary key (agency_id, id)
    )`.execute(db);
  await sql`create index events_by_contact on events (agency_id, contact_id, at desc)`.execute(db);
  await sql`select protect_table('events')`.execute(db);
  await sql`revoke update, delete on events from portico_app`.execute(db);
  await sql`create policy directory on events for insert to portico_directory with check (true)`.execute(db);
  await sql`grant insert on events to portico_directory`.execute(db);
}
