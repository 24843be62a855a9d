// Starting: from nothing to the first page that is answered, with PostgreSQL running and migrated; the bundle as in production.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asInProduction, buildInto, settings } from "./filled.ts";
import { alone, type Benchmark, type Result, type RunOptions } from "./results.ts";
import { freePort } from "./servers.ts";
import { startBench } from "./steps.ts";

export const startUp: Benchmark = {
  name: "start-up",
  about: "milliseconds from the start of the process to the first page, with a running database",
  run: measure,
};

const root = path.resolve(import.meta.dirname, "..");

async function measure({ quick }: RunOptions): Promise<Result[]> {
  const bench = await startBench();
  try {
    const url = await bench.fresh("bench_start", true);
    const ways = { "the bundle": [buildInto(bench.folder)], "the sources": ["--import", "tsx", "src/main.ts"] };
    const seen = new Map<string, Started[]>(Object.keys(ways).map((way) => [way, []]));
    for (let round = 0; round <= (quick ? 2 : 5); round++)
      for (const [way, args] of Object.entries(ways)) {
        const started = await start(args, url, bench.folder);
        if (round > 0) seen.get(way)?.push(started);
      }
    return [...seen].flatMap(([way, all]) => [
      alone(
        "start-up",
        `${way}, ms to the first page`,
        all.map(({ ms }) => ms),
      ),
      alone(
        "start-up",
        `${way}, memory then, MiB`,
        all.map(({ memory }) => memory),
      ),
    ]);
  } finally {
    await bench.stop();
  }
}

type Started = { ms: number; memory: number };

async function start(args: string[], url: string, folder: string): Promise<Started> {
  const port = await freePort();
  const env = {
    ...process.env,
    PORT: String(port),
    ...settings(url, folder, port, await freePort()),
    ...asInProduction,
  };
  const began = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: "ignore", env });
  try {
    while (!(await answers(port))) {
      if (child.exitCode !== null || performance.now() - began > 30_000) throw new Error("It did not start.");
      await sleep(5);
    }
    return { ms: performance.now() - began, memory: memoryOf(child.pid) };
  } finally {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
  }
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    http
      .get({ port, path: "/sign-in", headers: { host: `localhost:${port}` } }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      })
      .on("error", () => resolve(false));
  });

/** Mebibytes that a process holds; NaN where the system does not tell. */
export function memoryOf(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
