// The packaged PostgreSQL where only root may look: its data stands elsewhere, and never in another checkout's place.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { startEmbedded } from "../../src/db/embedded.ts";

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test("two folders of the same name that the server's own user cannot enter hold data of their own", async () => {
  const parents = [1, 2].map(() => mkdtempSync(path.join(os.tmpdir(), "portico-closed-")));
  const servers = [];
  try {
    for (const parent of parents)
      servers.push(await startEmbedded(path.join(parent, "postgresql"), { throwaway: true }));
    const [one, two] = servers;
    expect(one?.dir).not.toBe(two?.dir);
    await ask(one?.url ?? "", "create table mine ()");
    expect(await ask(two?.url ?? "", "select to_regclass('mine') as mine")).toEqual([{ mine: null }]);
  } finally {
    for (const server of servers) {
      await server.remove();
      expect(existsSync(server.dir)).toBe(false);
    }
    for (const parent of parents) rmSync(parent, { recursive: true, force: true });
  }
});
