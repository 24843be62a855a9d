// The domains that an agency brings for its portal, and its included address, as the screen shows where each stands.
import { sql } from "kysely";
import type { AgencyReader } from "../db/schema.ts";
import { type DomainProof, proofOf } from "./domain-claims.ts";
import type { LastCheck } from "./domain-findings.ts";
import { shown, zoneOf } from "./domain-names.ts";
import { type DomainState, stateOf } from "./domain-states.ts";
import { NotFound } from "./errors.ts";
import { hostName, type PortalOrigin } from "./portal-url.ts";

export type { LastCheck } from "./domain-findings.ts";
export type { DomainState } from "./domain-states.ts";

/** A custom domain of the agency, or its default host (`included`), which needs no records and no checks. */
export type Domain = {
  id: string;
  /** The whole name; a default host's has the port where the environment has one. */
  name: string;
  /** The name as people write it, with the letters that an encoded one (xn--) stands for. */
  shownName: string;
  included: boolean;
  zone: string;
  apex: boolean;
  state: DomainState;
  selected: boolean;
  /** Only a TXT record proves it: an apex can hold no alias, or somebody held the name before. */
  needsTxt: boolean;
  provenBy: "cname" | "txt" | null;
  records: DomainProof;
  createdAt: Date;
  checkedAt: Date | null;
  nextCheckAt: Date;
  /** Seconds until the next check; 0 when it is due or running. */
  nextCheckIn: number;
  failingSince: Date | null;
  lastCheck: LastCheck | null;
};

/** The agency's domains, newest first, and its default host at the end. */
export async function listDomains(db: AgencyReader, origin: PortalOrigin): Promise<Domain[]> {
  const rows = await domainRows(db).orderBy("hosts.kind").orderBy("hosts.created_at", "desc").execute();
  const chosen = rows.some(({ selected_at }) => selected_at !== null);
  return rows.map((row) => toDomain(row, origin, chosen ? row.selected_at !== null : row.kind === "default"));
}

/** One custom domain. Throws NotFound when the agency has none with this id, or had it and let go. */
export async function getDomain(db: AgencyReader, id: string, origin: PortalOrigin): Promise<Domain> {
  const row = await domainRows(db).where("hosts.id", "=", id).where("hosts.kind", "=", "custom").executeTakeFirst();
  if (!row) throw new NotFound("The agency has no such domain.");
  return toDomain(row, origin, row.selected_at !== null);
}

function domainRows(db: AgencyReader) {
  return db
    .selectFrom("hosts")
    .innerJoin("agencies", "agencies.id", "hosts.agency_id")
    .selectAll("hosts")
    .select([
      "agencies.dns_label",
      sql<number>`greatest(0, extract(epoch from hosts.next_check_at - now()))::float8`.as("next_check_in"),
    ])
    .where("hosts.released_at", "is", null);
}

type DomainRow = Awaited<ReturnType<ReturnType<typeof domainRows>["execute"]>>[number];

function toDomain(row: DomainRow, origin: PortalOrigin, selected: boolean): Domain {
  const included = row.kind === "default";
  const zone = included ? origin.portalDomain : zoneOf(row.name);
  return {
    id: row.id,
    name: hostName(row, origin),
    shownName: included ? hostName(row, origin) : shown(row.name),
    included,
    zone,
    apex: row.name === zone,
    state: included ? "active" : stateOf(row),
    selected,
    needsTxt: row.needs_txt,
    provenBy: row.proven_by,
    records: proofOf(row, row.dns_label, origin),
    createdAt: row.created_at,
    checkedAt: row.checked_at,
    nextCheckAt: row.next_check_at,
    nextCheckIn: row.next_check_in,
    failingSince: row.failing_since,
    lastCheck: row.last_check as LastCheck | null,
  };
}
