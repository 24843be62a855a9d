// The story of each e-mail where it is out of the ordinary, batches that wait, why an address is suppressed, and what the log reads by.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // What the relay answered last, without addresses, links and tokens.
  await sql`alter table emails add column response text`.execute(db);
  await sql`alter table email_batches add column paused_at timestamptz`.execute(db);
  await sql`
    alter table suppressions
      add column kind text not null default 'bounce' check (kind in ('bounce', 'complaint')),
      add column email_id uuid`.execute(db);

  // A message that goes out at the first attempt adds no row: its own row says it all.
  await sql`
    create table email_steps (
      agency_id uuid not null references agencies (id) on delete cascade,
      email_id uuid not null,
      id uuid not null default uuidv7(),
      at timestamptz not null default now(),
      kind text not null check (kind in
        ('delayed', 'refused', 'paused', 'failed', 'suppressed', 'cancelled', 'queued-again', 'bounced', 'late', 'complained')),
      attempt integer,
      member_id uuid references members (id) on delete set null,
      reason text,
      smtp_status text,
      response text,
      primary key (agency_id, email_id, id),
      foreign key (agency_id, email_id) references emails (agency_id, id) on delete cascade
    )`.execute(db);
  await sql`select protect_table('email_steps')`.execute(db);

  // The log is read by id, which is newest first by the primary key. Queued and sent ones are found along it, or through their jobs;
  // only what is rarer has an index, so that an e-mail that goes well writes none of these.
  await sql`
    create index emails_in_trouble on emails (agency_id, status, id)
      where status in ('delayed', 'bounced', 'suppressed', 'failed', 'cancelled')`.execute(db);
  await sql`create index emails_by_kind on emails (agency_id, kind, id) where kind <> 'login-email'`.execute(db);
  await sql`create index email_batches_by_time on email_batches (agency_id, created_at desc, id)`.execute(db);

  // The members' door counts an agency's failed e-mails for its sidebar in the statement that it asks anyway: of the e-mails it may
  // see that there is a failed one, and nothing else.
  await sql`create policy failures on emails for select to portico_directory using (status = 'failed')`.execute(db);
  await sql`grant select (agency_id, status) on emails to portico_directory`.execute(db);

  // A short name for an agency in addresses that bounces come back to, where 64 characters have to hold everything.
  await sql`alter table agencies add column bounce_number integer not null generated always as identity unique`.execute(
    db,
  );
}
