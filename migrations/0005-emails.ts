// E-mails with their state in words, the batches they were asked for in, requests from the sign-in page, and suppressions.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table email_batches (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null default uuidv7(),
      kind text not null check (kind in ('invite', 'login-email')),
      member_id uuid references members (id) on delete set null,
      total integer not null default 0,
      stopped_at timestamptz,
      created_at timestamptz not null default now(),
      primary key (agency_id, id)
    )`.execute(db);
  await sql`select protect_table('email_batches')`.execute(db);

  await sql`
    create table emails (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null default uuidv7(),
      kind text not null check (kind in ('invite', 'login-email', 'sign-in-link', 'reset-password', 'confirm-email', 'email-changed')),
      contact_id uuid,
      batch_id uuid,
      sent_by uuid references members (id) on delete set null,
      to_email text not null,
      personal_message text check (char_length(personal_message) <= 500),
      destination text not null default '/',
      lifetime_seconds integer not null,
      browser_hash bytea,
      asked_from text,
      status text not null default 'queued' check (status in
        ('queued', 'sending', 'sent', 'delayed', 'bounced', 'suppressed', 'failed', 'cancelled')),
      reason text,
      message_id text,
      attempts integer not null default 0,
      queued_at timestamptz not null default now(),
      status_at timestamptz not null default now(),
      sent_at timestamptz,
      primary key (agency_id, id),
      foreign key (agency_id, contact_id) references contacts (agency_id, id) on delete set null (contact_id),
      foreign key (agency_id, batch_id) references email_batches (agency_id, id)
    )`.execute(db);
  await sql`create index emails_by_contact on emails (agency_id, contact_id, queued_at desc)`.execute(db);
  await sql`create index emails_by_batch on emails (agency_id, batch_id, status) where batch_id is not null`.execute(
    db,
  );
  await sql`create index emails_by_time on emails (agency_id, queued_at desc, id)`.execute(db);
  await sql`select protect_table('emails')`.execute(db);
  await sql`
    alter table contacts add foreign key (agency_id, last_email_id) references emails (agency_id, id)
      on delete set null (last_email_id)`.execute(db);

  // Every e-mail moves its contact's last_email_id. With room on the page the new version lies beside the old one and none of the
  // table's indexes is written: ten thousand at once took half the time.
  await sql`alter table contacts set (fillfactor = 70)`.execute(db);

  // What somebody typed on a sign-in page, whether or not the address is known: looked up by a job, so that both take as long.
  await sql`
    create table mail_requests (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null default uuidv7(),
      kind text not null check (kind in ('sign-in-link', 'reset-password')),
      email text not null,
      destination text not null default '/',
      browser_hash bytea,
      asked_from text,
      created_at timestamptz not null default now(),
      primary key (agency_id, id)
    )`.execute(db);
  await sql`select protect_table('mail_requests')`.execute(db);

  await sql`
    create table suppressions (
      agency_id uuid not null references agencies (id) on delete cascade,
      email text not null,
      reason text not null,
      created_at timestamptz not null default now(),
      primary key (agency_id, email)
    )`.execute(db);
  await sql`select protect_table('suppressions')`.execute(db);
}
