// The worker itself: room, waking, errors, leases that are lost, a database that goes away, and stopping.
import { connect } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ClaimedJob, openDirectoryJobs } from "../../src/db/directory-jobs.ts";
import { listen } from "../../src/db/listen.ts";
import { createPool } from "../../src/db/pool.ts";
import { enqueueJob } from "../../src/jobs/queue.ts";
import { createWorker, type Handler, type WorkerOptions } from "../../src/jobs/worker.ts";
import { createLogger } from "../../src/log.ts";
import { databaseForTest, type TestDatabase } from "../support/database.ts";
import { startTcp } from "../support/smtp.ts";

const AGENCY = "0190a000-0000-7000-8000-000000000001";
const SLOW_PACE = { poll: 60_000, renew: 60_000, returnExpired: 60_000 };

type Setup = Partial<WorkerOptions> & { url?: string; leaseSeconds?: number };

/** A worker whose every job runs `handler`. */
function work(
  database: TestDatabase,
  handler: Handler,
  { url = database.url, leaseSeconds = 60, ...options }: Setup = {},
) {
  const pool = createPool({ url, role: "portico_directory", max: 3 });
  const worker = createWorker({
    jobs: openDirectoryJobs(pool, { leaseSeconds }),
    handlers: {
      "send-email": handler,
      "answer-mail-request": handler,
      "send-member-reset": handler,
      "check-domain": handler,
      "check-sending-domain": handler,
      "send-test-mail": handler,
      "send-template-test": handler,
      "enter-workflow": handler,
      "run-workflow": handler,
      sweep: handler,
    },
    listen: (wake) => listen({ url, role: "portico_directory", channel: "jobs_ready", onNotify: wake }),
    log: createLogger("silent"),
    concurrency: 5,
    name: () => "test",
    ...options,
  });
  onTestFinished(async () => {
    await worker.stop();
    await pool.end();
  });
  return worker;
}

const enqueue = (database: TestDatabase, lane: "interactive" | "bulk" = "bulk", payload: Record<string, string> = {}) =>
  database.store(AGENCY).write((db) => enqueueJob(db, { kind: "send-email", lane, payload }));

const jobsOf = (database: TestDatabase) =>
  database.store(AGENCY).read((db) => db.selectFrom("jobs").selectAll().execute());

/** A handler that ends only when told to. */
function gate() {
  const running: ClaimedJob[] = [];
  const { promise: open, resolve } = Promise.withResolvers<void>();
  const handler: Handler = async (job) => {
    running.push(job);
    await open;
    return "done";
  };
  return { running, open: resolve, handler };
}

test.each([1, 3, 10])("%i at once run all that waits without a poll between", async (concurrency) => {
  const database = await databaseForTest();
  await database.store(AGENCY).write(async (db) => {
    for (let at = 0; at < 60; at++)
      await enqueueJob(db, { kind: "send-email", lane: at % 20 === 0 ? "interactive" : "bulk" });
  });
  let ran = 0;
  const handler: Handler = async () => {
    ran += 1;
    return "done";
  };
  work(database, handler, { concurrency, pace: SLOW_PACE });
  await expect.poll(() => ran).toBe(60);
  await expect.poll(() => jobsOf(database)).toEqual([]);
});

test("a job written while the worker sleeps runs as soon as its transaction commits", async () => {
  const database = await databaseForTest();
  const ran: string[] = [];
  const { promise: first, resolve } = Promise.withResolvers<void>();
  const handler: Handler = async (job) => {
    ran.push(job.payload.n ?? "");
    if (job.payload.n === "2") resolve();
    return "done";
  };
  // no poll will come in time, and the job's own notification is the only other thing that wakes
  work(database, handler, { pace: SLOW_PACE });
  await enqueue(database, "bulk", { n: "1" });
  await expect.poll(() => ran).toEqual(["1"]);
  await enqueue(database, "bulk", { n: "2" });
  await first;
  await expect.poll(() => jobsOf(database)).toEqual([]);
});

test("bulk leaves slots free, and an interactive job takes one at once", async () => {
  const database = await databaseForTest();
  const { running, open, handler } = gate();
  for (let n = 0; n < 10; n++) await enqueue(database);
  const worker = work(database, handler, { pace: SLOW_PACE });
  await expect.poll(() => worker.running()).toBe(3);
  await enqueue(database, "interactive");
  await expect.poll(() => running.map((job) => job.lane)).toEqual(["bulk", "bulk", "bulk", "interactive"]);
  open();
  await expect.poll(() => jobsOf(database)).toEqual([]);
});

test("a worker of one slot runs bulk too", async () => {
  const database = await databaseForTest();
  await enqueue(database);
  work(database, async () => "done", { concurrency: 1 });
  await expect.poll(() => jobsOf(database)).toEqual([]);
});

