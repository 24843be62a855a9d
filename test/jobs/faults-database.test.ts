// PostgreSQL stopped and started again in the middle of the mails, in good order and at once: nothing is lost and nothing comes twice.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { type EmbeddedPostgres, startEmbedded } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { openTestDatabase } from "../support/database.ts";
import { startTcp } from "../support/smtp.ts";
import { account, seeded, startFaults, startRelay, statuses } from "./fault-world.ts";
import { startWorkerProcess } from "./worker-processes.ts";

/** A server of this test's own, behind an address that stays the same whatever port it starts on. */
async function ownServer() {
  const folder = mkdtempSync(path.join(os.tmpdir(), "portico-faults-"));
  const start = () => startEmbedded(path.join(folder, "postgresql"), { throwaway: true });
  let server: EmbeddedPostgres = await start();
  onTestFinished(async () => {
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  await migrate(server.url);
  // what was committed is written, as in any real installation; only the disk is not waited for
  const owner = new pg.Client({ connectionString: server.url });
  await owner.connect();
  await owner.query("alter database postgres set synchronous_commit = on");
  await owner.end();
  const door = await startTcp((socket) => {
    const through = connect(server.port, "127.0.0.1");
    for (const one of [socket, through]) {
      one.on("error", () => undefined);
      one.on("close", () => void [socket, through].map((side) => side.destroy()));
    }
    socket.pipe(through).pipe(socket);
  });
  onTestFinished(() => door.close());
  const stops = {
    /** SIGQUIT: every process of the server ends where it stands, and the next start recovers. */
    immediate: () => server.stop(),
    /** SIGINT: connections are told, transactions rolled back, everything written. */
    async fast() {
      const pid = Number(readFileSync(path.join(server.dir, "postmaster.pid"), "utf8").split("\n")[0]);
      process.kill(pid, "SIGINT");
      await expect.poll(() => connectable(server.port), { timeout: 20_000 }).toBe(false);
    },
  };
  return {
    url: server.url.replace(/:\d+\//, `:${new URL(door.url).port}/`),
    async restart(mode: keyof typeof stops) {
      await stops[mode]();
      server = await start();
    },
  };
}

const connectable = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });

test("PostgreSQL restarted in the middle of the mails, fast and immediately, costs time and nothing else", async () => {
  const random = seeded("PostgreSQL restarted");
  const own = await ownServer();
  const database = openTestDatabase(own.url);
  onTestFinished(() => database.close());
  const relay = await startRelay(() => undefined, 10);
  const world = await startFaults(300, relay.url, database);
  const worker = await startWorkerProcess(world, { leaseSeconds: 30, returnExpired: 300, smtpUrl: relay.url });
  for (const mode of ["fast", "immediate"] as const) {
    await relay.reached(relay.taken.length + 20 + Math.floor(random() * 60));
    await own.restart(mode);
  }
  await world.ended();
  expect(await statuses(world)).toEqual({ sent: 300 });
  expect(await account(world, relay.taken, "PostgreSQL restarted")).toBe(0);
  worker.process.kill("SIGTERM");
  expect(await worker.exit).toEqual([0, null]);
}, 120_000);
