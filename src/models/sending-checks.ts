// One check of a sending domain: what it looks for, and writing down what followed.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { type EventKind, recordEvent } from "./events.ts";
import type { SendingCheck } from "./sending-domains.ts";
import type { Finding, Findings, SendingKeys } from "./sending-records.ts";
import { decideSending, type SendingChange, sendingStateOf } from "./sending-states.ts";

/** What a check looks for, with the sealed key, so that it can be sealed anew. */
export type SendingToCheck = SendingKeys & { sealedKey: Buffer };

/** What to look for; undefined when the domain was removed. */
export async function findSendingToCheck(db: AgencyReader, id: string): Promise<SendingToCheck | undefined> {
  return await db
    .selectFrom("sending_domains")
    .select(["domain", "selector", "public_key as publicKey", "proof_value as proofValue", "private_key as sealedKey"])
    .where("id", "=", id)
    .executeTakeFirst();
}

const events: Readonly<Record<SendingChange, { kind: EventKind; after: string }>> = {
  verified: { kind: "sending-domain.verified", after: "verified" },
  degraded: { kind: "sending-domain.degraded", after: "degraded" },
  recovered: { kind: "sending-domain.recovered", after: "verified" },
  lapsed: { kind: "sending-domain.lapsed", after: "pending" },
};

/**
 * Writes a check's findings down and makes the change that follows; undefined when the domain was removed meanwhile, else the
 * change and the seconds until the next check. When two agencies prove a domain at once the database's own key makes the first
 * one the holder: the other's transaction fails with `isHeldByAnother`.
 */
export async function settleSendingCheck(
  db: AgencyDb,
  id: string,
  findings: Findings,
  held: boolean,
): Promise<{ change: SendingChange | null; seconds: number; domain: string } | undefined> {
  const row = await db
    .selectFrom("sending_domains")
    .select(["domain", "created_at", "verified_at", "degraded_at", sql<Date>`now()`.as("now")])
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return undefined;
  const { change, seconds: due } = decideSending(row, findings, held, row.now);
  // Checks of the same age must not stay in step for ever.
  const seconds = due * (0.9 + Math.random() / 5);
  const last: SendingCheck = { findings, held };
  const reason = reasonOf(findings.dkim);
  await db
    .updateTable("sending_domains")
    .set({
      checked_at: sql<Date>`now()`,
      check_asked_at: null,
      next_check_at: sql<Date>`now() + make_interval(secs => ${seconds})`,
      last_check: JSON.stringify(last),
      ...aligned("spf_found_at", findings.spf),
      ...aligned("bounce_found_at", findings.bounce),
      ...changed(change, reason),
    })
    .where("id", "=", id)
    .execute();
  if (change)
    await recordEvent(db, {
      kind: events[change].kind,
      data: {
        domain: row.domain,
        before: sendingStateOf(row),
        after: events[change].after,
        ...(change === "degraded" ? { reason } : {}),
      },
    });
  return { change, seconds, domain: row.domain };
}

const reasonOf = (dkim: Finding | undefined) =>
  dkim?.found === "missing" ? "The DKIM record is gone." : (dkim?.why ?? "The DKIM record is not as it should be.");

// What is no answer leaves things as they were.
function aligned(column: "spf_found_at" | "bounce_found_at", finding: Finding | undefined) {
  if (finding?.found === "unknown") return {};
  if (finding?.found !== "found") return { [column]: null };
  return { [column]: sql<Date>`coalesce(${sql.ref(column)}, now())` };
}

function changed(change: SendingChange | null, reason: string) {
  const now = sql<Date>`now()`;
  switch (change) {
    case "verified":
      return { verified_at: now };
    case "degraded":
      return { degraded_at: now, degraded_reason: reason };
    case "recovered":
      return { degraded_at: null, degraded_reason: null };
    case "lapsed":
      return { verified_at: null, degraded_at: null, degraded_reason: null };
    case null:
      return {};
  }
}

/** Whether a write failed because another agency has proven the domain. */
export function isHeldByAnother(error: unknown): boolean {
  return (error as { constraint?: string } | undefined)?.constraint === "sending_domains_one_holder";
}

/** Keeps the key sealed anew, unless it was changed meanwhile. */
export async function resealKey(db: AgencyDb, id: string, before: Buffer, sealed: Buffer): Promise<void> {
  await db
    .updateTable("sending_domains")
    .set({ private_key: sealed })
    .where("id", "=", id)
    .where("private_key", "=", before)
    .execute();
}

/** Brings back checks that were set aside after errors, or lost: a domain must not stay as it is because we stumbled. */
export async function reviveSendingChecks(db: AgencyDb): Promise<void> {
  await sql`
    insert into jobs (id, kind, lane, payload)
    select id, 'check-sending-domain', 'interactive', jsonb_build_object('domainId', id) from sending_domains
    where next_check_at < now() - interval '15 minutes'
    on conflict (agency_id, id) do update set quarantined_at = null, crashes = 0, attempts = 0, run_at = now()
    where jobs.quarantined_at is not null`.execute(db);
}
