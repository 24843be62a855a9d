// One check of a domain in the database: what it is about, and writing down what followed.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import type { Seen } from "../dns/agreement.ts";
import type { DomainRecords } from "../dns/domain-records.ts";
import { proofOf, type Rival } from "./domain-claims.ts";
import type { DomainToCheck, Findings, LastCheck } from "./domain-findings.ts";
import { type CheckOutcome, type DomainChange, decide, stateOf } from "./domain-states.ts";
import { type EventKind, recordEvent } from "./events.ts";
import type { PortalOrigin } from "./portal-url.ts";

/** What to look for, or undefined when there is nothing to check any more. */
export async function findDomainToCheck(
  db: AgencyReader,
  hostId: string,
  origin: PortalOrigin,
): Promise<DomainToCheck | undefined> {
  const row = await db
    .selectFrom("hosts")
    .innerJoin("agencies", "agencies.id", "hosts.agency_id")
    .select(["hosts.name", "hosts.proof_value", "hosts.needs_txt", "hosts.verified_at", "agencies.dns_label"])
    .where("hosts.id", "=", hostId)
    .where("hosts.kind", "=", "custom")
    .where("hosts.released_at", "is", null)
    .executeTakeFirst();
  return (
    row && {
      hostId,
      name: row.name,
      proof: proofOf(row, row.dns_label, origin),
      needsTxt: row.needs_txt,
      proven: row.verified_at !== null,
    }
  );
}

/** What came of a check: its change, if any, and the seconds until the next one. */
export type Settled = { change: DomainChange | null; seconds: number };

const kinds: Readonly<Record<DomainChange, EventKind>> = {
  verified: "domain.verified",
  activated: "domain.activated",
  degraded: "domain.degraded",
  recovered: "domain.recovered",
};

/**
 * Writes a check's findings down and makes the change that follows from them; undefined when the domain was let go meanwhile. The
 * database's own key makes the first of two proven claims the holder: the other's transaction fails with `isTaken`.
 */
export async function settleCheck(
  db: AgencyDb,
  hostId: string,
  findings: Findings,
  outcome: CheckOutcome,
  rival: Rival,
): Promise<Settled | undefined> {
  const host = await db
    .selectFrom("hosts")
    .selectAll()
    .select(sql<Date>`now()`.as("now"))
    .where("id", "=", hostId)
    .where("kind", "=", "custom")
    .where("released_at", "is", null)
    .forUpdate()
    .executeTakeFirst();
  if (!host) return undefined;
  const decision = decide(host, outcome, host.now);
  // Checks of the same age must not stay in step for ever.
  const seconds = decision.seconds * (0.9 + Math.random() / 5);
  const last: LastCheck = { ...findings, records: shortened(findings.records), ...outcome };
  await db
    .updateTable("hosts")
    .set({
      checked_at: sql<Date>`now()`,
      next_check_at: sql<Date>`now() + make_interval(secs => ${seconds})`,
      check_failures: decision.failures,
      failing_since: decision.failingSince,
      last_check: JSON.stringify(last),
      ...(rival === "none" || host.verified_at ? {} : { needs_txt: true }),
      ...changed(decision.change, outcome),
    })
    .where("id", "=", hostId)
    .execute();
  if (decision.change)
    await recordEvent(db, {
      kind: kinds[decision.change],
      data: {
        domain: host.name,
        before: stateOf(host),
        after: afterwards[decision.change],
        ...(decision.change === "verified" ? { by: outcome.proof } : {}),
        ...(decision.change === "degraded" ? { failures: decision.failures, since: decision.failingSince } : {}),
      },
    });
  return { change: decision.change, seconds };
}

// Whoever answers for a name decides how long the answer is; what is kept for the screen has an end.
const MOST_VALUES = 12;
const LONGEST_VALUE = 300;

function shortened(records: DomainRecords): DomainRecords {
  const short = (seen: Seen): Seen => ({
    ...seen,
    values: seen.values.slice(0, MOST_VALUES).map((value) => value.slice(0, LONGEST_VALUE)),
  });
  const { cname, txt, a, aaaa, caa, expected } = records;
  return {
    cname: short(cname),
    txt: short(txt),
    a: short(a),
    aaaa: short(aaaa),
    caa: short(caa),
    expected: { a: short(expected.a), aaaa: short(expected.aaaa) },
  };
}

const afterwards = { verified: "verified", activated: "active", degraded: "degraded", recovered: "active" } as const;

function changed(change: DomainChange | null, { proof }: CheckOutcome) {
  const now = sql<Date>`now()`;
  switch (change) {
    case "verified":
      return { verified_at: now, proven_by: proof };
    case "activated":
      return { active_at: now };
    case "degraded":
      return { degraded_at: now };
    case "recovered":
      return { degraded_at: null };
    case null:
      return {};
  }
}

/** Whether a write failed because somebody else became the holder of the name first. */
export function isTaken(error: unknown): boolean {
  return (error as { constraint?: string } | undefined)?.constraint === "hosts_one_holder";
}

/** Brings back the checks that were set aside after errors, or lost: a domain must not stay as it is because we stumbled. */
export async function reviveChecks(db: AgencyDb): Promise<void> {
  await sql`
    insert into jobs (id, kind, lane, payload)
    select id, 'check-domain', 'bulk', jsonb_build_object('hostId', id) from hosts
    where kind = 'custom' and released_at is null and next_check_at < now() - interval '15 minutes'
    on conflict (agency_id, id) do update set quarantined_at = null, crashes = 0, attempts = 0, run_at = now()
    where jobs.quarantined_at is not null`.execute(db);
}
