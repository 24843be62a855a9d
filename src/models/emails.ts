// E-mails to contacts: queueing them with their jobs, what became of them, trying again and calling off.
import { type Expression, sql } from "kysely";
import type { AgencyDb, AgencyReader, EmailKind, EmailStatus, Lane } from "../db/schema.ts";
import { NotFound } from "./errors.ts";

/** One e-mail to one contact. `toEmail` is the contact's address unless given; `lifetimeSeconds` is its link's, from the moment of sending. */
export type NewEmail = {
  kind: EmailKind;
  contactId: string;
  toEmail?: string | undefined;
  sentBy?: string | undefined;
  personalMessage?: string | undefined;
  destination?: string | undefined;
  lifetimeSeconds: number;
  browserHash?: Buffer | undefined;
  askedFrom?: string | undefined;
  /** For kind `template`: the version of the agency's words that the message is made of. */
  templateVersionId?: string | undefined;
  /** The run of a workflow that sends it. */
  workflowRunId?: string | undefined;
  lane: Lane;
};

/** What the e-mails of one selection share. `markInvited` sets `invited_at` of those who were never invited, in the same statement. */
export type NewEmails = {
  kind: "invite" | "login-email";
  batchId?: string | undefined;
  sentBy?: string | undefined;
  personalMessage?: string | undefined;
  destination?: string | undefined;
  lifetimeSeconds: number;
  lane: Lane;
  markInvited?: boolean | undefined;
};

