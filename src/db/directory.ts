// The one place that looks across agencies: which hosts there are and whose. (Claiming jobs across agencies stands in directory-jobs.ts.)
import { sql } from "kysely";
import type { Pool } from "pg";
import { connect, kyselyOn, orUnavailable } from "./pool.ts";
import type { ColorScheme, Logo } from "./schema.ts";

/** A host as the database names it: a default host by its agency's slug alone, a custom one by its whole name. */
export type HostRef = { kind: "default" | "custom"; name: string };

/** A host that an agency has proven, and what its pages need to know of the agency. */
export type ListedHost = {
  agencyId: string;
  slug: string;
  /** As clients know it: the portal's own name, or the agency's. */
  name: string;
  brandColor: string;
  brandVersion: number;
  scheme: ColorScheme;
  /** The agency's own words on its sign-in page, each null where it set none. */
  headline: string | null;
  text: string | null;
  logo: Logo | null;
  faviconHash: string | null;
  /** Where contacts ask for help. */
  supportEmail: string | null;
  timeZone: string;
  /** How long a link works that a contact asked for. */
  loginLinkSeconds: number;
  kind: "default" | "custom";
  host: string;
  /** The agency chose this host. */
  selected: boolean;
  /** It did not answer lately. */
  degraded: boolean;
};

/** A portal host with the agency's `home`: the host that its links are built on now, this one or another. */
export type PortalHost = ListedHost & { home: HostRef };

/** Which hosts: those of some agencies, or the next `limit` of all in the order of their agencies. */
export type HostsAsked =
  | { agencyIds: readonly string[] }
  | { after: { agencyId: string; hostId: string } | undefined; limit: number };

export type Directory = {
  /**
   * Hosts that are proven, degraded ones included, and not released. Of agencies that are gone nothing comes back. `next` says
   * where to go on when there may be more.
   */
  listHosts(
    asked: HostsAsked,
  ): Promise<{ hosts: ListedHost[]; next: { agencyId: string; hostId: string } | undefined }>;
  /** Whether the database answers within two seconds and its newest migration has run. */
  isReady(newestMigration: string): Promise<boolean>;
};

/** Opens the directory over a pool that runs as `portico_directory`. */
export function openDirectory(pool: Pool): Directory {
  const ask = <T>(fn: (db: ReturnType<typeof kyselyOn>) => Promise<T>) =>
    orUnavailable(async () => {
      const client = await connect(pool);
      try {
        return await fn(kyselyOn(client));
      } finally {
        client.release();
      }
    });
  return {
    listHosts: (asked) => ask((db) => listHosts(db, asked)),
    isReady: (newest) => {
      const known = ask(async (db) => {
        const { rows } = await sql`select 1 from kysely_migration where name = ${newest}`.execute(db);
        return rows.length === 1;
      });
      return Promise.race([known, noAnswer()]);
    },
  };
}

// A database that hangs closes no connection: without an end to the wait whoever asks would hang with it.
function noAnswer(): Promise<boolean> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), 2_000).unref();
  });
}

async function listHosts(db: ReturnType<typeof kyselyOn>, asked: HostsAsked) {
  const rows = await db
    .selectFrom("hosts")
    .innerJoin("agencies", "agencies.id", "hosts.agency_id")
    .select(["hosts.id as hostId", "hosts.kind", "hosts.name as host", "hosts.selected_at", "hosts.degraded_at"])
    .select(["agencies.id", "agencies.slug", "agencies.brand_color", "agencies.brand_version", "agencies.color_scheme"])
    .select(["agencies.welcome_headline", "agencies.welcome_text", "agencies.logo", "agencies.favicon_hash"])
    .select(sql<string>`coalesce(agencies.portal_name, agencies.name)`.as("name"))
    .select(["agencies.support_email", "agencies.time_zone", "agencies.login_link_seconds"])
    .where("hosts.verified_at", "is not", null)
    .where("hosts.released_at", "is", null)
    .$if("agencyIds" in asked, (query) =>
      query.where(sql<boolean>`hosts.agency_id = any(${"agencyIds" in asked ? asked.agencyIds : []}::uuid[])`),
    )
    .$if("after" in asked && asked.after !== undefined, (query) => {
      const { agencyId, hostId } = ("after" in asked && asked.after) || { agencyId: "", hostId: "" };
      return query.where(sql<boolean>`(hosts.agency_id, hosts.id) > (${agencyId}::uuid, ${hostId}::uuid)`);
    })
    .$if("limit" in asked, (query) =>
      query
        .orderBy("hosts.agency_id")
        .orderBy("hosts.id")
        .limit("limit" in asked ? asked.limit : 0),
    )
    .execute();
  const last = rows.at(-1);
  const full = "limit" in asked && rows.length === asked.limit;
  return {
    hosts: rows.map((row) => ({
      agencyId: row.id,
      slug: row.slug,
      name: row.name,
      brandColor: row.brand_color,
      brandVersion: row.brand_version,
      scheme: row.color_scheme,
      headline: row.welcome_headline,
      text: row.welcome_text,
      logo: row.logo,
      faviconHash: row.favicon_hash,
      supportEmail: row.support_email,
      timeZone: row.time_zone,
      loginLinkSeconds: row.login_link_seconds,
      kind: row.kind,
      host: row.host,
      selected: row.selected_at !== null,
      degraded: row.degraded_at !== null,
    })),
    next: full && last ? { agencyId: last.id, hostId: last.hostId } : undefined,
  };
}
