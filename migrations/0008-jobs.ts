// Jobs: what happens after a transaction, with leases that fence and lanes that keep one agency's bulk from delaying another's.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // No reference to agencies: the platform's own jobs (a member's forgotten password) stand under the nil uuid.
  await sql`
    create table jobs (
      agency_id uuid not null,
      id uuid not null default uuidv7(),
      kind text not null,
      lane text not null check (lane in ('interactive', 'bulk')),
      payload jsonb not null default '{}',
      email_id uuid,
      run_at timestamptz not null default now(),
      attempts integer not null default 0,
      crashes integer not null default 0,
      lease_id uuid,
      leased_until timestamptz,
      leased_by text,
      quarantined_at timestamptz,
      last_error text,
      created_at timestamptz not null default now(),
      primary key (agency_id, id)
    )`.execute(db);
  await sql`
    create index jobs_ready on jobs (lane, agency_id, run_at, id)
      where lease_id is null and quarantined_at is null`.execute(db);
  await sql`create index jobs_leased on jobs (leased_until) where lease_id is not null`.execute(db);
  await sql`create index jobs_by_email on jobs (agency_id, email_id) where email_id is not null`.execute(db);
  await sql`select protect_table('jobs')`.execute(db);
  await sql`select open_to_directory('jobs', 'select, insert, update, delete')`.execute(db);
  await sql`
    create function announce_jobs() returns trigger language plpgsql as $$
    begin
      perform pg_notify('jobs_ready', '');
      return null;
    end $$`.execute(db);
  await sql`
    create trigger jobs_announced after insert on jobs
      for each statement execute function announce_jobs()`.execute(db);
}
