// The worker: claims jobs while it has room, keeps their leases alive, runs their handlers and lets go of everything when it stops.
import { setTimeout as sleep } from "node:timers/promises";
import type { ClaimedJob, DirectoryJobs, ReturnedJob } from "../db/directory-jobs.ts";
import type { Listening } from "../db/listen.ts";
import type { Lane } from "../db/schema.ts";
import type { Logger } from "../log.ts";
import { Unavailable } from "../models/errors.ts";
import { createAhead } from "./ahead.ts";
import { retryDelay } from "./delays.ts";
import { createFinishing } from "./finishing.ts";
import { type JobKind, LeaseLost } from "./queue.ts";
import { every, within } from "./turns.ts";

/**
 * What runs one job. It has ended the job in its own transaction ("settled", through finishJob or postponeJob), or the worker ends
 * it ("done"). `signal` aborts when the lease is lost or the worker cannot wait any longer: start nothing new then.
 * Throwing runs the job again later; a job runs at least once, so a handler must bear running twice.
 */
export type Handler = (job: ClaimedJob, signal: AbortSignal) => Promise<"settled" | "done">;

export type Handlers = Record<JobKind, Handler>;

/** Called as things happen, for the metrics. Times are in seconds. */
export type WorkerHooks = {
  /** A handler ended. `lateBy` is how long the job had been ready when it was claimed. */
  onRun?: (run: {
    kind: string;
    outcome: "settled" | "done" | "error" | "lost";
    seconds: number;
    lateBy: number;
  }) => void;
  /** A job came back after its worker went away. */
  onReturned?: (job: ReturnedJob) => void;
};

export type WorkerOptions = {
  jobs: DirectoryJobs;
  handlers: Handlers;
  /** Begins to listen for new jobs and calls `wake` at each; without it the worker polls alone. */
  listen?: (wake: () => void) => Listening;
  log: Pick<Logger, "info" | "warn" | "error">;
  /** Jobs at once. About a third of them, one at least, take no bulk. */
  concurrency: number;
  /** Bulk jobs at once, when that follows something; never more than `concurrency` leaves. */
  bulkAtOnce?: () => number;
  /** This worker's name in the job table at the moment of asking. */
  name: () => string;
  /** Called when a job crashed too often and was set aside, so that what it stood for can say so. */
  onQuarantined?: (job: { agencyId: string; kind: string; emailId: string | null }) => Promise<void>;
  hooks?: WorkerHooks;
  /** Milliseconds. */
  pace?: Partial<Pace>;
};

export type Pace = { poll: number; renew: number; returnExpired: number; stop: number };

export type Worker = {
  /** Jobs being run at this moment. */
  running(): number;
  /** Takes no more, waits up to 25 s for what runs, gives the rest back. Never rejects; calling it again waits for the same end. */
  stop(): Promise<void>;
};

// A lease would do with a renewal every 20 s. They come more often because a worker that renews is known to live: without that a
// lost connection would look like a death. Looking for the dead reads a handful of index entries.
const PACE: Pace = { poll: 2_000, renew: 2_000, returnExpired: 2_000, stop: 25_000 };
// After so many errors in a row somebody has to look at the job; with these delays that is about a day and a half.
const MAX_ERRORS = 30;

type Run = { job: ClaimedJob; abort: AbortController; ended: Promise<void>; heldUntil: number; claimedAt: number };
// A job that was claimed ahead and has not had its turn by then is better off with another worker.
const LONGEST_WAIT_MS = 5_000;

/** Of so many jobs at once, how many may be bulk: the rest wait for interactive ones. */
export const bulkSlots = (concurrency: number): number =>
  concurrency > 1 ? concurrency - Math.max(1, Math.round(concurrency / 3)) : concurrency;

