// The one place that looks across agencies: which agency a host or slug belongs to. (Claiming jobs across agencies stands in directory-jobs.ts.)
import { sql } from "kysely";
import type { Pool } from "pg";
import { connect, kyselyOn, orUnavailable } from "./pool.ts";

/** What a portal host needs to know of its agency. `selected` tells whether this is the host that links are built on. */
export type PortalHost = {
  agencyId: string;
  slug: string;
  name: string;
  brandColor: string;
  /** Where contacts ask for help. */
  supportEmail: string | null;
  timeZone: string;
  /** How long a link works that a contact asked for. */
  loginLinkSeconds: number;
  kind: "default" | "custom";
  host: string;
  selected: boolean;
};

/** An agency as the dashboard's door finds it by its slug. */
export type AgencyEntry = { id: string; slug: string; name: string };

export type Directory = {
  /** The agency behind a default host's slug or a verified custom host's name; undefined when nobody holds it. */
  findHost(kind: "default" | "custom", name: string): Promise<PortalHost | undefined>;
  /** Every host that somebody may ask a certificate for: proven, degraded ones included, and not released. */
  listHosts(): Promise<{ kind: "default" | "custom"; name: string }[]>;
  /** Whether the database answers and its newest migration has run. */
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
    findHost: (kind, name) =>
      ask(async (db) => {
        const row = await db
          .selectFrom("hosts")
          .innerJoin("agencies", "agencies.id", "hosts.agency_id")
          .select(["agencies.id", "agencies.slug", "agencies.name", "agencies.brand_color", "hosts.selected_at"])
          .select(["agencies.support_email", "agencies.time_zone", "agencies.login_link_seconds"])
          .where("hosts.kind", "=", kind)
          .where("hosts.name", "=", name)
          .where("hosts.verified_at", "is not", null)
          .where("hosts.released_at", "is", null)
          .executeTakeFirst();
        if (!row) return undefined;
        return {
          agencyId: row.id,
          slug: row.slug,
          name: row.name,
          brandColor: row.brand_color,
          supportEmail: row.support_email,
          timeZone: row.time_zone,
          loginLinkSeconds: row.login_link_seconds,
          kind,
          host: name,
          selected: row.selected_at !== null,
        };
      }),
    listHosts: () =>
      ask((db) =>
        db
          .selectFrom("hosts")
          .select(["kind", "name"])
          .where("verified_at", "is not", null)
          .where("released_at", "is", null)
          .execute(),
      ),
    isReady: (newest) =>
      ask(async (db) => {
        const { rows } = await sql`select 1 from kysely_migration where name = ${newest}`.execute(db);
        return rows.length === 1;
      }),
  };
}
