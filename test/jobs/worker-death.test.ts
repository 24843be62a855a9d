// Which workers count as dead: one that was killed does, within seconds; one that is slow, paused or has lost a connection does not.
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDirectoryJobs } from "../../src/db/directory-jobs.ts";
import { createWorkerLock } from "../../src/db/worker-lock.ts";
import { enqueueJob } from "../../src/jobs/queue.ts";
import { databaseForTest, type TestDatabase } from "../support/database.ts";
import { startMailing } from "./mailing.ts";
import { startWorkerProcess } from "./worker-processes.ts";

const AGENCY = "0190a000-0000-7000-8000-000000000001";
const ROOM = { free: 5, bulk: 5 };

async function connected(database: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => undefined);
  await client.connect();
  onTestFinished(() => client.end().catch(() => undefined));
  return client;
}

/** A job that a worker with a lock has claimed, and the job table of somebody who gives a silent worker no time at all. */
async function claimed() {
  const database = await databaseForTest();
  const lock = createWorkerLock("victim");
  const connection = await connected(database);
  await lock.take(connection);
  await database.store(AGENCY).write((db) => enqueueJob(db, { kind: "send-email", lane: "bulk" }));
  const jobs = openDirectoryJobs(database.directoryPool);
  const [job] = await jobs.claimJobs(lock.name(), ROOM);
  if (!job) throw new Error("Nothing was claimed.");
  return {
    database,
    lock,
    connection,
    jobs,
    job,
    impatient: openDirectoryJobs(database.directoryPool, { quietSeconds: 0 }),
  };
}

describe("a worker with a lock", () => {
  test("that has died loses its jobs long before their lease runs out", async () => {
    const { connection, jobs, job, impatient } = await claimed();
    await connection.end();
    await expect.poll(() => impatient.returnExpired()).toMatchObject([{ jobId: job.jobId, quarantined: false }]);
    expect(await jobs.renewLeases([job], "victim")).toEqual(new Set());
  });

  test("that is slow or paused keeps its jobs, however silent it is", async () => {
    const { impatient, jobs, job, lock } = await claimed();
    expect(await impatient.returnExpired()).toEqual([]);
    expect(await jobs.renewLeases([job], lock.name())).toEqual(new Set([job.jobId]));
  });

  test("that lost its connection keeps its jobs while it renews them", async () => {
    const { connection, database, jobs, job, lock, impatient } = await claimed();
    await connection.end();
    lock.lost();
    // a moment ago it renewed or claimed, and nobody calls that dead
    expect(await jobs.returnExpired()).toEqual([]);
    expect(await jobs.renewLeases([job], lock.name())).toEqual(new Set([job.jobId]));
    // from here on only the lease says whether it lives
    expect(await impatient.returnExpired()).toEqual([]);
    await lock.take(await connected(database));
    expect(await jobs.renewLeases([job], lock.name())).toEqual(new Set([job.jobId]));
    expect(await impatient.returnExpired()).toEqual([]);
  });

  test("that came back on another connection is not taken for dead when the one before ends", async () => {
    const { connection, database, jobs, job, lock, impatient } = await claimed();
    await lock.take(await connected(database));
    await jobs.renewLeases([job], lock.name());
    await connection.end();
    expect(await impatient.returnExpired()).toEqual([]);
  });
});

test("a worker without a lock is protected by its lease alone", async () => {
  const database = await databaseForTest();
  await database.store(AGENCY).write((db) => enqueueJob(db, { kind: "send-email", lane: "bulk" }));
  const jobs = openDirectoryJobs(database.directoryPool, { quietSeconds: 0 });
  expect(await jobs.claimJobs(createWorkerLock("alone").name(), ROOM)).toHaveLength(1);
  expect(await jobs.returnExpired()).toEqual([]);
  await database.owner.query("update jobs set leased_until = now() - interval '1 second'");
  expect(await jobs.returnExpired()).toHaveLength(1);
});

describe("in processes of their own, with the product's own times", () => {
  const SLOW = 120_000;

  /** A mail that one process has handed to a relay which does not answer, so that it stands between sending and sent. */
  async function inFlight() {
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const { promise: answered, resolve: answer } = Promise.withResolvers<undefined>();
    let asked = 0;
    const mailing = await startMailing({
      onData: () => {
        asked += 1;
        reach();
        return asked === 1 ? answered : undefined;
      },
    });
    const emailId = await mailing.queue(await mailing.invited("jane@acme.example"));
    const worker = await startWorkerProcess(mailing);
    await reached;
    return { mailing, emailId, worker, answer: () => answer(undefined), attempts: () => asked };
  }

  test(
    "the job of a worker killed with kill -9 runs again within seconds, though its lease lasts a minute",
    async () => {
      const { mailing, emailId, worker } = await inFlight();
      mailing.work({ pace: {} });
      worker.process.kill("SIGKILL");
      await worker.exit;
      const killed = performance.now();
      await expect
        .poll(() => mailing.email(emailId), { timeout: 30_000 })
        .toMatchObject({ status: "sent", attempts: 2 });
      console.log(
        `The job of the killed worker had run again after ${((performance.now() - killed) / 1_000).toFixed(1)} s.`,
      );
      expect(mailing.sink.messages).toHaveLength(1);
    },
    SLOW,
  );

  test(
    "a worker that is stopped and goes on later keeps its job, and the mail goes out once",
    async () => {
      const { mailing, emailId, worker, answer, attempts } = await inFlight();
      worker.process.kill("SIGSTOP");
      const impatient = openDirectoryJobs(mailing.database.directoryPool, { quietSeconds: 0 });
      expect(await impatient.returnExpired()).toEqual([]);
      worker.process.kill("SIGCONT");
      answer();
      await expect
        .poll(() => mailing.email(emailId), { timeout: 30_000 })
        .toMatchObject({ status: "sent", attempts: 1 });
      expect(attempts()).toBe(1);
      await expect.poll(() => mailing.jobs()).toEqual([]);
    },
    SLOW,
  );

  test(
    "a worker that is stopped beyond its lease loses the job, and writes nothing when it goes on",
    async () => {
      const { mailing, emailId, worker, answer } = await inFlight();
      worker.process.kill("SIGSTOP");
      await mailing.database.owner.query(
        "update jobs set leased_until = now() - interval '1 second' where email_id is not null",
      );
      mailing.work();
      await expect
        .poll(() => mailing.email(emailId), { timeout: 30_000 })
        .toMatchObject({ status: "sent", attempts: 2 });
      const written = await mailing.email(emailId);
      answer();
      worker.process.kill("SIGCONT");
      worker.process.kill("SIGTERM");
      expect(await worker.exit).toEqual([0, null]);
      expect(await mailing.email(emailId)).toEqual(written);
    },
    SLOW,
  );
});
