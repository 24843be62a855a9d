// What became of an e-mail after the relay took it: bounces, complaints and delays that somebody else's server reports.
import { sql } from "kysely";
import type { AgencyDb, GlobalDb } from "../db/schema.ts";
import type { BounceRef } from "./bounce-addresses.ts";
import { addStep } from "./email-steps.ts";
import { Unavailable } from "./errors.ts";
import { recordEvent } from "./events.ts";
import { DELIVERED_LATE } from "./sending-results.ts";
import { suppressAddress } from "./suppressions.ts";

/** A report about one attempt. `hard` and `complaint` suppress the address for the agency, `soft` and `late` do not. */
export type Bounce = {
  kind: "hard" | "soft" | "late" | "complaint";
  emailId: string;
  attempt: number;
  code: string | null;
  response: string | null;
};

/** `repeated`: this attempt has been reported so before, and nothing was done; `unknown`: there is no such e-mail or attempt. */
export type BounceResult = "recorded" | "repeated" | "unknown";

/** What became of a report that somebody posted: recorded or not, or refused for its signature or its form. */
export type ReportOutcome = BounceResult | "forged" | "malformed";

const steps = { hard: "bounced", soft: "bounced", late: "late", complaint: "complained" } as const;
const reasons = {
  hard: "No such address: it came back after it was sent.",
  soft: "It came back after it was sent.",
  late: DELIVERED_LATE,
  complaint: "The recipient marked it as spam.",
} as const;

/** Finds the agency that an address names by its number. */
export async function findBouncedAgency(
  db: GlobalDb,
  { agencyNumber }: Pick<BounceRef, "agencyNumber">,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`select id from agencies where bounce_number = ${agencyNumber}`.execute(db);
  return rows[0]?.id;
}

/**
 * Writes down a report and what follows from it, once an attempt: a report that comes again does nothing, also after a member has
 * let the address be written to again. Only that there is no such address still counts after a report of another failure. Throws
 * Unavailable while the attempt is under way by what is written: the relay's own answer to it comes first, then this report again.
 */
export async function recordBounce(db: AgencyDb, bounce: Bounce): Promise<BounceResult> {
  const email = await db
    .selectFrom("emails")
    .select(["id", "status", "attempts", "to_email", "contact_id"])
    .where("id", "=", bounce.emailId)
    .forUpdate()
    .executeTakeFirst();
  if (!email || bounce.attempt < 1 || bounce.attempt > email.attempts) return "unknown";
  if (email.status === "sending" && bounce.attempt === email.attempts)
    throw new Unavailable("The attempt that this report is about has not been written down yet.");
  const kind = steps[bounce.kind];
  if (await wasReported(db, bounce)) return "repeated";
  const reason = reasonOf(bounce);
  await addStep(db, { ...bounce, kind, reason });
  await markReported(db, bounce, reason);
  if (bounce.kind === "late") return "recorded";
  const about = { contactId: email.contact_id ?? undefined, emailId: email.id };
  if (bounce.kind !== "complaint") await recordEvent(db, { kind: "email.failed", ...about, data: { reason } });
  else await recordEvent(db, { kind: "email.complained", ...about });
  if (bounce.kind !== "soft")
    await suppressAddress(db, email.to_email, reason, {
      kind: bounce.kind === "complaint" ? "complaint" : "bounce",
      emailId: email.id,
    });
  return "recorded";
}

// What counts after another failure counts once: the reason tells it from those.
async function wasReported(db: AgencyDb, { kind, emailId, attempt }: Bounce): Promise<boolean> {
  const { rows } = await sql`
    select from email_steps
    where email_id = ${emailId}::uuid and kind = ${steps[kind]} and attempt >= ${attempt}::int
      ${kind === "hard" ? sql`and reason = ${reasons.hard}` : sql``}
    limit 1`.execute(db);
  return rows.length > 0;
}

const reasonOf = ({ kind, code }: Bounce) =>
  kind === "soft" && code?.startsWith("5.2.2") ? "The mailbox is full: it came back." : reasons[kind];

// An e-mail on its way again is about to say something newer of itself: the report stands in its story alone.
async function markReported(db: AgencyDb, { kind, emailId }: Bounce, reason: string): Promise<void> {
  await db
    .updateTable("emails")
    .set(
      kind === "hard" || kind === "soft"
        ? { status: "bounced", reason, status_at: sql<Date>`now()` }
        : { reason, status_at: sql<Date>`now()` },
    )
    .where("id", "=", emailId)
    .where("status", "in", kind === "hard" ? ["sent", "bounced"] : ["sent"])
    .execute();
}
