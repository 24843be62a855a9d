// What came of attempts to send, written into the e-mails: sent, delayed, refused or failed.
import { sql } from "kysely";
import type { AgencyDb } from "../db/schema.ts";
import type { Lease } from "../jobs/queue.ts";
import { addStep, type ServerAnswer } from "./email-steps.ts";
import { recordEvent } from "./events.ts";
import { resumeSending } from "./sending-pauses.ts";
import { suppressAddress } from "./suppressions.ts";

// An invite is worth weeks, but no server that has refused it for three days will take it on the fourth; greylisting takes minutes.
const LONGEST_TRY_SECONDS = 3 * 86_400;
const SHORTEST_TRY_SECONDS = 1_800;
/** What an e-mail says when its job was set aside. */
export const SET_ASIDE = "Sending it failed several times on our side.";
// Nobody calls an e-mail late that took a greylisting server's usual five minutes.
const LATE = sql`interval '10 minutes'`;
/** What a sent e-mail says that took its time. */
export const DELIVERED_LATE = "Delivered late.";

/** An e-mail that the relay has taken, and what it said to that. */
export type Accepted = { emailId: string; response: string | null };

// What follows from the e-mails in `taken` (email_id, response), as further parts of the same statement.
const followed = sql`
    sent as (
      update emails
      set status = 'sent', reason = case when now() - queued_at > ${LATE} then ${sql.lit(DELIVERED_LATE)} end,
          response = taken.response, status_at = now(), sent_at = now()
      from taken where emails.id = taken.email_id
      returning emails.id, contact_id, kind
    ), lasting as (
      update access_links set expires_at = now() + make_interval(secs => lifetime_seconds)
      where email_id = any (array(select email_id from taken)) and revoked_at is null
    ), told as (
      insert into events (kind, contact_id, email_id, data)
      select 'email.sent', contact_id, id, jsonb_build_object('email', kind) from sent
    )`;
const paused = sql<boolean>`(select sending_paused_at is not null from agencies) as paused`;

/**
 * The relay has taken the messages: their jobs end, their links' lifetimes begin, and if sending was paused it goes on. Of a job that is
 * not held any more nothing counts; returns the ids of those that were.
 */
export async function finishSent(db: AgencyDb, accepted: readonly (Accepted & { job: Lease })[]): Promise<Set<string>> {
  if (accepted.length === 0) return new Set();
  // in one order, because two transactions that lock the same jobs in different orders wait for each other
  const sorted = accepted.toSorted((a, b) => (a.job.jobId < b.job.jobId ? -1 : 1));
  const { rows } = await sql<{ id: string; paused: boolean }>`
    with taken as (
      delete from jobs
      using unnest(${sorted.map(({ job }) => job.jobId)}::uuid[], ${sorted.map(({ job }) => job.leaseId)}::uuid[],
                   ${sorted.map(({ emailId }) => emailId)}::uuid[], ${sorted.map(({ response }) => response)}::text[])
        as given (job_id, lease_id, email_id, response)
      where jobs.id = given.job_id and jobs.lease_id = given.lease_id
      returning jobs.id, given.email_id, given.response
    ), ${followed}
    select id, ${paused} from taken`.execute(db);
  if (rows[0]?.paused) await resumeSending(db);
  return new Set(rows.map(({ id }) => id));
}

/** The relay has taken the message and said `response`; see finishSent. */
export async function markSent(db: AgencyDb, emailId: string, response: string | null = null): Promise<void> {
  const { rows } = await sql<{ paused: boolean }>`
    with taken as (select ${emailId}::uuid as email_id, ${response}::text as response), ${followed}
    select ${paused} from sent`.execute(db);
  if (rows[0]?.paused) await resumeSending(db);
}

/** The e-mail waits for its next attempt; `reason` says why, in words for the screen, and `answer` is what a server said to this one. */
export async function markDelayed(db: AgencyDb, emailId: string, reason: string, answer?: ServerAnswer): Promise<void> {
  await setStatus(db, emailId, "delayed", reason);
  if (answer) await addStep(db, { emailId, kind: "delayed", reason, ...answer });
}

/** Whether an attempt that begins `seconds` from now would still bring a link that somebody waits for. */
export async function isWorthTrying(db: AgencyDb, emailId: string, seconds: number): Promise<boolean> {
  const { rows } = await sql`
    select from emails
    where id = ${emailId} and now() + make_interval(secs => ${seconds})
      < queued_at + make_interval(secs => least(greatest(lifetime_seconds, ${SHORTEST_TRY_SECONDS}), ${LONGEST_TRY_SECONDS}))`.execute(
    db,
  );
  return rows.length === 1;
}

/** A server refused the e-mail for good; `suppress` says that the address itself is dead, and then the agency writes to it no more. */
export async function markRefused(
  db: AgencyDb,
  emailId: string,
  { reason, suppress, code = null, response = null }: { reason: string; suppress: boolean } & Partial<ServerAnswer>,
): Promise<void> {
  const bounced = await setStatus(db, emailId, "bounced", reason);
  if (!bounced) return;
  await addStep(db, { emailId, kind: "refused", reason, code, response });
  await recordEvent(db, {
    kind: "email.failed",
    contactId: bounced.contact_id ?? undefined,
    emailId,
    data: { reason },
  });
  if (suppress) await suppressAddress(db, bounced.to_email, reason, { emailId });
}

/** The e-mail will not be tried again by itself. `answer` is what a server said to the last attempt. */
export async function markFailed(db: AgencyDb, emailId: string, reason: string, answer?: ServerAnswer): Promise<void> {
  const failed = await setStatus(db, emailId, "failed", reason);
  if (!failed) return;
  await addStep(db, { emailId, kind: "failed", reason, ...answer });
  await recordEvent(db, {
    kind: "email.failed",
    contactId: failed.contact_id ?? undefined,
    emailId,
    data: { reason },
  });
}

/** Says what markFailed would have said of e-mails whose jobs were set aside by a worker that died before it could tell. */
export async function failSetAside(db: AgencyDb): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select emails.id from jobs join emails on emails.agency_id = jobs.agency_id and emails.id = jobs.email_id
    where jobs.quarantined_at is not null and emails.status in ('queued', 'sending', 'delayed')`.execute(db);
  for (const { id } of rows) await markFailed(db, id, SET_ASIDE);
}

/** Gives an e-mail that is not over a state in words. What it was sent to; undefined when it was over already. */
export async function setStatus(
  db: AgencyDb,
  emailId: string,
  status: "delayed" | "bounced" | "failed" | "cancelled" | "suppressed",
  reason: string,
): Promise<{ contact_id: string | null; to_email: string } | undefined> {
  return await db
    .updateTable("emails")
    .set({ status, reason, status_at: sql<Date>`now()` })
    .where("id", "=", emailId)
    .where("status", "in", ["queued", "sending", "delayed"])
    .returning(["contact_id", "to_email"])
    .executeTakeFirst();
}
