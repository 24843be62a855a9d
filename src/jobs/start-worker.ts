// Wires a worker to the database, the mailer and every handler; what main, and the tests' worker process, start.
import { randomUUID } from "node:crypto";
import os from "node:os";
import type { Pool } from "pg";
import { type DirectoryJobs, openDirectoryJobs } from "../db/directory-jobs.ts";
import { listen } from "../db/listen.ts";
import { createWorkerLock } from "../db/worker-lock.ts";
import { Unavailable } from "../models/errors.ts";
import { createHandlers, createOnQuarantined, type HandlerDeps } from "./handlers.ts";
import { ensureSweep } from "./sweep.ts";
import { createWorker, type Pace, type Worker, type WorkerHooks } from "./worker.ts";

export type StartWorkerOptions = HandlerDeps & {
  /** Where the listening connection goes; the same database as the pools'. */
  databaseUrl: string;
  /** A pool that runs as `portico_directory`. */
  directoryPool: Pool;
  /** Jobs at once (WORKER_CONCURRENCY). */
  concurrency: number;
  hooks?: WorkerHooks;
  /** Rules.md §7 unless given. */
  leaseSeconds?: number;
  pace?: Partial<Pace>;
};

/** Starts a worker of this process. `jobs` is the same job table, for the metrics and the operator. */
export function startWorker(options: StartWorkerOptions): Worker & { jobs: DirectoryJobs } {
  const { log, leaseSeconds, pace, hooks } = options;
  const jobs = openDirectoryJobs(options.directoryPool, leaseSeconds === undefined ? {} : { leaseSeconds });
  const lock = createWorkerLock(`${os.hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`);
  const worker = createWorker({
    jobs,
    handlers: createHandlers(options),
    listen: (wake) =>
      listen({
        url: options.databaseUrl,
        role: "portico_directory",
        channel: "jobs_ready",
        onNotify: wake,
        onConnect: lock.take,
        onLost: (error) => {
          lock.lost();
          log.warn({ err: error }, "The connection that listens for jobs was lost; polling goes on.");
        },
      }),
    log,
    concurrency: options.concurrency,
    name: lock.name,
    onQuarantined: createOnQuarantined(options),
    ...(hooks ? { hooks } : {}),
    ...(pace ? { pace } : {}),
  });
  ensureSweep(options.globals).catch((error: unknown) => {
    // with the database away at the start, the next process to start writes it
    if (!(error instanceof Unavailable)) log.error({ err: error }, "The sweep could not be planned.");
  });
  return { ...worker, jobs };
}
