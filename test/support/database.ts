// A database of a test's own, cloned from the migrated template, with every door that the product has to it.
import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject, onTestFinished } from "vitest";
import { openAgencyStore } from "../../src/db/agency-store.ts";
import { openDirectory } from "../../src/db/directory.ts";
import { openGlobalStore } from "../../src/db/global-store.ts";
import { createPool } from "../../src/db/pool.ts";

export type TestDatabase = Awaited<ReturnType<typeof createTestDatabase>>;

/** Clones the template and opens pools on it; `owner` is a superuser's pool, for looking behind row-level security. */
export async function createTestDatabase() {
  const base = inject("postgresUrl");
  const name = `t_${randomBytes(8).toString("hex")}`;
  // A clone needs the template to be nobody's at that moment; another test file's clone is waited for.
  await ask(base, "select pg_advisory_lock(4711)", `create database ${name} template template_portico`);
  const doors = openTestDatabase(base.replace(/\/postgres$/, `/${name}`));
  const close = async () => {
    await doors.close();
    // Each is 10 MB, and a whole run makes hundreds.
    await ask(base, `drop database if exists ${name} with (force)`);
  };
  return { ...doors, close };
}

async function ask(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Opens the same doors to a migrated database that stands somewhere else. */
export function openTestDatabase(url: string) {
  const appPool = createPool({ url, role: "portico_app", max: 10, waitMs: 10_000 });
  const directoryPool = createPool({ url, role: "portico_directory", max: 5, waitMs: 10_000 });
  const owner = new pg.Pool({ connectionString: url, max: 3 });
  owner.on("error", () => undefined);
  return {
    url,
    appPool,
    directoryPool,
    owner,
    store: (agencyId: string) => openAgencyStore(appPool, agencyId),
    globals: openGlobalStore(directoryPool),
    directory: openDirectory(directoryPool),
    /** Closes the pools. */
    close: async () => {
      await Promise.all([appPool.end(), directoryPool.end(), owner.end()]);
    },
  };
}

/** As createTestDatabase, closed when the running test ends. */
export async function databaseForTest(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  onTestFinished(() => database.close());
  return database;
}

/** Makes an agency with a verified, selected default host and returns its id. */
export async function insertAgency(database: TestDatabase, slug: string, name: string): Promise<string> {
  const { rows } = await database.owner.query(
    `with agency as (insert into agencies (slug, name) values ($1, $2) returning id)
     insert into hosts (agency_id, kind, name, verified_at, active_at, selected_at)
     select id, 'default', $1, now(), now(), now() from agency returning agency_id`,
    [slug, name],
  );
  return (rows[0] as { agency_id: string }).agency_id;
}

/** Makes a contact and returns its id; the columns are those of the table. */
export async function insertContact(
  database: TestDatabase,
  agencyId: string,
  columns: Record<string, unknown>,
): Promise<string> {
  const all: Record<string, unknown> = { agency_id: agencyId, ...columns };
  const names = Object.keys(all);
  const { rows } = await database.owner.query(
    `insert into contacts (${names.join(", ")}) values (${names.map((_, i) => `$${i + 1}`).join(", ")}) returning id`,
    Object.values(all),
  );
  return (rows[0] as { id: string }).id;
}
