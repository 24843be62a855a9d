// The stages of one e-mail on its way out, and the pause of an agency's sending: what the sending job asks before and tells after.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader, EmailKind, GlobalDb, Logo } from "../db/schema.ts";
import { startLifetime } from "./access-links.ts";
import { addStep, type ServerAnswer } from "./email-steps.ts";
import { recordEvent } from "./events.ts";
import { suppressAddress } from "./suppressions.ts";

/** Everything that a message is made of, but its secrets. `startedAt` is the database's clock. */
export type Sending = {
  id: string;
  kind: EmailKind;
  to: string;
  messageId: string;
  /** The number of this attempt, from 1. */
  attempt: number;
  contactId: string;
  contactName: string | null;
  contactEmail: string;
  company: string | null;
  sentBy: string | null;
  personalMessage: string | null;
  destination: string;
  lifetimeSeconds: number;
  browserHash: Buffer | null;
  askedFrom: string | null;
  queuedAt: Date;
  startedAt: Date;
  /** `name` is the portal's, by which clients know the agency; `ownName` is the agency's own. */
  agency: {
    name: string;
    ownName: string;
    color: string;
    logo: Logo | null;
    timeZone: string;
    supportEmail: string | null;
  };
  /** The version of the agency's own words; null where the product's hold. */
  templateVersionId: string | null;
  /** The agency's name in the address that a bounce comes back to. */
  bounceNumber: number;
};

/**
 * Whether to send: now; later, because the agency's sending is paused; when somebody resumes its batch; or not at all, which the
 * e-mail's row says already.
 */
export type Start = { go: Sending } | { wait: { seconds: number } } | { held: true } | { over: true };

const PROBE_SECONDS = 300;
// An invite is worth weeks, but no server that has refused it for three days will take it on the fourth; greylisting takes minutes.
const LONGEST_TRY_SECONDS = 3 * 86_400;
const SHORTEST_TRY_SECONDS = 1_800;
/** What a job says while its agency's sending is paused; `resumeSending` finds the waiting ones by it. */
export const PAUSED = "Sending is paused.";
/** What an e-mail says when its job was set aside. */
export const SET_ASIDE = "Sending it failed several times on our side.";

/**
 * Begins an attempt: the e-mail is sending from now on, under the Message-ID that it got at its first attempt. An e-mail to a contact
 * who is revoked or gone, to a suppressed address, of a stopped batch, or an invite to somebody who has joined ends here instead.
 */
export async function startSending(db: AgencyDb, emailId: string, messageId: string): Promise<Start> {
  const email = await loadEmail(db, emailId);
  if (!email || !["queued", "delayed", "sending"].includes(email.status)) return { over: true };
  const { contactId, contactEmail } = email;
  const end = endOf(email);
  if (email.revoked && email.kind === "template") {
    await markFailed(db, emailId, "Access is revoked, so this email has no link that works.");
    return { over: true };
  }
  if (end || !contactId || contactEmail === null) {
    await endEmail(db, email, end ?? { status: "cancelled", reason: "The contact was deleted before it was sent." });
    return { over: true };
  }
  if (email.batchPaused && email.batchId && (await isHeld(db, email.batchId))) {
    await db
      .updateTable("emails")
      .set({ status: "queued", reason: null, status_at: sql<Date>`now()` })
      .where("id", "=", emailId)
      .where("status", "=", "sending")
      .execute();
    return { held: true };
  }
  if (email.pausedReason !== null && !(await takeProbe(db))) {
    const reason = `${PAUSED} ${email.pausedReason}`;
    await markDelayed(db, emailId, reason);
    return { wait: { seconds: email.probeInSeconds } };
  }
  const started = await db
    .updateTable("emails")
    .set((eb) => ({
      status: "sending",
      reason: null,
      status_at: sql<Date>`now()`,
      attempts: eb("attempts", "+", 1),
      message_id: eb.fn.coalesce("message_id", eb.val(messageId)),
      template_version_id: email.templateVersionId,
    }))
    .where("id", "=", emailId)
    .returning(["message_id", "attempts"])
    .executeTakeFirstOrThrow();
  const {
    status: _,
    batchId: _batch,
    batchPaused: _batchPaused,
    revoked: _revoked,
    stopped: _stopped,
    joined: _joined,
    suppressed: _suppressed,
    ...sending
  } = email;
  const {
    agencyName,
    ownName,
    agencyColor,
    agencyLogo,
    timeZone,
    supportEmail,
    pausedReason: _paused,
    probeInSeconds: _probe,
    ...rest
  } = sending;
  return {
    go: {
      ...rest,
      contactId,
      contactEmail,
      messageId: started.message_id ?? messageId,
      attempt: started.attempts,
      agency: { name: agencyName, ownName, color: agencyColor, logo: agencyLogo, timeZone, supportEmail },
    },
  };
}

