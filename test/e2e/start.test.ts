// The first command: a fresh folder becomes a running product with its own PostgreSQL, stops cleanly, and finds its data again.
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { DEMO_PASSWORD } from "../../src/db/seed-people.ts";
import { freePort } from "../support/product.ts";

type Running = {
  url: string;
  portal: string;
  child: ChildProcess;
  said: () => string;
  stop: (signal: NodeJS.Signals) => Promise<number | null>;
};

async function start(dataDir: string, port: number): Promise<Running> {
  const child = spawn(process.execPath, ["bin/run.mjs", "--import", "tsx", "src/main.ts"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "",
      PORT: String(port),
      INTERNAL_PORT: String(await freePort()),
      DATA_DIR: dataDir,
    },
  });
  let said = "";
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("/dev/mail")) resolve();
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("exit", (code) => reject(new Error(`It ended with ${code}: ${said}`)));
  });
  return {
    url: `http://localhost:${port}`,
    portal: `http://northwind.portal.localhost:${port}`,
    child,
    said: () => said,
    stop: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Signs Nora in as a form would and returns the page that she lands on. */
async function signIn({ url }: Running): Promise<string> {
  const page = await fetch(`${url}/sign-in`);
  const cookie = page.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const answer = await fetch(`${url}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie, origin: url, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ email: "nora@northwind.example", password: DEMO_PASSWORD }),
  });
  expect(answer.status).toBe(303);
  const session = answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const dashboard = await fetch(new URL(answer.headers.get("location") ?? "", url), {
    headers: { cookie: `${cookie}; ${session}` },
  });
  expect(dashboard.status).toBe(200);
  return dashboard.text();
}

test("a fresh start needs no setting, says where it is, and the second one finds the same data", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "portico-start-"));
  chmodSync(folder, 0o755);
  const dataDir = path.join(folder, "data");
  const port = await freePort();
  try {
    const first = await start(dataDir, port);
    expect(first.said()).toContain(`http://northwind.portal.localhost:${port}`);
    expect(first.said()).toContain(DEMO_PASSWORD);
    const page = await signIn(first);
    expect(page).toContain("Client portal");
    expect(page).toContain(`northwind.portal.localhost:${port}`);
    expect(await first.stop("SIGINT")).toBe(0);
    expect(existsSync(path.join(dataDir, "postgresql", "postmaster.pid"))).toBe(false);

    const second = await start(dataDir, port);
    expect(second.said()).not.toContain("demo agencies made");
    expect(await signIn(second)).toContain("Client portal");
    expect(await second.stop("SIGTERM")).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("in production a start without its settings names all of them and ends at once", async () => {
  const child = spawn(process.execPath, ["--import", "tsx", "src/main.ts"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env.PATH ?? "", NODE_ENV: "production" },
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  expect(code).toBe(1);
  for (const name of ["DATABASE_URL", "SMTP_URL", "APP_URL", "PORTAL_DOMAIN", "MAIL_FROM", "SESSION_SECRET"])
    expect(said).toContain(name);
});
