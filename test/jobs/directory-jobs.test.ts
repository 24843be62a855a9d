// The job table: fair turns, leases that fence, crashes that are counted, and a claim whose cost does not follow the backlog.
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { openDirectoryJobs } from "../../src/db/directory-jobs.ts";
import { PLATFORM } from "../../src/db/schema.ts";
import { enqueueJob, enqueuePlatformJob, finishJob, LeaseLost, postponeJob } from "../../src/jobs/queue.ts";
import { databaseForTest, type TestDatabase } from "../support/database.ts";

const ROOM = { free: 5, bulk: 5 };

/** Writes `count` jobs of one agency, each a second younger than the one before. */
async function backlog(database: TestDatabase, agencyId: string, count: number, lane: "interactive" | "bulk" = "bulk") {
  await database.owner.query(
    `insert into jobs (agency_id, kind, lane, payload, run_at)
     select $1, 'send-email', $3, jsonb_build_object('n', n::text), now() - make_interval(secs => 100000 - n) from generate_series(1, $2::int) n`,
    [agencyId, count, lane],
  );
}

async function agencies(count: number): Promise<{ database: TestDatabase; ids: string[] }> {
  const database = await databaseForTest();
  return { database, ids: Array.from({ length: count }, () => randomUUID()) };
}

describe("claiming", () => {
  test("takes the oldest ready job of an agency first and leaves those whose time has not come", async () => {
    const { database, ids } = await agencies(1);
    const [a = ""] = ids;
    await backlog(database, a, 3);
    await database
      .store(a)
      .write((db) => enqueueJob(db, { kind: "sweep", lane: "bulk", runAt: new Date(Date.now() + 3_600_000) }));
    const jobs = openDirectoryJobs(database.directoryPool);
    const claimed = await jobs.claimJobs("test", ROOM);
    expect(claimed.map((job) => job.payload.n)).toEqual(["1", "2", "3"]);
    expect(await jobs.claimJobs("test", ROOM)).toEqual([]);
  });

  test("gives every agency its turn: one agency's ten thousand mails do not stand before another's few", async () => {
    const { database, ids } = await agencies(3);
    const [a = "", b = "", c = ""] = ids;
    await backlog(database, a, 10_000);
    await backlog(database, b, 2);
    await backlog(database, c, 1);
    const jobs = openDirectoryJobs(database.directoryPool);
    const order: string[] = [];
    for (let n = 0; n < 6; n++)
      for (const job of await jobs.claimJobs("test", { free: 1, bulk: 1 })) order.push(job.agencyId);
    expect(order.filter((id) => id === b)).toHaveLength(2);
    expect(order.filter((id) => id === c)).toHaveLength(1);
    expect(order.slice(0, 3).toSorted()).toEqual(ids.toSorted());
  });

  test("takes one job of each agency before a second of any within one claim", async () => {
    const { database, ids } = await agencies(4);
    for (const id of ids) await backlog(database, id, 50);
    const jobs = openDirectoryJobs(database.directoryPool);
    const claimed = await jobs.claimJobs("test", { free: 6, bulk: 6 });
    expect(
      claimed
        .slice(0, 4)
        .map((job) => job.agencyId)
        .toSorted(),
    ).toEqual(ids.toSorted());
    expect(claimed).toHaveLength(6);
  });

  test("takes the interactive lane first and keeps bulk to its share", async () => {
    const { database, ids } = await agencies(2);
    const [a = "", b = ""] = ids;
    await backlog(database, a, 10_000);
    const jobs = openDirectoryJobs(database.directoryPool);
    expect(await jobs.claimJobs("test", { free: 5, bulk: 3 })).toHaveLength(3);
    await database.store(b).write((db) => enqueueJob(db, { kind: "send-email", lane: "interactive" }));
    const next = await jobs.claimJobs("test", { free: 2, bulk: 1 });
    expect(next.map((job) => [job.agencyId, job.lane])).toEqual([
      [b, "interactive"],
      [a, "bulk"],
    ]);
    expect(await jobs.claimJobs("test", { free: 2, bulk: 0 })).toEqual([]);
  });

  test("never gives one job to two workers that claim at the same moment", async () => {
    const { database, ids } = await agencies(3);
    for (const id of ids) await backlog(database, id, 40);
    const workers = Array.from({ length: 4 }, () => openDirectoryJobs(database.directoryPool));
    const seen: string[] = [];
    while (seen.length < 120) {
      const rounds = await Promise.all(workers.map((jobs) => jobs.claimJobs("test", ROOM)));
      seen.push(...rounds.flat().map((job) => job.jobId));
    }
    expect(new Set(seen).size).toBe(120);
  });

  test("takes the platform's jobs too, which belong to no agency", async () => {
    const database = await databaseForTest();
    await database.globals.run((db) => enqueuePlatformJob(db, { kind: "send-member-reset", lane: "interactive" }));
    const [job] = await openDirectoryJobs(database.directoryPool).claimJobs("test", ROOM);
    expect(job?.agencyId).toBe(PLATFORM);
  });

  test("reads a handful of rows however many are waiting", async () => {
    const { database, ids } = await agencies(2);
    const [a = "", b = ""] = ids;
    await backlog(database, a, 20_000);
    await backlog(database, b, 1);
    await database.owner.query("analyze jobs");
    const read = async () => {
      await database.owner.query("select pg_stat_force_next_flush()");
      const { rows } = await database.owner.query(
        "select idx_tup_fetch::int as fetched, seq_tup_read::int as scanned from pg_stat_user_tables where relname = 'jobs'",
      );
      return rows[0] as { fetched: number; scanned: number };
    };
    const before = await read();
    await openDirectoryJobs(database.directoryPool).claimJobs("test", ROOM);
    const flush = await database.directoryPool.connect();
    await flush.query("select pg_stat_force_next_flush()");
    flush.release();
    const after = await read();
    expect(after.scanned - before.scanned).toBe(0);
    expect(after.fetched - before.fetched).toBeLessThan(200);
  });
});