async function loadEmail(db: AgencyDb, emailId: string) {
  return await db
    .selectFrom("emails")
    .innerJoin("agencies", "agencies.id", "emails.agency_id")
    .leftJoin("contacts", (join) =>
      join.onRef("contacts.agency_id", "=", "emails.agency_id").onRef("contacts.id", "=", "emails.contact_id"),
    )
    .leftJoin("email_batches as batch", (join) =>
      join.onRef("batch.agency_id", "=", "emails.agency_id").onRef("batch.id", "=", "emails.batch_id"),
    )
    .leftJoin("suppressions", (join) =>
      join.onRef("suppressions.agency_id", "=", "emails.agency_id").onRef("suppressions.email", "=", "emails.to_email"),
    )
    .select([
      "emails.id",
      "emails.kind",
      "emails.status",
      "emails.to_email as to",
      "emails.contact_id as contactId",
      "emails.batch_id as batchId",
      "emails.sent_by as sentBy",
      "emails.personal_message as personalMessage",
      "emails.destination",
      "emails.lifetime_seconds as lifetimeSeconds",
      "emails.browser_hash as browserHash",
      "emails.asked_from as askedFrom",
      "emails.queued_at as queuedAt",
      "contacts.name as contactName",
      "contacts.email as contactEmail",
      "contacts.company",
      "agencies.name as ownName",
      "agencies.logo as agencyLogo",
      "agencies.brand_color as agencyColor",
      "agencies.time_zone as timeZone",
      "agencies.support_email as supportEmail",
      "agencies.sending_paused_reason as pausedReason",
      "agencies.bounce_number as bounceNumber",
      "suppressions.reason as suppressed",
    ])
    .select([
      sql<string>`coalesce(agencies.portal_name, agencies.name)`.as("agencyName"),
      // the words that hold now, unless an earlier attempt or whoever queued it has chosen them
      sql<string | null>`coalesce(emails.template_version_id, (
        select current_id from email_templates where email_templates.agency_id = emails.agency_id
          and email_templates.kind = emails.kind))`.as("templateVersionId"),
      sql<boolean>`contacts.revoked_at is not null`.as("revoked"),
      sql<boolean>`contacts.joined_at is not null`.as("joined"),
      sql<boolean>`batch.stopped_at is not null`.as("stopped"),
      sql<boolean>`batch.paused_at is not null`.as("batchPaused"),
      sql<Date>`now()`.as("startedAt"),
      sql<number>`greatest(5, extract(epoch from agencies.sending_probe_at - now()))::float8`.as("probeInSeconds"),
    ])
    .where("emails.id", "=", emailId)
    .forUpdate("emails")
    .executeTakeFirst();
}

// Whoever resumes the batch waits for this lock, and so finds the job that is put aside under it.
async function isHeld(db: AgencyDb, batchId: string): Promise<boolean> {
  const batch = await db
    .selectFrom("email_batches")
    .select("paused_at")
    .where("id", "=", batchId)
    .forShare()
    .executeTakeFirst();
  return batch?.paused_at != null;
}

type Loaded = NonNullable<Awaited<ReturnType<typeof loadEmail>>>;
type End = { status: "cancelled" | "suppressed"; reason: string };

// These two are about an address that is not, or no longer, the contact's.
const elsewhere: ReadonlySet<EmailKind> = new Set(["confirm-email", "email-changed"]);

function endOf({ kind, revoked, stopped, joined, suppressed, to, contactEmail }: Loaded): End | undefined {
  if (revoked) return { status: "cancelled", reason: "Access was revoked before it was sent." };
  if (stopped) return { status: "cancelled", reason: "Stopped before it was sent." };
  if (joined && kind === "invite") return { status: "cancelled", reason: "Joined before it was sent." };
  // its link would open the account of somebody whose mailbox this is not
  if (contactEmail !== null && contactEmail !== to && !elsewhere.has(kind))
    return { status: "cancelled", reason: "The address was changed before it was sent." };
  if (suppressed !== null) return { status: "suppressed", reason: suppressed };
  return undefined;
}

async function endEmail(db: AgencyDb, { id, contactId }: Loaded, { status, reason }: End): Promise<void> {
  await setStatus(db, id, status, reason);
  await addStep(db, { emailId: id, kind: status, reason });
  if (status === "suppressed")
    await recordEvent(db, { kind: "email.suppressed", contactId: contactId ?? undefined, emailId: id });
}

