// Workflows: what an agency wants to happen by itself, version by version, and what each contact's run of one has done so far.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // The draft is what the editor holds and nobody has put to use; the trigger and the conditions are the current version's, as columns,
  // so that one statement can ask who enters. scanned_to is how far the moments that a trigger in days waits for were looked at.
  await sql`
    create table workflows (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null default uuidv7(),
      name text not null check (char_length(name) between 1 and 60),
      current_id uuid,
      draft jsonb check (octet_length(draft::text) <= 65536),
      trigger text check (trigger in ('contact-created', 'tag-added', 'tag-removed', 'invited', 'not-joined', 'joined', 'signed-in',
                                      'not-signed-in', 'link-expired', 'email-bounced')),
      trigger_tag text,
      trigger_days integer check (trigger_days between 1 and 366),
      if_statuses text[],
      if_tags text[],
      if_not_tags text[],
      if_company text,
      if_email_domains text[],
      scanned_to timestamptz,
      created_at timestamptz not null default now(),
      enabled_at timestamptz,
      paused_at timestamptz,
      removed_at timestamptz,
      primary key (agency_id, id)
    )`.execute(db);
  await sql`
    create index workflows_by_trigger on workflows (agency_id, trigger)
      where enabled_at is not null and paused_at is null and removed_at is null`.execute(db);

  // A version is never changed: a run ends on the one that it began with.
  await sql`
    create table workflow_versions (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null default uuidv7(),
      workflow_id uuid not null,
      number integer not null,
      definition jsonb not null check (octet_length(definition::text) <= 65536),
      ends_on_join boolean not null,
      made_by uuid references members (id) on delete set null,
      made_at timestamptz not null default now(),
      primary key (agency_id, id),
      unique (agency_id, workflow_id, number),
      foreign key (agency_id, workflow_id) references workflows (agency_id, id) on delete cascade
    )`.execute(db);
  await sql`
    alter table workflows add foreign key (agency_id, current_id) references workflow_versions (agency_id, id)
      on delete set null (current_id)`.execute(db);

  // A run has the id of its job, which stands as long as the run is open. position is the step that is next, from 0; due_at is when,
  // for people to read: the job's own moment decides. ends_on_join is the version's, so that ending asks one table.
  await sql`
    create table workflow_runs (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null default uuidv7(),
      workflow_id uuid not null,
      version_id uuid not null,
      contact_id uuid not null,
      ends_on_join boolean not null,
      position integer not null default 0,
      state text not null default 'running' check (state in ('running', 'done', 'stopped', 'failed')),
      reason text,
      entered_at timestamptz not null default now(),
      due_at timestamptz,
      ended_at timestamptz,
      primary key (agency_id, id),
      foreign key (agency_id, workflow_id) references workflows (agency_id, id) on delete cascade,
      foreign key (agency_id, version_id) references workflow_versions (agency_id, id),
      foreign key (agency_id, contact_id) references contacts (agency_id, id) on delete cascade,
      check ((state = 'running') = (ended_at is null))
    )`.execute(db);
  await sql`
    create unique index workflow_runs_open on workflow_runs (agency_id, contact_id, workflow_id) where ended_at is null`.execute(
    db,
  );
  await sql`create index workflow_runs_by_state on workflow_runs (agency_id, workflow_id, state, id)`.execute(db);
  await sql`create index workflow_runs_by_contact on workflow_runs (agency_id, contact_id, id)`.execute(db);

  // What each step did. A step that failed may be tried again; one that took effect never is.
  await sql`
    create table workflow_run_steps (
      agency_id uuid not null references agencies (id) on delete cascade,
      run_id uuid not null,
      position integer not null,
      try integer not null default 1,
      at timestamptz not null default now(),
      step text not null,
      outcome text not null check (outcome in ('done', 'skipped', 'failed')),
      reason text,
      email_id uuid,
      primary key (agency_id, run_id, position, try),
      foreign key (agency_id, run_id) references workflow_runs (agency_id, id) on delete cascade
    )`.execute(db);
  await sql`
    create unique index workflow_run_steps_once on workflow_run_steps (agency_id, run_id, position) where outcome <> 'failed'`.execute(
    db,
  );
  for (const table of ["workflows", "workflow_versions", "workflow_runs", "workflow_run_steps"])
    await sql`select protect_table(${sql.lit(table)})`.execute(db);

  await sql`
    alter table emails
      add column workflow_run_id uuid,
      add foreign key (agency_id, workflow_run_id) references workflow_runs (agency_id, id) on delete set null (workflow_run_id)`.execute(
    db,
  );
  // For the deletion of a run, and for how many workflow mails a contact got today.
  await sql`
    create index emails_by_workflow_run on emails (agency_id, workflow_run_id) where workflow_run_id is not null`.execute(
    db,
  );
  await sql`
    create index emails_of_workflows on emails (agency_id, contact_id, queued_at) where workflow_run_id is not null`.execute(
    db,
  );

  // Hours of the day in the agency's time zone between which no workflow mail begins; equal hours mean none.
  await sql`
    alter table agencies
      add column quiet_from smallint not null default 0 check (quiet_from between 0 and 23),
      add column quiet_to smallint not null default 0 check (quiet_to between 0 and 23),
      add column workflow_mails_a_day smallint not null default 3 check (workflow_mails_a_day between 1 and 20)`.execute(
    db,
  );
  // A contact who wants no workflow mails; invites, login emails and resets still reach him.
  await sql`alter table contacts add column workflow_mail_off_at timestamptz`.execute(db);
}
