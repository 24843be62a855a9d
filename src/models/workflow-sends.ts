// The steps of a workflow that send: for many runs at once, each with an outcome of its own, within quiet hours and limits.
import { sql } from "kysely";
import { LRUCache } from "lru-cache";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { LINK_SECONDS } from "./custom-values.ts";
import { readTemplate, type TemplateFields } from "./email-template-words.ts";
import { getTemplate } from "./email-templates.ts";
import { queueRunEmails } from "./emails.ts";
import { NotFound } from "./errors.ts";
import { type InviteOutcome, judgeInvitations } from "./invitations.ts";
import { judgeLoginEmails } from "./login-emails.ts";
import { DEFAULT_LIFETIME } from "./magic-links.ts";
import type { Step } from "./workflow-definitions.ts";
import { endOfQuietHours, type QuietHours } from "./workflow-times.ts";

/** A step that sends an e-mail. */
export type SendStep = Extract<Step, { do: "send-template" | "invite" | "send-login-email" }>;

/** A run that is at such a step. `suppressed` says why its contact's address gets no mail, `off` that he wants none of workflows. */
export type SendingRun = { id: string; contactId: string; suppressed: string | null; off: boolean };

/** What came of the step: an e-mail, none for a reason, a fault that somebody has to mend, or not yet. */
export type Sent = { emailId: string } | { skipped: string } | { failed: string } | { later: Date; why: string };

/** The moment by the database's clock, and what the agency has set. */
export type SendingTimes = { now: Date; timeZone: string; quiet: QuietHours; mailsADay: number };

type Sorted<Run> = { runs: Run[]; sent: Map<string, Sent> };

/** Sends a step's e-mail for each of these runs, whose contacts must be locked and all different. */
export type SendRuns = (step: SendStep, runs: readonly SendingRun[]) => Promise<Map<string, Sent>>;

/** A SendRuns for one transaction, which looks at each template once. */
export function createSends(db: AgencyDb, times: SendingTimes): SendRuns {
  const templates = new Map<string, Promise<OwnTemplate | undefined>>();
  const quietUntil = endOfQuietHours(times.quiet, times.now, times.timeZone);

  async function sendTemplate(key: string, { runs, sent }: Sorted<SendingRun>): Promise<void> {
    const found = templates.get(key) ?? findOwnTemplate(db, key);
    templates.set(key, found);
    const template = await found;
    if (!template) return all(runs, sent, { failed: "The template was removed." });
    const full = await contactsAtLimit(db, runs, times.mailsADay);
    const why = `${times.mailsADay === 1 ? "One workflow email" : `${times.mailsADay} workflow emails`} in 24 hours already.`;
    const free = runs.filter((run) => {
      const later = full.get(run.contactId);
      if (later) sent.set(run.id, { later, why });
      return !later;
    });
    await queue(db, free, sent, { kind: "template", ...template });
  }

  return async (step, runs) => {
    const sorted = sortOut(step, runs);
    if (sorted.runs.length === 0) return sorted.sent;
    if (quietUntil) all(sorted.runs, sorted.sent, { later: quietUntil, why: "Waits for the end of the quiet hours." });
    else if (step.do === "send-template") await sendTemplate(step.templateId, sorted);
    else if (step.do === "invite") await invite(db, sorted);
    else await sendLoginEmail(db, sorted);
    return sorted.sent;
  };
}

function sortOut(step: SendStep, runs: readonly SendingRun[]): Sorted<SendingRun> {
  const sent = new Map<string, Sent>();
  const left = runs.filter(({ id, off, suppressed }) => {
    if (off && step.do === "send-template") sent.set(id, { skipped: "Unsubscribed from workflow emails." });
    else if (suppressed !== null) sent.set(id, { failed: suppressedReason(suppressed) });
    return !sent.has(id);
  });
  return { runs: left, sent };
}

const suppressedReason = (reason: string) => `The address is suppressed. ${reason}`.trim();

const all = (runs: readonly SendingRun[], sent: Map<string, Sent>, result: Sent) => {
  for (const { id } of runs) sent.set(id, result);
};

async function queue(
  db: AgencyDb,
  runs: readonly SendingRun[],
  sent: Map<string, Sent>,
  email: Parameters<typeof queueRunEmails>[2],
): Promise<void> {
  if (runs.length === 0) return;
  const queued = await queueRunEmails(db, runs, email);
  for (const { id } of runs) {
    const emailId = queued.get(id);
    sent.set(id, emailId ? { emailId } : { failed: "Access was revoked." });
  }
}