async function setStatus(
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

// Nobody calls an e-mail late that took a greylisting server's usual five minutes.
const LATE = sql`interval '10 minutes'`;
/** What a sent e-mail says that took its time. */
export const DELIVERED_LATE = "Delivered late.";

/** The relay has taken the message and said `response`: the link's lifetime begins, and if sending was paused it goes on. */
export async function markSent(db: AgencyDb, emailId: string, response: string | null = null): Promise<void> {
  const sent = await db
    .updateTable("emails")
    .set({
      status: "sent",
      reason: sql<string | null>`case when now() - queued_at > ${LATE} then ${DELIVERED_LATE} end`,
      response,
      status_at: sql<Date>`now()`,
      sent_at: sql<Date>`now()`,
    })
    .where("id", "=", emailId)
    .returning([
      "contact_id",
      "kind",
      sql<boolean>`exists (select from agencies where sending_paused_at is not null)`.as("paused"),
    ])
    .executeTakeFirst();
  if (!sent) return;
  await startLifetime(db, emailId);
  await recordEvent(db, {
    kind: "email.sent",
    contactId: sent.contact_id ?? undefined,
    emailId,
    data: { email: sent.kind },
  });
  if (sent.paused) await resumeSending(db);
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

/** The sender was refused, not the recipient: the agency's sending pauses, and this attempt does not count. Returns the seconds to wait. */
export async function pauseSending(
  db: AgencyDb,
  emailId: string,
  reason: string,
  answer?: ServerAnswer,
): Promise<number> {
  await addStep(db, { emailId, kind: "paused", reason, ...answer });
  await db
    .updateTable("emails")
    .set((eb) => ({ attempts: eb("attempts", "-", 1) }))
    .where("id", "=", emailId)
    .where("attempts", ">", 0)
    .execute();
  await markDelayed(db, emailId, `${PAUSED} ${reason}`);
  const { rows } = await sql<{ fresh: boolean }>`
    update agencies
    set sending_paused_at = coalesce(sending_paused_at, now()), sending_paused_reason = ${reason},
        sending_probe_at = now() + make_interval(secs => ${PROBE_SECONDS})
    returning old.sending_paused_at is null as fresh`.execute(db);
  if (rows[0]?.fresh) await recordEvent(db, { kind: "sending.paused", emailId, data: { reason } });
  return PROBE_SECONDS;
}

/** Why the agency's sending is paused, in words; undefined while it is not. */
export async function findPauseReason(db: AgencyReader): Promise<string | undefined> {
  const agency = await db
    .selectFrom("agencies")
    .select("sending_paused_reason")
    .where("sending_paused_at", "is not", null)
    .executeTakeFirst();
  return agency && (agency.sending_paused_reason ?? "The mail server refused the sender.");
}

/** Sending goes on, because a member says so or because an e-mail came through; what waited for it is ready at once. */
export async function resumeSending(db: AgencyDb, memberId?: string): Promise<void> {
  const resumed = await db
    .updateTable("agencies")
    .set({ sending_paused_at: null, sending_paused_reason: null, sending_probe_at: null })
    .where("sending_paused_at", "is not", null)
    .returning("id")
    .executeTakeFirst();
  if (!resumed) return;
  await sql`
    with woken as (
      update jobs set run_at = now()
      where email_id is not null and lease_id is null and last_error = ${PAUSED} and run_at > now()
      returning 1
    )
    select pg_notify('jobs_ready', '') where exists (select from woken)`.execute(db);
  await recordEvent(db, { kind: "sending.resumed", memberId });
}

// While paused, one e-mail at a time finds out whether the trouble is over, so that nobody has to come back and say so.
async function takeProbe(db: AgencyDb): Promise<boolean> {
  const taken = await db
    .updateTable("agencies")
    .set({ sending_probe_at: sql<Date>`now() + make_interval(secs => ${PROBE_SECONDS})` })
    .where("sending_probe_at", "<=", sql<Date>`now()`)
    .returning("id")
    .executeTakeFirst();
  return taken !== undefined;
}

/** The member who sends, for the reply address; undefined when he is gone. */
export async function findSender(
  db: GlobalDb,
  memberId: string,
): Promise<{ name: string; address: string } | undefined> {
  return await db
    .selectFrom("members")
    .select(["name", "email as address"])
    .where("id", "=", memberId)
    .executeTakeFirst();
}
