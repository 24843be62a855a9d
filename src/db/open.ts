// Where the database is: the one that DATABASE_URL names, or PostgreSQL from the package with a database of our own in it.
import path from "node:path";
import pg from "pg";
import type { Config } from "../config.ts";
import { startEmbedded } from "./embedded.ts";

export type OpenDatabase = {
  url: string;
  /** Whether it is our own packaged server, where the demo may be seeded. */
  embedded: boolean;
  /** Ends the packaged server, unless another process still works with it. */
  stop(): Promise<void>;
};

/** Finds the database, and starts the packaged one where none is configured. */
export async function openDatabase(config: Pick<Config, "databaseUrl" | "dataDir">): Promise<OpenDatabase> {
  if (config.databaseUrl) return { url: config.databaseUrl, embedded: false, stop: async () => undefined };
  const server = await startEmbedded(path.join(config.dataDir, "postgresql"));
  const url = server.url.replace(/\/postgres$/, "/portico");
  await ask(server.url, async (client) => {
    const { rowCount } = await client.query("select from pg_database where datname = 'portico'");
    if (!rowCount) await client.query("create database portico").catch(ignoreTaken);
  });
  return {
    url,
    embedded: true,
    stop: async () => {
      const others = await ask(server.url, async (client) => {
        const { rows } = await client.query(
          "select count(*)::int as n from pg_stat_activity where datname = 'portico'",
        );
        return (rows[0] as { n: number }).n;
      }).catch(() => 0);
      if (others === 0) await server.stop();
    },
  };
}

async function ask<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

// Two first starts at once: the other one was quicker.
function ignoreTaken(error: unknown): void {
  if (!(error instanceof pg.DatabaseError && (error.code === "42P04" || error.code === "23505"))) throw error;
}