/** Starts a worker; it claims as soon as it listens, or at once where it only polls. */
export function createWorker(options: WorkerOptions): Worker {
  const { jobs, handlers, log, concurrency, hooks = {} } = options;
  const pace = { ...PACE, ...options.pace };
  const forBulk = bulkSlots(concurrency);
  const bulkAtOnce = () => Math.min(forBulk, options.bulkAtOnce?.() ?? forBulk);
  const runs = new Set<Run>();
  const ending = new Set<Run>();
  const finishing = createFinishing(jobs, log);
  const ahead = createAhead();
  const waiting: Record<Lane, Run[]> = { interactive: [], bulk: [] };
  let bulkRuns = 0;
  let stopping = false;
  let away = false;

  const allWaiting = () => [...waiting.interactive, ...waiting.bulk];
  const room = () => ({
    free: concurrency - runs.size + ahead.size() - waiting.interactive.length - waiting.bulk.length,
    bulk: Math.max(0, bulkAtOnce() - bulkRuns + ahead.size() - waiting.bulk.length),
    start: Math.max(0, concurrency - runs.size - waiting.interactive.length - waiting.bulk.length),
  });

  // One claim at a time; whatever asks meanwhile is answered by one more claim afterwards.
  let claiming: Promise<void> | undefined;
  let asked = false;
  // Room came while a claim was under way that had asked for less: it is not to wait for the next poll.
  let vacated = false;
  const wake = () => {
    asked = true;
    claiming ??= claimWhileAsked().finally(() => {
      claiming = undefined;
      if ((asked || (vacated && isLow())) && !stopping) wake();
    });
  };
  async function claimWhileAsked(): Promise<void> {
    while (asked && !stopping) {
      asked = false;
      vacated = false;
      const wanted = room();
      if (wanted.free < 1) return;
      const claimedAt = performance.now();
      const claimed = await orLater(() => jobs.claimJobs(options.name(), wanted), "claim jobs");
      if (!claimed) return;
      for (const job of claimed) waiting[job.lane].push(hold(job, claimedAt));
      if (claimed.length >= Math.min(wanted.free, wanted.bulk)) void noteGrowth();
      // where jobs are held ahead the next claim leaves for the database before they run
      if (ahead.size() > 0 && waiting.interactive.length === 0) setImmediate(startWaiting);
      else startWaiting();
      // there may be more than one claim looks at
      if ((claimed.length > 0 || vacated) && isLow()) asked = true;
    }
  }

  const hold = (job: ClaimedJob, claimedAt: number): Run => ({
    job,
    claimedAt,
    abort: new AbortController(),
    heldUntil: claimedAt + jobs.leaseSeconds * 1_000,
    ended: Promise.resolve(),
  });

  function startWaiting(): void {
    while (runs.size < concurrency && !stopping) {
      const next = waiting.interactive.shift() ?? (bulkRuns < bulkAtOnce() ? waiting.bulk.shift() : undefined);
      if (!next) return;
      start(next);
    }
  }

  function start(run: Run): void {
    runs.add(run);
    if (run.job.lane === "bulk") bulkRuns += 1;
    run.ended = perform(run).finally(() => {
      ending.delete(run);
      vacate(run);
    });
  }

  function vacate(run: Run): void {
    if (!runs.delete(run)) return;
    if (run.job.lane === "bulk") {
      bulkRuns -= 1;
      ahead.ran();
    }
    startWaiting();
    // what a claim under way brings is waited for
    if (claiming) vacated = true;
    else if (isLow()) wake();
  }

  // Claimed in halves, so that jobs of a moment come in groups.
  const isLow = () => waiting.interactive.length + waiting.bulk.length <= ahead.size() / 2;

  function dropWaiting(gone: ReadonlySet<Run>): void {
    for (const lane of ["interactive", "bulk"] as const) waiting[lane] = waiting[lane].filter((run) => !gone.has(run));
  }

  // The handlers at work have become slow: what was claimed ahead of them goes back, for whoever has room.
  async function handOver(): Promise<void> {
    const stale = new Set(allWaiting().filter(({ claimedAt }) => performance.now() - claimedAt > LONGEST_WAIT_MS));
    if (stale.size === 0) return;
    ahead.reset();
    dropWaiting(stale);
    await orLater(() => jobs.releaseJobs([...stale].map(({ job }) => job)), "hand over jobs");
  }

  async function perform(run: Run): Promise<void> {
    const { job } = run;
    const { signal } = run.abort;
    const began = performance.now();
    const tell = (outcome: "settled" | "done" | "error" | "lost") =>
      hooks.onRun?.({ kind: job.kind, outcome, seconds: (performance.now() - began) / 1_000, lateBy: job.lateBy });
    try {
      const handler = Object.hasOwn(handlers, job.kind) ? handlers[job.kind as JobKind] : undefined;
      if (!handler) throw new Error(`There is no handler for jobs of kind ${job.kind}.`);
      const outcome = await handler(job, signal);
      tell(outcome);
      if (outcome === "settled") return;
      // the slot is free for the next; the lease is kept until the row is gone
      ending.add(run);
      vacate(run);
      await finishing.finish(job);
    } catch (error) {
      if (error instanceof LeaseLost) {
        log.warn({ job: job.jobId, kind: job.kind }, "A job was lost to another worker.");
        tell("lost");
        return;
      }
      const failed = { err: error, job: job.jobId, kind: job.kind, agency: job.agencyId };
      if (error instanceof Unavailable) log.warn(failed, "A job met something that is away and will run again.");
      else log.error(failed, "A job failed and will run again.");
      tell("error");
      await giveBack(job, error, signal);
    }
  }

  // While the database is away the job stays ours, until it answers or the lease has run out.
  async function giveBack(job: ClaimedJob, error: unknown, signal: AbortSignal): Promise<void> {
    const unavailable = error instanceof Unavailable;
    const retry = {
      seconds: unavailable
        ? retryDelay(0, { first: 2, longest: 2 })
        : retryDelay(job.attempts, { first: 10, longest: 3_600 }),
      error: error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : "An error.",
      quarantine: !unavailable && job.attempts + 1 >= MAX_ERRORS,
    };
    let returned: boolean | undefined;
    while (returned === undefined && !signal.aborted) {
      returned = await orLater(() => jobs.retryJob(job, retry), "give back a job");
      if (returned === undefined) await sleep(500, undefined, { signal }).catch(() => undefined);
    }
    if (returned && retry.quarantine) await setAside(job);
  }

  async function setAside(job: { agencyId: string; kind: string; emailId: string | null }): Promise<void> {
    log.error({ kind: job.kind, agency: job.agencyId }, "A job failed too often and was set aside.");
    await orLater(async () => options.onQuarantined?.(job), "tell of a job set aside");
  }

  async function renew(): Promise<void> {
    // A process that was stopped for longer than its leases has lost them, and must not send a thing before it hears so.
    for (const run of runs) if (performance.now() > run.heldUntil) run.abort.abort(new LeaseLost());
    const started = [...runs, ...ending];
    const held = [...started, ...allWaiting()];
    const renewedAt = performance.now();
    const kept = await orLater(
      () =>
        jobs.renewLeases(
          held.map(({ job }, at) => ({ ...job, ahead: at >= started.length })),
          options.name(),
        ),
      "renew leases",
    );
    const lost = new Set<Run>();
    for (const run of held) {
      if (kept?.has(run.job.jobId)) run.heldUntil = renewedAt + jobs.leaseSeconds * 1_000;
      // lost to another worker, ended a moment ago, or not renewed for so long that another may have it by now
      else if (kept || performance.now() > run.heldUntil) lost.add(run);
    }
    for (const { abort } of lost) abort.abort(new LeaseLost());
    dropWaiting(lost);
  }

  async function returnExpired(): Promise<void> {
    const returned = await orLater(() => jobs.returnExpired(), "free expired leases");
    if (!returned?.length) return;
    log.warn({ count: returned.length }, "Jobs came back from a worker that went away.");
    wake();
    for (const job of returned) {
      hooks.onReturned?.(job);
      if (job.quarantined) await setAside(job);
    }
  }

  // The database may be away for a while: the next turn of the same timer tries again, and only the change is worth a line.
  async function orLater<T>(work: () => Promise<T>, what: string): Promise<T | undefined> {
    try {
      const result = await work();
      if (away) log.info({}, "The database is back.");
      away = false;
      return result;
    } catch (error) {
      if (!(error instanceof Unavailable)) log.error({ err: error }, `Could not ${what}.`);
      else if (!away) log.warn({}, "The database is away; the worker waits.");
      if (error instanceof Unavailable) away = true;
      return undefined;
    }
  }

  // A queue is empty most of the time, and what PostgreSQL learnt of it then would be wrong about a hundred thousand.
  let notedAt = Number.NEGATIVE_INFINITY;
  async function noteGrowth(): Promise<void> {
    if (stopping || performance.now() - notedAt < pace.poll) return;
    notedAt = performance.now();
    const grown = await orLater(() => jobs.noteGrowth(), "look at how the tables have grown");
    if (grown?.length) log.info({ tables: grown }, "Tables have grown; their statements are planned anew.");
  }

  const poll = async () => {
    await handOver();
    wake();
  };
  const failed = (error: unknown) => log.error({ err: error }, "The worker stumbled and goes on.");
  const timers = [
    every(pace.poll, poll, failed),
    every(pace.renew, renew, failed),
    every(pace.returnExpired, returnExpired, failed),
  ];
  // Listening wakes it when it begins, which is when the lock stands behind its name: a job claimed before that would be
  // protected by its lease alone should this process die at once. The poll stands behind it.
  const listening = options.listen?.(wake);
  if (!listening) wake();

  async function stop(): Promise<void> {
    stopping = true;
    await claiming;
    const unstarted = allWaiting();
    dropWaiting(new Set(unstarted));
    await giveAllBack(unstarted);
    await within(pace.stop, Promise.all([...runs, ...ending].map(({ ended }) => ended)));
    for (const { abort } of runs) abort.abort(new LeaseLost());
    if (runs.size > 0) log.warn({ count: runs.size }, "Jobs were given back unfinished.");
    await giveAllBack([...runs]);
    // renewing goes on until here, and so does the connection that shows that we live: what still ran was still ours
    await Promise.all(timers.map((timer) => timer.stop()));
    await listening?.stop();
  }

  const giveAllBack = (some: readonly Run[]) =>
    orLater(() => jobs.releaseJobs(some.map(({ job }) => job)), "give back jobs");

  let stopped: Promise<void> | undefined;
  return {
    running: () => runs.size,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