describe("leases", () => {
  test("a worker whose lease was taken over cannot end, postpone, renew or retry the job", async () => {
    const { database, ids } = await agencies(1);
    const [a = ""] = ids;
    await backlog(database, a, 1);
    const slow = openDirectoryJobs(database.directoryPool, { leaseSeconds: 0 });
    const quick = openDirectoryJobs(database.directoryPool);
    const [lost] = await slow.claimJobs("slow", ROOM);
    if (!lost) throw new Error("Nothing was claimed.");
    expect(await quick.returnExpired()).toHaveLength(1);
    const [held] = await quick.claimJobs("quick", ROOM);
    expect(held?.jobId).toBe(lost.jobId);

    const store = database.store(a);
    await expect(store.write((db) => finishJob(db, lost))).rejects.toThrow(LeaseLost);
    await expect(store.write((db) => postponeJob(db, lost, { seconds: 1, reason: "", spent: true }))).rejects.toThrow(
      LeaseLost,
    );
    expect(await slow.renewLeases([lost], "slow")).toEqual(new Set());
    expect(await slow.retryJob(lost, { seconds: 1, error: "" })).toBe(false);
    await slow.finishJobs([lost]);
    await slow.releaseJobs([lost]);
    const { rows } = await database.owner.query("select lease_id from jobs");
    expect(rows).toEqual([{ lease_id: held?.leaseId }]);
  });

  test("a lease that is still held is renewed and does not come back", async () => {
    const { database, ids } = await agencies(1);
    await backlog(database, ids[0] ?? "", 1);
    const jobs = openDirectoryJobs(database.directoryPool);
    const [held] = await jobs.claimJobs("test", ROOM);
    if (!held) throw new Error("Nothing was claimed.");
    await database.owner.query("update jobs set leased_until = now() + interval '1 second'");
    expect(await jobs.renewLeases([held], "test")).toEqual(new Set([held.jobId]));
    const { rows } = await database.owner.query(
      "select leased_until > now() + interval '50 seconds' as renewed from jobs",
    );
    expect(rows).toEqual([{ renewed: true }]);
    expect(await jobs.returnExpired()).toEqual([]);
  });

  test("renewing waits for no transaction that is ending some of the jobs, and takes none of them for lost", async () => {
    const { database, ids } = await agencies(1);
    const [a = ""] = ids;
    await backlog(database, a, 4);
    const jobs = openDirectoryJobs(database.directoryPool);
    const held = await jobs.claimJobs("test", { free: 4, bulk: 4 });
    await database.owner.query("update jobs set leased_until = now() + interval '1 second'");
    const [ending, ...others] = held;
    if (!ending) throw new Error("Nothing was claimed.");
    await database.store(a).write(async (db) => {
      await finishJob(db, ending);
      expect(await jobs.renewLeases(held, "test")).toEqual(new Set(held.map((job) => job.jobId)));
    });
    const { rows } = await database.owner.query("select from jobs where leased_until > now() + interval '50 seconds'");
    expect(rows).toHaveLength(others.length);
    expect(await jobs.renewLeases(held, "test")).toEqual(new Set(others.map((job) => job.jobId)));
  });

  test("the third crash sets a job aside, where it is counted and can be run again", async () => {
    const { database, ids } = await agencies(1);
    const [a = ""] = ids;
    await backlog(database, a, 1);
    const jobs = openDirectoryJobs(database.directoryPool, { leaseSeconds: 0 });
    const quarantined: boolean[] = [];
    for (let crash = 0; crash < 3; crash++) {
      await database.owner.query("update jobs set run_at = now()");
      await jobs.claimJobs("test", ROOM);
      quarantined.push(...(await jobs.returnExpired()).map((job) => job.quarantined));
    }
    expect(quarantined).toEqual([false, false, true]);
    expect(await jobs.claimJobs("test", ROOM)).toEqual([]);
    const [count] = await jobs.countJobs();
    expect(count).toMatchObject({ kind: "send-email", lane: "bulk", state: "quarantined", count: 1 });

    const { rows } = await database.owner.query("select id from jobs");
    expect(await jobs.rerunJob(a, (rows[0] as { id: string }).id)).toBe(true);
    expect(await jobs.claimJobs("test", ROOM)).toHaveLength(1);
  });

  test("a job that was only held ahead when its worker died had no part in the crash", async () => {
    const { database, ids } = await agencies(1);
    await backlog(database, ids[0] ?? "", 3);
    const jobs = openDirectoryJobs(database.directoryPool, { leaseSeconds: 0 });
    const crashes = async () => {
      const { rows } = await database.owner.query("select crashes from jobs order by run_at, id");
      return rows.map((row: { crashes: number }) => row.crashes);
    };
    const claimed = await jobs.claimJobs("test", { free: 3, bulk: 3, start: 1 });
    await jobs.returnExpired();
    expect(await crashes()).toEqual([1, 0, 0]);
    await database.owner.query("update jobs set crashes = 0");

    // the next one was begun before the next renewal, and the last still was not
    const held = await jobs.claimJobs("test", { free: 3, bulk: 3, start: 1 });
    expect(held.map(({ jobId }) => jobId)).toEqual(claimed.map(({ jobId }) => jobId));
    await jobs.renewLeases(
      held.map((job, at) => ({ ...job, ahead: at > 1 })),
      "test",
    );
    await jobs.returnExpired();
    expect(await crashes()).toEqual([1, 1, 0]);
  });

  test("jobs that crashed together come back at once, and after a second time apart from each other", async () => {
    const { database, ids } = await agencies(1);
    await backlog(database, ids[0] ?? "", 5);
    const jobs = openDirectoryJobs(database.directoryPool, { leaseSeconds: 0 });
    await jobs.claimJobs("test", ROOM);
    await jobs.returnExpired();
    expect(await jobs.claimJobs("test", ROOM)).toHaveLength(5);
    await jobs.returnExpired();
    const { rows } = await database.owner.query("select run_at from jobs");
    expect(new Set(rows.map((row: { run_at: Date }) => row.run_at.getTime())).size).toBe(5);
    expect(await jobs.claimJobs("test", ROOM)).toEqual([]);
  });

  test("jobs that are given back cost no crash and run at once", async () => {
    const { database, ids } = await agencies(1);
    await backlog(database, ids[0] ?? "", 4);
    const jobs = openDirectoryJobs(database.directoryPool);
    await jobs.releaseJobs(await jobs.claimJobs("test", ROOM));
    const again = await jobs.claimJobs("test", ROOM);
    expect(again.map((job) => [job.crashes, job.attempts])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  test("jobs are counted by kind, lane and state with the age of the oldest", async () => {
    const { database, ids } = await agencies(1);
    await backlog(database, ids[0] ?? "", 4);
    const jobs = openDirectoryJobs(database.directoryPool);
    await jobs.claimJobs("test", { free: 1, bulk: 1 });
    const counts = await jobs.countJobs();
    expect(counts.map(({ state, count }) => [state, count])).toEqual([
      ["ready", 3],
      ["running", 1],
    ]);
    expect(counts[0]?.oldestSeconds).toBeGreaterThan(90_000);
  });
});

test("a job of an agency is stamped with it and no other agency sees it", async () => {
  const { database, ids } = await agencies(2);
  const [a = "", b = ""] = ids;
  await database.store(a).write((db) => enqueueJob(db, { kind: "send-email", lane: "bulk" }));
  const seen = (id: string) => database.store(id).read((db) => db.selectFrom("jobs").select("agency_id").execute());
  expect(await seen(a)).toEqual([{ agency_id: a }]);
  expect(await seen(b)).toEqual([]);
});

test("a queue that was empty when statements were planned is looked at again once it has grown", async () => {
  const { database, ids } = await agencies(1);
  const jobs = openDirectoryJobs(database.directoryPool);
  await database.owner.query("vacuum analyze jobs");
  expect(await jobs.noteGrowth()).not.toContain("jobs");
  await backlog(database, ids[0] ?? "", 20_000);
  expect(await jobs.noteGrowth()).toContain("jobs");
  const { rows } = await database.owner.query("select reltuples::int as believed from pg_class where relname = 'jobs'");
  expect(rows).toEqual([{ believed: 20_000 }]);
  expect(await jobs.noteGrowth()).toEqual([]);
});
