// Starts workers in processes of their own, for the tests that kill, pause and multiply them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import type { WorkerSettings } from "../support/worker-process.ts";
import type { Mailing } from "./mailing.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
let entry: Promise<string> | undefined;

// Bundled once: processes that each translate every source file would be most of a test.
async function bundle(): Promise<string> {
  const outfile = path.join(ROOT, `node_modules/.cache/portico/worker-process-${process.pid}.mjs`);
  await build({
    entryPoints: [path.join(ROOT, "test/support/worker-process.ts")],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
  });
  return outfile;
}

/** Starts one that works on the mailing's database and sink; it is killed when the test ends, if it still runs. */
export async function startWorkerProcess(
  mailing: Pick<Mailing, "database" | "sink">,
  settings: Partial<WorkerSettings> = {},
) {
  entry ??= bundle();
  const given: WorkerSettings = { databaseUrl: mailing.database.url, smtpUrl: mailing.sink.url, ...settings };
  const child = spawn(process.execPath, [await entry], {
    env: { ...process.env, WORKER: JSON.stringify(given) },
    stdio: ["ignore", "inherit", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exit = once(child, "exit") as Promise<[number | null, string | null]>;
  const died = exit.then(([code, signal]) =>
    Promise.reject(new Error(`The worker ended by itself: ${code ?? signal}.`)),
  );
  died.catch(() => undefined);
  return {
    process: child,
    exit,
    /** Waits until the sink has got `count` mails in all, and not for a process that is gone. */
    sending: (count: number) => Promise.race([mailing.sink.received(count), died]),
  };
}
