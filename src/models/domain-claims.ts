// Claims of names: making one, what proves it, who else has one, having it checked, and letting it go.
import { sql } from "kysely";
import type { AgencyDb, GlobalDb } from "../db/schema.ts";
import { wakeJob } from "../jobs/queue.ts";
import type { DomainName } from "./domain-names.ts";
import { type DomainState, stateOf } from "./domain-states.ts";
import { Invalid, NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";
import type { PortalOrigin } from "./portal-url.ts";

/** The records that prove a claim, and lead the name here. Names without the last dot. */
export type DomainProof = { target: string; txtName: string; txtValue: string };

/** Who else holds, or ever held, a name: nobody; somebody before; somebody now. It never says who. */
export type Rival = "none" | "former" | "current";

/** As many domains as an agency may have at a time. */
export const MAX_DOMAINS = 50;

/** The records of a claim. `portalDomain` may carry a port. */
export function proofOf(host: { name: string; proof_value: string }, label: string, origin: PortalOrigin): DomainProof {
  return {
    target: `${label}.${origin.portalDomain.replace(/:\d+$/, "")}`,
    txtName: `_portico-challenge.${host.name}`,
    txtValue: `portico-verify=${host.proof_value}`,
  };
}

/** Looks over all agencies for another claim of a name that was ever proven. Its own row (`hostId`) does not count. */
export async function findRival(db: GlobalDb, name: string, hostId?: string): Promise<Rival> {
  const rows = await db
    .selectFrom("hosts")
    .select("released_at")
    .where("kind", "=", "custom")
    .where("name", "=", name)
    .where("verified_at", "is not", null)
    .$if(hostId !== undefined, (query) => query.where("id", "!=", hostId ?? ""))
    .execute();
  if (rows.some(({ released_at }) => released_at === null)) return "current";
  return rows.length > 0 ? "former" : "none";
}

/** A claim as the operator sees it, whosever it is. */
export type ClaimedName = {
  id: string;
  agencyId: string;
  /** The agency's slug. */
  agency: string;
  name: string;
  state: DomainState;
  checkedAt: Date | null;
  failingSince: Date | null;
};

/** The claims of all agencies that were not let go, of one name or of every one, in the order of the names. */
export async function listClaims(db: GlobalDb, name?: string): Promise<ClaimedName[]> {
  const rows = await db
    .selectFrom("hosts")
    .innerJoin("agencies", "agencies.id", "hosts.agency_id")
    .selectAll("hosts")
    .select("agencies.slug")
    .where("hosts.kind", "=", "custom")
    .where("hosts.released_at", "is", null)
    .$if(name !== undefined, (query) => query.where("hosts.name", "=", name ?? ""))
    .orderBy("hosts.name")
    .orderBy("hosts.created_at")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    agencyId: row.agency_id,
    agency: row.slug,
    name: row.name,
    state: stateOf(row),
    checkedAt: row.checked_at,
    failingSince: row.failing_since,
  }));
}

/**
 * Claims a name: a row that is pending and a first check at once. Returns its id. Throws Invalid at `domain` when the agency has
 * claimed it already or has too many.
 */
export async function addDomain(
  db: AgencyDb,
  claim: { domain: DomainName; rival: Rival; memberId: string },
): Promise<string> {
  const { name, apex } = claim.domain;
  const { count } = await db
    .selectFrom("hosts")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("kind", "=", "custom")
    .where("released_at", "is", null)
    .executeTakeFirstOrThrow();
  if (count >= MAX_DOMAINS) throw new Invalid({ domain: `${MAX_DOMAINS} domains are the most. Remove one first.` });
  const added = await db
    .insertInto("hosts")
    .values({ kind: "custom", name, needs_txt: apex || claim.rival !== "none" })
    .onConflict((conflict) =>
      conflict.columns(["agency_id", "kind", "name"]).where("released_at", "is", null).doNothing(),
    )
    .returning("id")
    .executeTakeFirst();
  if (!added) throw new Invalid({ domain: "This domain is on the list already." });
  await recordEvent(db, {
    kind: "domain.added",
    memberId: claim.memberId,
    data: { domain: name, before: null, after: "pending" },
  });
  await wakeCheck(db, added.id);
  return added.id;
}

/** Has a domain checked now instead of when it is due. Throws NotFound when there is none with this id. */
export async function requestCheck(db: AgencyDb, id: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("hosts")
    .set({ next_check_at: sql<Date>`now()` })
    .where("id", "=", id)
    .where("kind", "=", "custom")
    .where("released_at", "is", null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new NotFound("The agency has no such domain.");
  await wakeCheck(db, id);
}

// A domain's job has the domain's id, so there is one at most, which puts itself off after each check.
function wakeCheck(db: AgencyDb, hostId: string): Promise<void> {
  return wakeJob(db, hostId, { kind: "check-domain", lane: "bulk", payload: { hostId } });
}

/**
 * Lets a domain go; the portal moves to the default address when it stood there. A name that was proven leaves a tombstone, so that
 * whoever claims it next, this agency included, has to prove it anew. Throws NotFound.
 */
export async function releaseDomain(db: AgencyDb, id: string, memberId?: string): Promise<string> {
  const host = await db
    .selectFrom("hosts")
    .selectAll()
    .where("id", "=", id)
    .where("kind", "=", "custom")
    .where("released_at", "is", null)
    .forUpdate()
    .executeTakeFirst();
  if (!host) throw new NotFound("The agency has no such domain.");
  if (host.verified_at)
    await db
      .updateTable("hosts")
      .set({ released_at: sql<Date>`now()`, selected_at: null })
      .where("id", "=", id)
      .execute();
  else await db.deleteFrom("hosts").where("id", "=", id).execute();
  if (host.selected_at)
    await db.updateTable("hosts").set({ selected_at: sql<Date>`now()` }).where("kind", "=", "default").execute();
  await db.deleteFrom("jobs").where("id", "=", id).where("lease_id", "is", null).execute();
  await recordEvent(db, {
    kind: "domain.removed",
    memberId,
    data: { domain: host.name, before: stateOf(host), after: "released", selected: host.selected_at !== null },
  });
  return host.name;
}
