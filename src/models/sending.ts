// Begins attempts to send: says of each e-mail of a group whether it may go out now, and writes that it is on its way.
import { sql } from "kysely";
import type { AgencyDb, EmailKind, EmailStatus, GlobalDb, Logo } from "../db/schema.ts";
import { addStep } from "./email-steps.ts";
import { recordEvent } from "./events.ts";
import { PAUSED, takeProbe } from "./sending-pauses.ts";
import { markDelayed, markFailed, setStatus } from "./sending-results.ts";

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
  /** Somebody invited the contact before, in whatever way. */
  invited: boolean;
  sentBy: string | null;
  personalMessage: string | null;
  destination: string;
  lifetimeSeconds: number;
  browserHash: Buffer | null;
  askedFrom: string | null;
  queuedAt: Date;
  startedAt: Date;
  agency: SendingAgency;
  /** The version of the agency's own words; null where the product's hold. */
  templateVersionId: string | null;
  /** A workflow sends it in the agency's own words: the contact may unsubscribe from those. */
  byWorkflow: boolean;
};

/** What messages say of their agency. `name` is the portal's, by which clients know the agency; `ownName` is the agency's own. */
export type SendingAgency = {
  name: string;
  ownName: string;
  color: string;
  logo: Logo | null;
  timeZone: string;
  supportEmail: string | null;
  /** The agency's name in the address that a bounce comes back to. */
  bounceNumber: number;
};

/**
 * Whether to send: now; later, because the agency's sending is paused; when somebody resumes its batch; or not at all, which the
 * e-mail's row says already.
 */
export type Start = { go: Sending } | { wait: { seconds: number } } | { held: true } | { over: true };

/** An e-mail as it stands, locked, with what decides over it. */
export type LoadedEmail = Omit<Sending, "agency" | "startedAt" | "messageId" | "contactId" | "contactEmail"> & {
  status: EmailStatus;
  messageId: string | null;
  contactId: string | null;
  contactEmail: string | null;
  batchId: string | null;
  revoked: boolean;
  joined: boolean;
  stopped: boolean;
  batchPaused: boolean;
  /** The reason for which the address is suppressed. */
  suppressed: string | null;
  /** The contact wants no e-mails of workflows. */
  unsubscribed: boolean;
};

/** The agency for whose e-mails attempts begin, by the database's clock. `probeInSeconds` is when one may try whether a pause is over. */
export type LoadedAgency = SendingAgency & { pausedReason: string | null; probeInSeconds: number; startedAt: Date };

/** What attempts of some e-mails are decided by; the e-mails stay locked, in the order of `emailIds`. */
export async function loadSendings(
  db: AgencyDb,
  emailIds: readonly string[],
): Promise<{ agency: LoadedAgency; emails: Map<string, LoadedEmail> }> {
  const [agency, emails] = await Promise.all([loadAgency(db), loadEmails(db, emailIds)]);
  return { agency, emails: new Map(emails.map((email) => [email.id, email])) };
}

async function loadAgency(db: AgencyDb): Promise<LoadedAgency> {
  const { rows } = await sql<LoadedAgency>`
    select coalesce(portal_name, name) as name, name as "ownName", brand_color as color, logo, time_zone as "timeZone",
           support_email as "supportEmail", bounce_number as "bounceNumber", sending_paused_reason as "pausedReason",
           greatest(5, extract(epoch from sending_probe_at - now()))::float8 as "probeInSeconds", now() as "startedAt"
    from agencies`.execute(db);
  const [agency] = rows;
  if (!agency) throw new Error("There is no agency in this transaction.");
  return agency;
}

async function loadEmails(db: AgencyDb, emailIds: readonly string[]): Promise<LoadedEmail[]> {
  // The words that hold now, unless an earlier attempt or whoever queued it has chosen them.
  const { rows } = await sql<LoadedEmail>`
    select emails.id, emails.kind, emails.status, emails.to_email as "to", emails.message_id as "messageId",
           emails.attempts as attempt, emails.contact_id as "contactId", emails.batch_id as "batchId", emails.sent_by as "sentBy",
           emails.personal_message as "personalMessage", emails.destination, emails.lifetime_seconds as "lifetimeSeconds",
           emails.browser_hash as "browserHash", emails.asked_from as "askedFrom", emails.queued_at as "queuedAt",
           coalesce(emails.template_version_id, template.current_id) as "templateVersionId",
           emails.workflow_run_id is not null and emails.kind = 'template' as "byWorkflow",
           contacts.workflow_mail_off_at is not null as unsubscribed,
           contacts.name as "contactName", contacts.email as "contactEmail", contacts.company,
           contacts.invited_at is not null as invited, contacts.revoked_at is not null as revoked,
           contacts.joined_at is not null as joined, batch.stopped_at is not null as stopped,
           batch.paused_at is not null as "batchPaused", suppressions.reason as suppressed
    from unnest(${[...emailIds]}::uuid[]) as wanted (id)
    join emails on emails.id = wanted.id
    left join contacts on contacts.agency_id = emails.agency_id and contacts.id = emails.contact_id
    left join email_batches batch on batch.agency_id = emails.agency_id and batch.id = emails.batch_id
    left join suppressions on suppressions.agency_id = emails.agency_id and suppressions.email = emails.to_email
    left join email_templates template on template.agency_id = emails.agency_id and template.kind = emails.kind
    for no key update of emails`.execute(db);
  return rows;
}

/**
 * Begins an attempt of each e-mail: it is sending from now on, under the Message-ID that it got at its first attempt or one of
 * `newMessageId`. An e-mail to a contact who is revoked or gone, to a suppressed address, of a stopped batch, or an invite to somebody
 * who has joined ends here instead. Answers in the order of `emails`; undefined stands for an e-mail that is not there.
 */