/** Queues one e-mail: its row, its job and its event in one statement. Returns the e-mail's id; throws NotFound for an unknown contact. */
export async function queueEmail(db: AgencyDb, email: NewEmail): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    with made as (
      insert into emails (kind, contact_id, to_email, sent_by, personal_message, destination, lifetime_seconds, browser_hash, asked_from,
                          template_version_id, workflow_run_id)
      select ${email.kind}, id, coalesce(${email.toEmail ?? null}, email), ${email.sentBy ?? null}, ${email.personalMessage ?? null},
             ${email.destination ?? "/"}, ${email.lifetimeSeconds}, ${email.browserHash ?? null}, ${email.askedFrom ?? null},
             ${email.templateVersionId ?? null}::uuid, ${email.workflowRunId ?? null}::uuid
      from contacts where id = ${email.contactId}
      returning id, contact_id, kind, sent_by
    ), ${afterwards(email.lane, false)}
    select id from made`.execute(db);
  const made = rows[0];
  if (!made) throw new NotFound("There is no such contact.");
  return made.id;
}

/**
 * Queues an e-mail to every contact of a selection (a query for `id`s, or the ids themselves), leaving out revoked ones: one statement
 * for any number. Returns how many were queued.
 */
export async function queueEmails(
  db: AgencyDb,
  contacts: Expression<{ id: string }> | readonly string[],
  email: NewEmails,
): Promise<number> {
  // The rows are locked as they are chosen: who is deleted or revoked meanwhile is left out, and fails none of the others.
  const chosen = "length" in contacts ? sql`select unnest(${[...contacts]}::uuid[]) as id` : sql`${contacts}`;
  const { rows } = await sql<{ queued: number }>`
    with chosen as (${chosen}), made as (
      insert into emails (kind, contact_id, to_email, batch_id, sent_by, personal_message, destination, lifetime_seconds)
      select ${email.kind}, contacts.id, contacts.email, ${email.batchId ?? null}::uuid, ${email.sentBy ?? null}::uuid,
             ${email.personalMessage ?? null}, ${email.destination ?? "/"}, ${email.lifetimeSeconds}::int
      from contacts where id in (select id from chosen) and revoked_at is null
      for no key update
      returning id, contact_id, kind, sent_by
    ), ${afterwards(email.lane, email.markInvited ?? false)}
    select count(*) as queued from made`.execute(db);
  return rows[0]?.queued ?? 0;
}

/** What the e-mails have in common that runs of workflows send in one go; see NewEmail. */
export type RunEmails = {
  kind: "template" | "invite" | "login-email";
  lifetimeSeconds: number;
  templateVersionId?: string | undefined;
  markInvited?: boolean | undefined;
};

/**
 * Queues an e-mail to the contact of each run, who must all be different, in one statement. Returns the e-mail's id for each run's;
 * a revoked contact gets none.
 */
export async function queueRunEmails(
  db: AgencyDb,
  runs: readonly { id: string; contactId: string }[],
  email: RunEmails,
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; run: string }>`
    with made as (
      insert into emails (kind, contact_id, to_email, lifetime_seconds, template_version_id, workflow_run_id)
      select ${email.kind}, contacts.id, contacts.email, ${email.lifetimeSeconds}::int, ${email.templateVersionId ?? null}::uuid, run.id
      from unnest(${runs.map(({ id }) => id)}::uuid[], ${runs.map(({ contactId }) => contactId)}::uuid[]) as run (id, contact_id)
        join contacts on contacts.id = run.contact_id
      where contacts.revoked_at is null
      returning id, contact_id, kind, sent_by, workflow_run_id
    ), ${afterwards("bulk", email.markInvited ?? false)}
    select id, workflow_run_id as run from made`.execute(db);
  return new Map(rows.map(({ id, run }) => [run, id]));
}

// What follows from the rows that `made` inserted, as further parts of the same statement.
const afterwards = (lane: Lane, markInvited: boolean) => sql`
    queued as (
      insert into jobs (kind, lane, email_id) select 'send-email', ${lane}, id from made
    ), told as (
      insert into events (kind, member_id, contact_id, email_id, data)
      select 'email.queued', sent_by, contact_id, id, jsonb_build_object('email', kind) from made
    )${markInvited ? marked : sql``}`;

const marked = sql`, marked as (
      update contacts set invited_at = now() from made where contacts.id = made.contact_id and contacts.invited_at is null
    )`;

/** An e-mail as the dashboard lists it; `reason` says in words why it is delayed, bounced, suppressed, failed or cancelled. */
export type EmailLine = {
  id: string;
  kind: EmailKind;
  status: EmailStatus;
  reason: string | null;
  to: string;
  sentByName: string | null;
  queuedAt: Date;
  statusAt: Date;
  sentAt: Date | null;
};

/** The newest e-mails to one contact, at most `limit`. */
export async function listContactEmails(db: AgencyReader, contactId: string, limit = 50): Promise<EmailLine[]> {
  return await db
    .selectFrom("emails")
    .leftJoin("members", "members.id", "emails.sent_by")
    .select([
      "emails.id",
      "emails.kind",
      "emails.status",
      "emails.reason",
      "emails.to_email as to",
      "members.name as sentByName",
      "emails.queued_at as queuedAt",
      "emails.status_at as statusAt",
      "emails.sent_at as sentAt",
    ])
    .where("emails.contact_id", "=", contactId)
    .orderBy("emails.queued_at", "desc")
    .limit(limit)
    .execute();
}

/** Queues again a failed, bounced or cancelled e-mail that a member sent. False when there is none such. A suppressed address must be released first. */
export async function retryEmail(db: AgencyDb, emailId: string, memberId?: string): Promise<boolean> {
  return (await requeue(db, sql`id = ${emailId}`, "interactive", memberId)) === 1;
}

const dead = sql`exists (select from suppressions where suppressions.email = emails.to_email)`;

/** Queues again every failed and bounced e-mail of a batch whose address is not suppressed; returns how many. */
export async function retryBatchEmails(db: AgencyDb, batchId: string, memberId?: string): Promise<number> {
  return await requeue(db, sql`batch_id = ${batchId} and status <> 'cancelled' and not ${dead}`, "bulk", memberId);
}

/** Queues again the newest `limit` failed e-mails that may reach their addresses; returns how many. Those of stopped batches stay. */
export async function retryFailedEmails(db: AgencyDb, limit: number, memberId: string): Promise<number> {
  const stopped = sql`exists (select from email_batches where email_batches.id = emails.batch_id and stopped_at is not null)`;
  const chosen = sql`select id from emails where status = 'failed' and not ${dead} and not ${stopped} order by id desc limit ${limit}`;
  return await requeue(db, sql`id in (${chosen})`, limit === 1 ? "interactive" : "bulk", memberId);
}

// A job may still stand there, quarantined: it goes, and a new one takes its place, so that the e-mail never has two. An address that
// is not the contact's any more gets nothing.
async function requeue(db: AgencyDb, which: Expression<unknown>, lane: Lane, memberId?: string): Promise<number> {
  const { rows } = await sql<{ queued: number }>`
    with chosen as (
      update emails set status = 'queued', reason = null, queued_at = now(), status_at = now()
      where ${which} and status in ('failed', 'bounced', 'cancelled') and kind in ('invite', 'login-email')
        and exists (select from contacts where contacts.id = emails.contact_id and contacts.email = emails.to_email)
      returning id, attempts
    ), dropped as (
      delete from jobs where email_id in (select id from chosen) and lease_id is null
    ), queued as (
      insert into jobs (kind, lane, email_id) select 'send-email', ${lane}, id from chosen
    ), told as (
      insert into email_steps (email_id, kind, attempt, member_id)
      select id, 'queued-again', attempts, ${memberId ?? null}::uuid from chosen
    )
    select count(*) as queued from chosen`.execute(db);
  return rows[0]?.queued ?? 0;
}

/** Calls off the e-mails of a batch that nobody is sending yet, with their jobs; returns how many. Those in flight go out. */
export async function cancelBatchEmails(db: AgencyDb, batchId: string, memberId?: string): Promise<number> {
  return await cancel(db, sql`emails.batch_id = ${batchId}`, "Stopped before it was sent.", memberId);
}

/** Calls off one e-mail that waits to be sent, with its job. False when it is being sent, or is over. */
export async function cancelEmail(db: AgencyDb, emailId: string, memberId: string): Promise<boolean> {
  return (await cancel(db, sql`emails.id = ${emailId}`, "Cancelled before it was sent.", memberId)) === 1;
}

/** Calls off what waits to go to an address that is not a contact's any more; a notice to that address stays. */
export async function cancelEmailsTo(
  db: AgencyDb,
  contactId: string,
  email: string,
  memberId: string,
): Promise<number> {
  const which = sql`emails.contact_id = ${contactId} and emails.to_email = ${email} and emails.kind <> 'email-changed'`;
  return await cancel(db, which, "The address was changed before it was sent.", memberId);
}

// A job that a worker holds is not waiting: what it sends is not touched.
async function cancel(db: AgencyDb, which: Expression<unknown>, reason: string, memberId?: string): Promise<number> {
  const { rows } = await sql<{ cancelled: number }>`
    with waiting as (
      delete from jobs using emails
      where emails.agency_id = jobs.agency_id and emails.id = jobs.email_id and jobs.lease_id is null
        and ${which} and emails.status in ('queued', 'delayed')
      returning jobs.email_id
    ), cancelled as (
      update emails set status = 'cancelled', reason = ${reason}, status_at = now()
      where id in (select email_id from waiting)
      returning id, attempts
    ), told as (
      insert into email_steps (email_id, kind, attempt, member_id, reason)
      select id, 'cancelled', attempts, ${memberId ?? null}::uuid, ${reason} from cancelled
    )
    select count(*) as cancelled from cancelled`.execute(db);
  return rows[0]?.cancelled ?? 0;
}

/** What a job says while its batch is paused. */
export const BATCH_PAUSED = "The batch is paused.";

/** Puts the jobs of a batch aside that nobody holds; those that a worker holds see the pause when they begin. Returns how many. */
export async function holdBatchEmails(db: AgencyDb, batchId: string): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    update jobs set run_at = 'infinity', last_error = ${BATCH_PAUSED}
    from emails
    where emails.agency_id = jobs.agency_id and emails.id = jobs.email_id and emails.batch_id = ${batchId}
      and jobs.lease_id is null and jobs.quarantined_at is null`.execute(db);
  return Number(numAffectedRows);
}

/** Makes the jobs of a batch ready that had been put aside. Returns how many. */
export async function releaseBatchEmails(db: AgencyDb, batchId: string): Promise<number> {
  const { rows } = await sql<{ released: number }>`
    with released as (
      update jobs set run_at = now(), last_error = null
      from emails
      where emails.agency_id = jobs.agency_id and emails.id = jobs.email_id and emails.batch_id = ${batchId}
        and jobs.lease_id is null and jobs.run_at = 'infinity'
      returning 1
    ), woken as (select pg_notify('jobs_ready', '') where exists (select from released))
    select count(*) as released, (select count(*) from woken) from released`.execute(db);
  return rows[0]?.released ?? 0;
}