describe("a job that fails", () => {
  test("runs again later, says why and waits longer each time", async () => {
    const database = await databaseForTest();
    await enqueue(database);
    work(database, async () => Promise.reject(new Error("The sky fell.")), { pace: { poll: 50 } });
    const delay = async () => {
      const [job] = await jobsOf(database);
      return job && !job.lease_id
        ? {
            attempts: job.attempts,
            seconds: (job.run_at.getTime() - job.created_at.getTime()) / 1_000,
            error: job.last_error,
          }
        : undefined;
    };
    await expect.poll(delay).toMatchObject({ attempts: 1, error: "Error: The sky fell." });
    const before = await delay();
    await database.owner.query("update jobs set attempts = 5, run_at = now(), created_at = now()");
    await expect.poll(delay).toMatchObject({ attempts: 6 });
    expect((await delay())?.seconds).toBeGreaterThan((before?.seconds ?? 0) * 4);
  });

  test("is set aside after its thirtieth error and tells so", async () => {
    const database = await databaseForTest();
    await enqueue(database);
    await database.owner.query("update jobs set attempts = 29");
    const told: string[] = [];
    work(database, async () => Promise.reject(new Error("Again.")), {
      onQuarantined: async ({ kind }) => void told.push(kind),
    });
    await expect.poll(() => told).toEqual(["send-email"]);
    expect((await jobsOf(database))[0]?.quarantined_at).toBeTruthy();
  });

  test("of a kind that nobody knows is kept, not dropped", async () => {
    const database = await databaseForTest();
    await enqueue(database);
    await database.owner.query("update jobs set kind = 'constructor'");
    work(database, async () => "done", { pace: { poll: 50 } });
    await expect.poll(async () => (await jobsOf(database))[0]?.last_error).toContain("no handler");
  });
});

test("a long job keeps its lease, and loses its signal when somebody else has taken it", async () => {
  const database = await databaseForTest();
  await enqueue(database);
  const { promise: lost, resolve } = Promise.withResolvers<void>();
  const started: string[] = [];
  const handler: Handler = async (job, signal) => {
    started.push(job.jobId);
    await new Promise<void>((end) => signal.addEventListener("abort", () => end()));
    resolve();
    return "done";
  };
  work(database, handler, { leaseSeconds: 5, pace: { ...SLOW_PACE, renew: 100 } });
  await expect.poll(() => started).toHaveLength(1);
  const first = (await jobsOf(database))[0]?.leased_until;
  await expect
    .poll(async () => (await jobsOf(database))[0]?.leased_until?.getTime())
    .toBeGreaterThan((first?.getTime() ?? 0) + 1_000);
  const thief = crypto.randomUUID();
  await database.owner.query("update jobs set lease_id = $1, leased_until = now() + interval '1 hour'", [thief]);
  await lost;
  expect((await jobsOf(database)).map((job) => job.lease_id)).toEqual([thief]);
});

test("the worker goes on when the database comes back, and a job that was running is ended once", async () => {
  const database = await databaseForTest();
  const { hostname, port, href } = new URL(database.url);
  let up = true;
  const cut = new Set<() => void>();
  const proxy = await startTcp((socket) => {
    if (!up) return void socket.destroy();
    const through = connect(Number(port), hostname);
    const end = () => void [socket, through].map((one) => one.destroy());
    cut.add(end);
    for (const one of [socket, through]) one.on("error", end).on("close", end);
    socket.pipe(through).pipe(socket);
  });
  onTestFinished(() => proxy.close());
  const url = href.replace(`:${port}/`, `:${new URL(proxy.url).port}/`);
  const { running, open, handler } = gate();
  await enqueue(database);
  const worker = work(database, handler, { url, leaseSeconds: 2, pace: { poll: 100, renew: 100, returnExpired: 100 } });
  await expect.poll(() => worker.running()).toBe(1);
  up = false;
  for (const end of cut) end();
  open();
  for (let n = 0; n < 20; n++) await enqueue(database);
  up = true;
  await expect.poll(() => jobsOf(database), { timeout: 15_000 }).toEqual([]);
  expect(running.length).toBeGreaterThanOrEqual(21);
});

describe("stopping", () => {
  test("takes no new job, waits for what runs and leaves the rest as it was", async () => {
    const database = await databaseForTest();
    const { running, open, handler } = gate();
    for (let n = 0; n < 8; n++) await enqueue(database);
    const worker = work(database, handler);
    await expect.poll(() => running).toHaveLength(3);
    const stopped = worker.stop();
    open();
    await stopped;
    expect(running).toHaveLength(3);
    const left = await jobsOf(database);
    expect(left.map(({ lease_id, crashes }) => [lease_id, crashes])).toEqual(
      Array.from({ length: 5 }, () => [null, 0]),
    );
  });

  test("gives back what does not end in time, without counting a crash", async () => {
    const database = await databaseForTest();
    const { running, open, handler } = gate();
    await enqueue(database);
    const worker = work(database, handler, { pace: { stop: 50 } });
    await expect.poll(() => running).toHaveLength(1);
    await worker.stop();
    expect(await jobsOf(database)).toMatchObject([{ lease_id: null, crashes: 0, attempts: 0 }]);
    open();
  });
});

test("the metrics hear of every run and how late it was", async () => {
  const database = await databaseForTest();
  await enqueue(database);
  const runs: { kind: string; outcome: string; lateBy: number }[] = [];
  work(database, async () => "done", { hooks: { onRun: (run) => void runs.push(run) } });
  await expect.poll(() => runs).toMatchObject([{ kind: "send-email", outcome: "done" }]);
  expect(runs[0]?.lateBy).toBeGreaterThanOrEqual(0);
});
