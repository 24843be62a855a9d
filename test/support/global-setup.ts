// One throwaway PostgreSQL for the whole run and a migrated template database that every test clones.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { startEmbedded } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(path.join(os.tmpdir(), "portico-test-"));
  chmodSync(dir, 0o755);
  const server = await startEmbedded(path.join(dir, "postgresql"), { throwaway: true });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query("create database template_portico");
  await client.end();
  await migrate(server.url.replace(/\/postgres$/, "/template_portico"));
  project.provide("postgresUrl", server.url);
  return async () => {
    await server.remove();
    rmSync(dir, { recursive: true, force: true });
  };
}
