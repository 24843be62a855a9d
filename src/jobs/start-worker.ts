// Wires a worker to the database, the mailer and every handler; what main, and the tests' worker process, start.
import { randomUUID } from "node:crypto";
import os from "node:os";
import type { Pool } from "pg";
import { type DirectoryJobs, openDirectoryJobs } from "../db/directory-jobs.ts";
import { listen } from "../db/listen.ts";
import { createWorkerLock } from "../db/worker-lock.ts";
import { Unavailable } from "../models/errors.ts";
import { createAgencyPace } from "./agency-pace.ts";
import { createAppetite } from "./appetite.ts";
import { awakeMailer } from "./awake.ts";
import { createHandlers, createOnQuarantined, type HandlerDeps } from "./handlers.ts";
import type { PaceState } from "./pace.ts";
import { pacedHandlers } from "./paced.ts";
import { createRelay, type Relay } from "./relay.ts";
import { ensureSweep } from "./sweep.ts";
import { bulkSlots, createWorker, type Pace, type Worker, type WorkerHooks } from "./worker.ts";

export type StartWorkerOptions = HandlerDeps & {
  /** Where the listening connection goes; the same database as the pools'. */
  databaseUrl: string;
  /** A pool that runs as `portico_directory`. */
  directoryPool: Pool;
  /** Jobs in hand at once; four times WORKER_CONCURRENCY. */
  concurrency: number;
  /** Web requests are answered by this very process (PROCESS=all): bulk makes room for them. */
  besideRequests?: boolean;
  /** Messages that the relay may get in a second (SMTP_MAX_PER_SECOND), and e-mails that an agency may send in a minute (AGENCY_MAX_PER_MINUTE). */
  limits?: { perSecond?: number | undefined; agencyPerMinute?: number | undefined };
  /** Called with the relay's pace at the start and at each change, for the metrics. */
  onPace?: (pace: PaceState) => void;
  hooks?: WorkerHooks;
  /** Rules.md §7 unless given. */
  leaseSeconds?: number;
  pace?: Partial<Pace>;
};

function createPacedRelay({ concurrency, limits, onPace, log }: StartWorkerOptions): Relay {
  const start = { atOnce: concurrency, perSecond: limits?.perSecond ?? Number.POSITIVE_INFINITY, slowed: false };
  onPace?.(start);
  let was: PaceState = start;
  return createRelay({
    maxAtOnce: concurrency,
    maxPerSecond: limits?.perSecond,
    onChange(pace) {
      onPace?.(pace);
      // the saw that follows while it finds out what the relay takes is for the metrics alone
      if (pace.slowed !== was.slowed) {
        const figures = { atOnce: pace.atOnce, perSecond: Number.isFinite(pace.perSecond) ? pace.perSecond : null };
        if (pace.slowed) log.warn(figures, "The mail relay asks for less; mail goes out more slowly.");
        else log.info(figures, "The mail relay takes everything again; mail goes out at full pace.");
      }
      was = pace;
    },
  });
}

/** Starts a worker of this process. `jobs` is the same job table, for the metrics and the operator. */
export function startWorker(options: StartWorkerOptions): Worker & { jobs: DirectoryJobs } {
  const { log, leaseSeconds, pace, hooks } = options;
  const jobs = openDirectoryJobs(options.directoryPool, leaseSeconds === undefined ? {} : { leaseSeconds });
  const relay = createPacedRelay(options);
  const agencyPace = createAgencyPace(options.limits?.agencyPerMinute);
  // leases are renewed in time for a stop of this length to leave them ours
  const awake = awakeMailer(options.mailer, (jobs.leaseSeconds * 1_000) / 2);
  const appetite = options.besideRequests ? createAppetite(bulkSlots(options.concurrency)) : undefined;
  const lock = createWorkerLock(`${os.hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`);
  const worker = createWorker({
    jobs,
    handlers: pacedHandlers(createHandlers({ ...options, mailer: awake.mailer, relay }), {
      relay,
      agencyPace,
      agencies: options.agencies,
    }),
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
    ...(appetite ? { bulkAtOnce: appetite.bulk } : {}),
    name: lock.name,
    onQuarantined: createOnQuarantined(options),
    ...(hooks ? { hooks } : {}),
    ...(pace ? { pace } : {}),
  });
  ensureSweep(options.globals).catch((error: unknown) => {
    // with the database away at the start, the next process to start writes it
    if (!(error instanceof Unavailable)) log.error({ err: error }, "The sweep could not be planned.");
  });
  const stopWatching = () => {
    awake.stop();
    appetite?.stop();
  };
  return { ...worker, jobs, stop: () => worker.stop().finally(stopWatching) };
}