type OwnTemplate = { templateVersionId: string; lifetimeSeconds: number };

// A version never changes, and reading long words takes some milliseconds.
const lifetimes = new LRUCache<string, number>({ max: 500 });

function lifetimeOf(fields: TemplateFields): number {
  const read = readTemplate(fields, undefined);
  return (read.errors ? undefined : read.words.link?.seconds) ?? LINK_SECONDS;
}

async function findOwnTemplate(db: AgencyReader, key: string): Promise<OwnTemplate | undefined> {
  try {
    const { kind, versionId, fields } = await getTemplate(db, key);
    if (kind || !versionId) return undefined;
    const seconds = lifetimes.get(versionId) ?? lifetimeOf(fields);
    lifetimes.set(versionId, seconds);
    return { templateVersionId: versionId, lifetimeSeconds: seconds };
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

/** Who of the runs' contacts has had as many workflow mails as a day allows, with the moment from which the next one may go. */
async function contactsAtLimit(
  db: AgencyReader,
  runs: readonly SendingRun[],
  most: number,
): Promise<Map<string, Date>> {
  const { rows } = await sql<{ id: string; until: Date }>`
    select contact_id as id, (array_agg(queued_at order by queued_at desc))[${most}::int] + interval '1 day 1 millisecond' as until
    from emails
    where contact_id = any(${runs.map(({ contactId }) => contactId)}::uuid[]) and workflow_run_id is not null and kind = 'template'
      and queued_at > now() - interval '1 day' and status not in ('suppressed', 'failed', 'cancelled')
    group by contact_id having count(*) >= ${most}::int`.execute(db);
  return new Map(rows.map(({ id, until }) => [id, until]));
}

const inviteResults: Partial<Record<InviteOutcome, Sent>> = {
  joined: { skipped: "Has joined already." },
  waiting: { skipped: "An invite is on its way already." },
  revoked: { failed: "Access was revoked." },
  suppressed: { failed: "The address is suppressed." },
};

async function invite(db: AgencyDb, { runs, sent }: Sorted<SendingRun>): Promise<void> {
  // two at once would each find the last invites of the day free
  await sql`select pg_advisory_xact_lock(hashtextextended('workflow-invites ' || current_setting('app.agency_id'), 0))`.execute(
    db,
  );
  const outcomes = await judgeInvitations(
    db,
    runs.map(({ contactId }) => contactId),
  );
  const over = runs.filter(({ contactId }) => outcomes.get(contactId) === "over-limit");
  if (over.length > 0)
    all(over, sent, { later: await nextInvites(db), why: "The agency's limit of invites is reached." });
  const going = runs.filter(({ id, contactId }) => {
    const result = inviteResults[outcomes.get(contactId) ?? "revoked"];
    if (result) sent.set(id, result);
    return !sent.has(id);
  });
  if (going.length === 0) return;
  const { invite_seconds } = await db.selectFrom("agencies").select("invite_seconds").executeTakeFirstOrThrow();
  await queue(db, going, sent, { kind: "invite", lifetimeSeconds: invite_seconds, markInvited: true });
}

// When the oldest invite of the last 24 hours counts no more; not sooner than in a while, since all who wait for it come at once.
async function nextInvites(db: AgencyReader): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`
    select greatest(min(queued_at) + interval '1 day', now() + interval '15 minutes') as at
    from emails where kind = 'invite' and status <> 'cancelled' and queued_at > now() - interval '1 day'`.execute(db);
  const [row] = rows;
  if (!row) throw new Error("No answer.");
  return row.at;
}

async function sendLoginEmail(db: AgencyDb, { runs, sent }: Sorted<SendingRun>): Promise<void> {
  const judged = await judgeLoginEmails(
    db,
    runs.map(({ contactId }) => contactId),
  );
  const going = runs.filter(({ id, contactId }) => {
    const { outcome, until } = judged.get(contactId) ?? { outcome: "revoked", until: null };
    if (outcome === "recent" && until) sent.set(id, { later: until, why: "Had a login email a moment ago." });
    else if (outcome === "invite") sent.set(id, { failed: "Not invited yet, so a login email would lead nowhere." });
    else if (outcome === "revoked") sent.set(id, { failed: "Access was revoked." });
    else if (outcome === "suppressed") sent.set(id, { failed: "The address is suppressed." });
    return !sent.has(id);
  });
  await queue(db, going, sent, { kind: "login-email", lifetimeSeconds: DEFAULT_LIFETIME });
}
