// The pause of an agency's sending while relays refuse the sender, and how it ends.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { addStep, type ServerAnswer } from "./email-steps.ts";
import { recordEvent } from "./events.ts";

const PROBE_SECONDS = 300;
/** What a job says while its agency's sending is paused; `resumeSending` finds the waiting ones by it. */
export const PAUSED = "Sending is paused.";

/** The sender was refused, not the recipient: the agency's sending pauses, and this attempt does not count. Returns the seconds to wait. */
export async function pauseSending(
  db: AgencyDb,
  emailId: string,
  reason: string,
  answer?: ServerAnswer,
): Promise<number> {
  await addStep(db, { emailId, kind: "paused", reason, ...answer });
  await sql`
    update emails
    set attempts = greatest(0, attempts - 1), status = 'delayed', reason = ${`${PAUSED} ${reason}`}, status_at = now()
    where id = ${emailId} and status in ('queued', 'sending', 'delayed')`.execute(db);
  const { rows } = await sql<{ fresh: boolean }>`
    update agencies
    set sending_paused_at = coalesce(sending_paused_at, now()), sending_paused_reason = ${reason},
        sending_probe_at = now() + make_interval(secs => ${PROBE_SECONDS})
    returning old.sending_paused_at is null as fresh`.execute(db);
  if (rows[0]?.fresh) await recordEvent(db, { kind: "sending.paused", emailId, data: { reason } });
  return PROBE_SECONDS;
}

/**
 * Whether others got their mail since a server refused the sender to this e-mail: then its own server alone says so, and would have
 * sending pause again each time that it is asked.
 */
export async function wasRefusedAlone(db: AgencyReader, emailId: string): Promise<boolean> {
  // a member may have sending go on while nothing has changed; an e-mail that came through is what tells
  const { rows } = await sql`
    select from email_steps step
    where step.email_id = ${emailId}::uuid and step.kind = 'paused' and exists (
      select from events
      where events.contact_id is null and events.at > step.at and events.kind = 'sending.resumed' and events.member_id is null)
    limit 1`.execute(db);
  return rows.length > 0;
}

/** What stands in the way of the agency's mail: why it is paused, in words, and the domain it should come from but cannot. */
export type SendingTrouble = { pausedReason: string | undefined; failingDomain: string | undefined };

/** What stands in the way of the agency's mail now; a failing domain is the one chosen as sender, instead of which the platform's is used. */
export async function findSendingTrouble(db: AgencyReader): Promise<SendingTrouble> {
  const agency = await db
    .selectFrom("agencies")
    .select(["sending_paused_at", "sending_paused_reason"])
    .select(failingSender.as("failing"))
    .executeTakeFirst();
  if (!agency) return { pausedReason: undefined, failingDomain: undefined };
  return troubleOf({
    paused: agency.sending_paused_at !== null,
    reason: agency.sending_paused_reason,
    failing: agency.failing,
  });
}

/** The domain that is chosen as sender and fails, as a value of a statement; null when there is none. */
export const failingSender = sql<string | null>`(
  select domain from sending_domains where selected_at is not null and degraded_at is not null limit 1)`;

/** In words what the columns of the agency and `failingSender` say. */
export function troubleOf(found: { paused: boolean; reason: string | null; failing: string | null }): SendingTrouble {
  const refused = found.reason ?? "The mail server refused the sender.";
  return { pausedReason: found.paused ? refused : undefined, failingDomain: found.failing ?? undefined };
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

/** While paused, one e-mail at a time finds out whether the trouble is over, so that nobody has to come back and say so: true for it. */
export async function takeProbe(db: AgencyDb): Promise<boolean> {
  const taken = await db
    .updateTable("agencies")
    .set({ sending_probe_at: sql<Date>`now() + make_interval(secs => ${PROBE_SECONDS})` })
    .where("sending_probe_at", "<=", sql<Date>`now()`)
    .returning("id")
    .executeTakeFirst();
  return taken !== undefined;
}
