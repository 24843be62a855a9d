// What operators measure, in Prometheus' text format: requests, jobs, mails, connections and the process itself.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { JobCount } from "./db/directory-jobs.ts";
import type { RequestObserver } from "./deps.ts";
import type { PaceState } from "./jobs/pace.ts";
import type { WorkerHooks } from "./jobs/worker.ts";

/** What a pool tells of itself; a pg.Pool is one. */
type PoolFigures = { totalCount: number; idleCount: number; waitingCount: number };

/** What is asked for only when somebody looks. */
export type Watched = {
  pools: Readonly<Record<string, PoolFigures>>;
  countJobs: () => Promise<JobCount[]>;
};

export type Metrics = RequestObserver & {
  /** Counts an attempt to send an e-mail. */
  attempt: (attempt: { email: string; outcome: string }) => void;
  workerHooks: WorkerHooks;
  /** Notes the pace at which the relay is given mail. */
  pace: (pace: PaceState) => void;
  /** Adds the figures of the pools and of the job table. */
  watch(watched: Watched): void;
  contentType: string;
  /** All metrics as text. Does not fail while the database is away: the jobs' figures are then missing. */
  text(): Promise<string>;
};

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WAITS = [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200];
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Makes the metrics of this process, in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = createRequestTimes();
  const mails = new Counter({
    name: "portico_mail_attempts_total",
    help: "Attempts to send an e-mail by its kind and what came of it.",
    labelNames: ["email", "outcome"],
    registers,
  });
  return {
    request: requests.observe,
    attempt: ({ email, outcome }) => mails.inc({ email, outcome }),
    workerHooks: countRuns(registers),
    pace: notePace(registers),
    watch: ({ pools, countJobs }) => {
      watchPools(registers, pools);
      watchJobs(registers, countJobs);
    },
    contentType: registry.contentType,
    text: async () => `${await registry.metrics()}\n${requests.text()}`,
  };
}

type Times = { labels: string; buckets: number[]; sum: number };

// Every request is counted, and prom-client checks and hashes an object of labels each time: as long as all else that is kept of one.
function createRequestTimes() {
  const name = "portico_request_seconds";
  const byRoute = new Map<string, Map<string, Times[]>>();
  const all: Times[] = [];
  const timesOf = (method: string, route: string, status: number): Times => {
    const known = byRoute.get(route)?.get(method)?.[status];
    if (known) return known;
    const byMethod = byRoute.get(route) ?? new Map<string, Times[]>();
    byRoute.set(route, byMethod);
    const byStatus = byMethod.get(method) ?? [];
    byMethod.set(method, byStatus);
    // JSON escapes what the format's label values escape.
    const labels = `method="${method}",route=${JSON.stringify(route)},status="${status}"`;
    const times = { labels, buckets: Array.from({ length: SECONDS.length + 1 }, () => 0), sum: 0 };
    byStatus[status] = times;
    all.push(times);
    return times;
  };
  return {
    observe: ({ method, route, status, seconds }: Parameters<RequestObserver["request"]>[0]) => {
      // Labels must not grow with what strangers send.
      const times = timesOf(METHODS.has(method) ? method : "other", route, status);
      let at = 0;
      while (at < SECONDS.length && seconds > (SECONDS[at] ?? 0)) at++;
      times.buckets[at] = (times.buckets[at] ?? 0) + 1;
      times.sum += seconds;
    },
    /** The histogram in Prometheus' text format, where a bucket holds those below it too. */
    text: () => {
      const lines = [
        `# HELP ${name} Requests of the public listener by method, route pattern and status.`,
        `# TYPE ${name} histogram`,
      ];
      for (const { labels, buckets, sum } of all) {
        let count = 0;
        for (const [at, found] of buckets.entries()) {
          count += found;
          lines.push(`${name}_bucket{le="${SECONDS[at] ?? "+Inf"}",${labels}} ${count}`);
        }
        lines.push(`${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`);
      }
      return `${lines.join("\n")}\n`;
    },
  };
}

function countRuns(registers: Registry[]): WorkerHooks {
  const runs = new Histogram({
    name: "portico_job_seconds",
    help: "Jobs that this process ran by kind and what came of them.",
    labelNames: ["kind", "outcome"],
    buckets: SECONDS,
    registers,
  });
  const late = new Histogram({
    name: "portico_job_wait_seconds",
    help: "How long jobs had been ready when this process claimed them.",
    labelNames: ["kind"],
    buckets: WAITS,
    registers,
  });
  const returned = new Counter({
    name: "portico_jobs_returned_total",
    help: "Jobs that this process found left behind by a worker that went away.",
    labelNames: ["kind", "quarantined"],
    registers,
  });
  return {
    onRun: ({ kind, outcome, seconds, lateBy }) => {
      runs.observe({ kind, outcome }, seconds);
      late.observe({ kind }, lateBy);
    },
    onReturned: ({ kind, quarantined }) => returned.inc({ kind, quarantined: String(quarantined) }),
  };
}

function notePace(registers: Registry[]): Metrics["pace"] {
  const atOnce = new Gauge({
    name: "portico_relay_at_once",
    help: "E-mails that this process lets be under way to the relay at once; fewer after it asked for less.",
    registers,
  });
  const perSecond = new Gauge({
    name: "portico_relay_per_second",
    help: "E-mails a second that this process gives the relay at most; +Inf where nothing limits them.",
    registers,
  });
  return (pace) => {
    atOnce.set(pace.atOnce);
    perSecond.set(pace.perSecond);
  };
}

function watchPools(registers: Registry[], pools: Watched["pools"]): void {
  new Gauge({
    name: "portico_pool_connections",
    help: "Connections to the database by pool and whether they are in use.",
    labelNames: ["pool", "state"],
    registers,
    collect() {
      for (const [pool, { totalCount, idleCount }] of Object.entries(pools)) {
        this.set({ pool, state: "in_use" }, totalCount - idleCount);
        this.set({ pool, state: "idle" }, idleCount);
      }
    },
  });
  new Gauge({
    name: "portico_pool_waiting",
    help: "Requests and jobs that wait for a connection.",
    labelNames: ["pool"],
    registers,
    collect() {
      for (const [pool, { waitingCount }] of Object.entries(pools)) this.set({ pool }, waitingCount);
    },
  });
}

function watchJobs(registers: Registry[], countJobs: Watched["countJobs"]): void {
  // The three are collected at the same moment and share one question.
  let asked: Promise<JobCount[] | undefined> | undefined;
  const ask = () => {
    asked ??= countJobs()
      .catch(() => undefined)
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
  const labelNames = ["kind", "lane", "state"] as const;
  new Gauge({
    name: "portico_jobs",
    help: "Jobs in the table by kind, lane and state; the same in every process.",
    labelNames,
    registers,
    async collect() {
      const counts = (await ask()) ?? [];
      this.reset();
      for (const { kind, lane, state, count } of counts) this.set({ kind, lane, state }, count);
    },
  });
  new Gauge({
    name: "portico_jobs_oldest_seconds",
    help: "How long the oldest job has been waiting, by kind, lane and state.",
    labelNames,
    registers,
    async collect() {
      const counts = (await ask()) ?? [];
      this.reset();
      for (const { kind, lane, state, oldestSeconds } of counts) this.set({ kind, lane, state }, oldestSeconds);
    },
  });
  new Gauge({
    name: "portico_database_up",
    help: "Whether the database answered just now.",
    registers,
    async collect() {
      this.set((await ask()) ? 1 : 0);
    },
  });
}
