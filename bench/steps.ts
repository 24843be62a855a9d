// Runs the steps of the queue's benchmarks, each in a process of its own: ours or a peer's, on a database of its own.
import { type ChildProcess, fork, type Serializable } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { startEmbedded } from "../src/db/embedded.ts";
import { migrate } from "../src/db/migrate.ts";
import { cpuOfServer } from "./cpu.ts";

export type Step = {
  mode: "reset" | "enqueue" | "enqueue-bare" | "drain" | "latency" | "hold" | "run";
  databaseUrl: string;
  count?: number;
  concurrency?: number;
  /** To the relay, where there is mail. */
  connections?: number;
  mail?: boolean;
  smtpPort?: number;
};

/** What a step says at its end; times in seconds, latencies in milliseconds. */
export type Said = { seconds?: number; cpu?: number; latencies?: number[]; ran?: boolean; rss?: number };

const here = import.meta.dirname;
/** The script of our steps and that of graphile-worker's. */
export const OURS = path.join(here, "queue-steps.ts");
export const GRAPHILE = path.join(here, "peers/graphile.mjs");

/** Whether the peers are installed: `npm ci` in bench/peers. */
export const havePeers = (name: string) => existsSync(path.join(here, "peers/node_modules", name));

/** A child that talks over IPC. */
export const start = (script: string, step: object, extra: Record<string, string> = {}): ChildProcess =>
  fork(script, [JSON.stringify(step)], {
    execArgv: script.endsWith(".ts") ? ["--import", "tsx", ...profile()] : profile(),
    env: { ...process.env, NODE_ENV: "production", ...extra },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });

const profile = () => (process.env.BENCH_PROFILE ? ["--cpu-prof", `--cpu-prof-dir=${process.env.BENCH_PROFILE}`] : []);

/** Runs one step to its end. `onSaid` is called while its connections are still open, so that what they cost can be read. */
export async function run(script: string, step: Step, onSaid: () => void = () => undefined): Promise<Said> {
  const child = start(script, step);
  let said: Said | undefined;
  child.on("message", (message) => {
    said = message as Said;
    onSaid();
    child.send("end");
  });
  await once(child, "exit");
  if (!said) throw new Error(`The step ${step.mode} of ${path.basename(script)} said nothing.`);
  return said;
}

/** The next thing that a child says. */
export async function next<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, "message")) as [Serializable];
  return message as T;
}

/** A throwaway PostgreSQL with a template of our schema; `fresh` makes an empty or a migrated database and returns its address. */
export async function startBench() {
  const folder = mkdtempSync(path.join(os.tmpdir(), "portico-bench-"));
  const server = await startEmbedded(path.join(folder, randomBytes(8).toString("hex")), {
    throwaway: !process.env.BENCH_DURABLE,
  });
  const address = (name: string) => server.url.replace(/\/postgres$/, `/${name}`);
  const ask = async (text: string) => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const result = await client.query(text);
    await client.end();
    return result;
  };
  const { rows } = await ask("show data_directory");
  const { data_directory: dataDir } = rows[0] as { data_directory: string };
  await ask("create database template_ours");
  await migrate(address("template_ours"));
  return {
    folder,
    cpu: () => cpuOfServer(dataDir),
    async fresh(name: string, ours: boolean): Promise<string> {
      await ask(`drop database if exists ${name} with (force)`);
      await ask(`create database ${name}${ours ? " template template_ours" : ""}`);
      return address(name);
    },
    async stop() {
      await server.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts the sink. */
export async function startSink() {
  const child = start(path.join(here, "sink.ts"), {});
  const { port } = await next<{ port: number }>(child);
  return {
    port,
    pid: child.pid,
    async stat() {
      child.send("stat");
      return await next<{ messages: number; bytes: number }>(child);
    },
    stop: () => child.disconnect(),
  };
}
