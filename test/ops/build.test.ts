// The bundle as production runs it: in a folder of its own, with nothing beside it, over a database that it finds empty.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { type SmtpSink, startSmtp } from "../support/smtp.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(os.tmpdir(), "portico-build-"));
let smtp: SmtpSink;
let env: Record<string, string>;
let server: ChildProcess;
let origin: string;
let internal: string;

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });

beforeAll(async () => {
  execFileSync(process.execPath, [path.join(root, "bin/build.mjs"), "--out", path.join(folder, "dist")], {
    stdio: "pipe",
  });
  const client = new pg.Client({ connectionString: inject("postgresUrl") });
  await client.connect();
  const name = `built_${process.pid}`;
  await client.query(`create database ${name}`);
  await client.end();
  smtp = await startSmtp();
  const [port, internalPort] = [await freePort(), await freePort()];
  [origin, internal] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${internalPort}`];
  env = {
    PATH: process.env.PATH ?? "",
    NODE_ENV: "production",
    DATABASE_URL: inject("postgresUrl").replace(/\/postgres$/, `/${name}`),
    SMTP_URL: smtp.url,
    MAIL_FROM: "Portico <no-reply@portico.example>",
    APP_URL: "https://app.portico.example",
    PORTAL_DOMAIN: "portal.portico.example",
    SESSION_SECRET: "a secret for tests that is long and random enough 7f3b",
    PORT: String(port),
    INTERNAL_PORT: String(internalPort),
  };
  server = spawn(process.execPath, ["--enable-source-maps", "dist/main.mjs"], { cwd: folder, env, stdio: "ignore" });
  await vi.waitUntil(async () => (await get("/sign-in").catch(() => undefined))?.status === 200, { timeout: 30_000 });
}, 60_000);

afterAll(async () => {
  server.kill("SIGKILL");
  await smtp.close();
  rmSync(folder, { recursive: true, force: true });
});

// fetch() refuses to send a Host of our choice.
function get(to: string, form?: Record<string, string>): Promise<{ status: number | undefined; text: string }> {
  const headers = {
    host: "app.portico.example",
    "sec-fetch-site": "same-origin",
    "content-type": "application/x-www-form-urlencoded",
  };
  return new Promise((resolve, reject) => {
    const request = http.request(`${origin}${to}`, { method: form ? "POST" : "GET", headers }, (response) => {
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
    request.on("error", reject).end(form && new URLSearchParams(form).toString());
  });
}

test("it brings an empty database up to date, answers, and finds every static file", async () => {
  expect((await fetch(`${internal}/readyz`)).status).toBe(200);
  const { text } = await get("/sign-in");
  expect(text).toContain("Sign in");
  const files = new Set([...text.matchAll(/(?:href|src)="(\/static\/[^"#]+)/g)].map(([, file]) => file ?? ""));
  expect(files.size).toBeGreaterThan(3);
  for (const file of files) expect([file, (await get(file)).status]).toEqual([file, 200]);
});

test("its command line makes an agency, whose owner then gets an e-mail from it", async () => {
  const args = [
    "agency",
    "create",
    "--name",
    "Northwind",
    "--owner-email",
    "nora@northwind.example",
    "--owner-name",
    "Nora",
  ];
  const said = execFileSync(process.execPath, ["dist/portico.mjs", ...args], { cwd: folder, env, encoding: "utf8" });
  expect(said).toContain("https://northwind.portal.portico.example");
  expect(said).toMatch(/https:\/\/app\.portico\.example\/reset-password\/[\w-]{43}/);
  expect((await fetch(`${internal}/ask?domain=northwind.portal.portico.example`)).status).toBe(200);
  expect((await get("/forgot-password", { email: "nora@northwind.example" })).status).toBe(303);
  const [mail] = await smtp.received(1, "nora@northwind.example");
  expect(mail?.text).toMatch(/https:\/\/app\.portico\.example\/reset-password\/[\w-]{43}/);
});

test("what it measures is there to be read", async () => {
  const text = await (await fetch(`${internal}/metrics`)).text();
  for (const line of [
    'route="/sign-in",status="200"',
    "portico_database_up 1",
    "portico_pool_waiting",
    "portico_jobs{",
    "process_cpu_seconds_total",
  ]) {
    expect(text).toContain(line);
  }
});

test("at SIGTERM it ends by itself, with nothing wrong", async () => {
  const ended = new Promise((resolve) => server.once("exit", (code, signal) => resolve({ code, signal })));
  server.kill("SIGTERM");
  expect(await ended).toEqual({ code: 0, signal: null });
});