export async function startSendings(
  db: AgencyDb,
  agency: LoadedAgency,
  emails: readonly (LoadedEmail | undefined)[],
  newMessageId: () => string,
): Promise<Start[]> {
  const starts: Start[] = [];
  const isHeld = batchesHeld(db);
  // one after the other: of a paused agency's e-mails one alone may try
  for (const email of emails)
    starts.push(email ? await decide(db, agency, email, { isHeld, newMessageId }) : { over: true });
  await writeStarts(db, starts);
  return starts;
}

/** Begins an attempt of one e-mail; see startSendings. */
export async function startSending(db: AgencyDb, emailId: string, messageId: string): Promise<Start> {
  const { agency, emails } = await loadSendings(db, [emailId]);
  const [start] = await startSendings(db, agency, [emails.get(emailId)], () => messageId);
  return start ?? { over: true };
}

type Deciding = { isHeld: (batchId: string) => Promise<boolean>; newMessageId: () => string };

async function decide(
  db: AgencyDb,
  { pausedReason, probeInSeconds, startedAt, ...agency }: LoadedAgency,
  loaded: LoadedEmail,
  { isHeld, newMessageId }: Deciding,
): Promise<Start> {
  const {
    status,
    batchId,
    batchPaused,
    revoked,
    stopped: _,
    joined: _joined,
    suppressed: _suppressed,
    unsubscribed: _unsubscribed,
    ...email
  } = loaded;
  const { id, contactId, contactEmail } = email;
  if (!["queued", "delayed", "sending"].includes(status)) return { over: true };
  const end = endOf(loaded);
  if (revoked && email.kind === "template") {
    await markFailed(db, id, "Access is revoked, so this email has no link that works.");
    return { over: true };
  }
  if (end || !contactId || contactEmail === null) {
    await endEmail(db, loaded, end ?? { status: "cancelled", reason: "The contact was deleted before it was sent." });
    return { over: true };
  }
  if (batchPaused && batchId && (await isHeld(batchId))) {
    if (status === "sending") await putBack(db, id);
    return { held: true };
  }
  if (pausedReason !== null && !(await takeProbe(db))) {
    await markDelayed(db, id, `${PAUSED} ${pausedReason}`);
    return { wait: { seconds: probeInSeconds } };
  }
  const messageId = email.messageId ?? newMessageId();
  return { go: { ...email, contactId, contactEmail, messageId, attempt: email.attempt + 1, agency, startedAt } };
}

async function writeStarts(db: AgencyDb, starts: readonly Start[]): Promise<void> {
  const going = starts.flatMap((start) => ("go" in start ? [start.go] : []));
  if (going.length === 0) return;
  await sql`
    update emails
    set status = 'sending', reason = null, status_at = now(), attempts = started.attempt, message_id = started.message_id,
        template_version_id = started.version_id
    from unnest(${going.map(({ id }) => id)}::uuid[], ${going.map(({ attempt }) => attempt)}::int[],
                ${going.map(({ messageId }) => messageId)}::text[], ${going.map((one) => one.templateVersionId)}::uuid[])
      as started (id, attempt, message_id, version_id)
    where emails.id = started.id`.execute(db);
}

async function putBack(db: AgencyDb, emailId: string): Promise<void> {
  await db
    .updateTable("emails")
    .set({ status: "queued", reason: null, status_at: sql<Date>`now()` })
    .where("id", "=", emailId)
    .execute();
}

// Whoever resumes the batch waits for this lock, and so finds the jobs that are put aside under it.
function batchesHeld(db: AgencyDb): (batchId: string) => Promise<boolean> {
  const asked = new Map<string, Promise<boolean>>();
  const ask = async (batchId: string) => {
    const batch = await db
      .selectFrom("email_batches")
      .select("paused_at")
      .where("id", "=", batchId)
      .forShare()
      .executeTakeFirst();
    return batch?.paused_at != null;
  };
  return (batchId) => {
    const answer = asked.get(batchId) ?? ask(batchId);
    asked.set(batchId, answer);
    return answer;
  };
}

type End = { status: "cancelled" | "suppressed"; reason: string };

// These two are about an address that is not, or no longer, the contact's.
const elsewhere: ReadonlySet<EmailKind> = new Set(["confirm-email", "email-changed"]);

function endOf(loaded: LoadedEmail): End | undefined {
  const { kind, revoked, stopped, joined, suppressed, unsubscribed, byWorkflow, to, contactEmail } = loaded;
  if (revoked) return { status: "cancelled", reason: "Access was revoked before it was sent." };
  if (stopped) return { status: "cancelled", reason: "Stopped before it was sent." };
  if (joined && kind === "invite") return { status: "cancelled", reason: "Joined before it was sent." };
  // its link would open the account of somebody whose mailbox this is not
  if (contactEmail !== null && contactEmail !== to && !elsewhere.has(kind))
    return { status: "cancelled", reason: "The address was changed before it was sent." };
  if (unsubscribed && byWorkflow) return { status: "cancelled", reason: "Unsubscribed before it was sent." };
  if (suppressed !== null) return { status: "suppressed", reason: suppressed };
  return undefined;
}

// Nobody knows how far an attempt had come whose worker died.
const IN_DOUBT = "It may have gone out all the same: the process that was sending it had stopped.";

async function endEmail(db: AgencyDb, { id, contactId, status: was }: LoadedEmail, end: End): Promise<void> {
  const { status } = end;
  const reason = was === "sending" ? `${end.reason} ${IN_DOUBT}` : end.reason;
  await setStatus(db, id, status, reason);
  await addStep(db, { emailId: id, kind: status, reason });
  if (status === "suppressed")
    await recordEvent(db, { kind: "email.suppressed", contactId: contactId ?? undefined, emailId: id });
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
