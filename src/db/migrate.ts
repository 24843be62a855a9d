// Runs the migrations, forward only; two processes at once run them one after the other.
import { readdirSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Kysely, PostgresDialect, sql } from "kysely";
import { FileMigrationProvider, Migrator } from "kysely/migration";
import pg from "pg";

// Beside the sources in development; built beside the bundle in production.
const here = import.meta.dirname;
const folder = path.basename(here) === "db" ? path.resolve(here, "../../migrations") : path.join(here, "migrations");

/** The name of the newest migration in the folder, without its extension. */
export function newestMigration(dir = folder): string {
  const names = readdirSync(dir).filter((name) => /^\d{4}-.*\.(?:ts|mjs)$/.test(name));
  return (
    names
      .sort()
      .at(-1)
      ?.replace(/\.\w+$/, "") ?? ""
  );
}

/** Brings the database at `url` to the newest migration; returns the names of those that ran. Throws the first one's error. */
export async function migrate(url: string, dir = folder): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: url, max: 1, application_name: "portico-migrate" });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const { server_version_num } = (await pool.query("show server_version_num")).rows[0] as {
      server_version_num: string;
    };
    if (Number(server_version_num) < 180000) throw new Error("Portico needs PostgreSQL 18 or newer.");
    const provider = new FileMigrationProvider({
      fs,
      path,
      migrationFolder: dir,
      import: (file) => import(pathToFileURL(file).href),
    });
    const { error, results = [] } = await new Migrator({ db, provider }).migrateToLatest();
    if (error) throw error;
    const ran = results.filter((result) => result.status === "Success").map((result) => result.migrationName);
    if (ran.length > 0) await sql`grant select on kysely_migration to portico_directory`.execute(db);
    return ran;
  } finally {
    await db.destroy();
  }
}
