// Starts the servers of a benchmark as processes of their own and reads what they cost.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export type Server = {
  name: string;
  port: number;
  pid: number | undefined;
  /** Seconds of processor time so far, all threads; NaN where the system does not tell. */
  cpu(): number;
  stop(): Promise<void>;
};

const root = path.resolve(import.meta.dirname, "..");

/** A port that nobody listens on at this moment. */
export const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** Starts a script under this Node.js (TypeScript by tsx) and resolves once `probe` is answered with anything but a server error. */
export async function startProcess(
  name: string,
  script: string,
  port: number,
  env: Record<string, string>,
  probe: { host: string; path: string },
): Promise<Server> {
  const typed = /\.tsx?$/.test(script) ? ["--import", "tsx"] : [];
  const child = spawn(process.execPath, [...typed, path.resolve(root, script)], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, PORT: String(port), ...env },
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  for (let tries = 0; !(await answers(port, probe)); tries++) {
    if (child.exitCode !== null || tries > 600) throw new Error(`${name} did not start: ${said}`);
    await sleep(50);
  }
  return { name, port, pid: child.pid, cpu: () => cpuOf(child.pid), stop: () => stop(child) };
}

async function answers(port: number, { host, path: target }: { host: string; path: string }): Promise<boolean> {
  const { default: http } = await import("node:http");
  return new Promise((resolve) => {
    http
      .get({ host: "127.0.0.1", port, path: target, headers: { host } }, (response) => {
        response.resume();
        resolve((response.statusCode ?? 500) < 500);
      })
      .on("error", () => resolve(false));
  });
}

// Linux counts in hundredths of a second.
function cpuOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await ended;
  clearTimeout(timer);
}
