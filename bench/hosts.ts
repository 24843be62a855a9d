// Tenant by host: the signed-out login page of 1,000 portals among 100,000, strangers' hosts, and certificate questions without a database.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { startEmbedded } from "../src/db/embedded.ts";
import { migrate } from "../src/db/migrate.ts";
import { asInProduction, buildInto } from "./filled.ts";
import { get, type Load, load } from "./load.ts";
import { alone, type Benchmark, compare, median, percentile, type Result } from "./results.ts";
import { freePort, type Server, startProcess } from "./servers.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = Number(process.env.SECS ?? 3);
const CONNECTIONS = 32;
const AGENCIES = 100_000;
const PORTS = {
  ours: await freePort(),
  internal: await freePort(),
  hello: await freePort(),
  sameAnswer: await freePort(),
  lookUp: await freePort(),
};
const DOMAIN = `portal.localhost:${PORTS.ours}`;

export const hosts: Benchmark = {
  name: "hosts",
  about:
    "the login page by host beside a bare Hono hello of the same page, without and with its headers, and a look-up for each request",
  run,
};

async function run(): Promise<Result[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "portico-bench-"));
  const database = await startEmbedded(path.join(folder, "postgresql"), { throwaway: true });
  const servers: Server[] = [];
  try {
    const url = await fill(database.url);
    const ours = await startOurs(url, folder);
    servers.push(ours);
    const page = path.join(folder, "page.html");
    const drawn = await fetchPage();
    writeFileSync(page, drawn.text);
    const env = { ...asInProduction, PAGE: page, HEADERS: drawn.headers, DATABASE_URL: url, NODE_ENV: "production" };
    const probe = { host: `a1.${DOMAIN}`, path: "/sign-in" };
    const peer = (name: string, port: number, kind: string) =>
      startProcess(name, "bench/peers/login-page.ts", port, { ...env, KIND: kind }, probe);
    servers.push(await peer("Hono hello, same page", PORTS.hello, "hello"));
    servers.push(await peer("Hono hello, same page and headers", PORTS.sameAnswer, "same-answer"));
    servers.push(await peer("Hono, tenant from PostgreSQL each time", PORTS.lookUp, "look-up"));
    const results = [...(await loginPages(servers)), ...(await strangers(ours, url))];
    await database.stop();
    return [...results, ...(await certificateQuestions())];
  } finally {
    for (const server of servers) await server.stop();
    await database.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(base: string): Promise<string> {
  const admin = new pg.Client({ connectionString: base });
  await admin.connect();
  await admin.query("create database bench_hosts");
  await admin.end();
  const url = base.replace(/\/postgres$/, "/bench_hosts");
  await migrate(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `with agency as (insert into agencies (slug, name) select 'a' || i, 'Agency ' || i from generate_series(1, $1::int) i returning id, slug)
     insert into hosts (agency_id, kind, name, verified_at, active_at, selected_at) select id, 'default', slug, now(), now(), now() from agency`,
    [AGENCIES],
  );
  await client.query("analyze");
  await client.end();
  return url;
}

const startOurs = (url: string, folder: string) =>
  startProcess(
    "Portico",
    buildInto(folder),
    PORTS.ours,
    {
      ...asInProduction,
      NODE_ENV: "production",
      PROCESS: "web",
      INTERNAL_PORT: String(PORTS.internal),
      APP_URL: `http://localhost:${PORTS.ours}`,
      PORTAL_DOMAIN: DOMAIN,
      DATABASE_URL: url,
      DATA_DIR: folder,
      SMTP_URL: "smtp://127.0.0.1:1",
      MAIL_FROM: "Portico <no-reply@portico.example>",
      SESSION_SECRET: "a secret for benchmarks that is long and random 7f3b",
    },
    { host: `a1.${DOMAIN}`, path: "/sign-in" },
  );

// Node.js adds the headers of the connection itself.
const OF_THE_CONNECTION = new Set(["connection", "keep-alive", "date"]);

async function fetchPage(): Promise<{ text: string; headers: string }> {
  const { default: http } = await import("node:http");
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: PORTS.ours, path: "/sign-in", headers: { host: `a1.${DOMAIN}` } };
    http
      .get(options, (response) => {
        response.setEncoding("utf8");
        let text = "";
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => {
          const headers = Object.entries(response.headers).filter(([name]) => !OF_THE_CONNECTION.has(name));
          const sent = headers.map(([name, value]) => [name, String(value)]);
          if (response.statusCode === 200 && text.includes("Agency 1"))
            resolve({ text, headers: JSON.stringify(Object.fromEntries(sent)) });
          else reject(new Error(`The login page answered ${response.statusCode}.`));
        });
      })
      .on("error", reject);
  });
}

type Run = { rate: number; cpu: number };

async function measure(server: Server, requests: readonly Buffer[], seconds: number, wanted: string): Promise<Run> {
  const before = server.cpu();
  const done = await load({ port: server.port, connections: CONNECTIONS, seconds, requests });
  expectOnly(done, wanted, server.name);
  return { rate: done.requests / done.seconds, cpu: ((server.cpu() - before) / done.requests) * 1e6 };
}

function expectOnly({ statuses }: Load, wanted: string, who: string): void {
  if (Object.keys(statuses).some((status) => status !== wanted))
    throw new Error(`${who} answered ${JSON.stringify(statuses)} instead of ${wanted}.`);
}

// Within a round every server runs once, one after another, so that a busy moment of the machine falls on all of them.
async function loginPages(servers: readonly Server[]): Promise<Result[]> {
  const requests = Array.from({ length: 1_000 }, (_, i) => get(`a${i + 1}.${DOMAIN}`, "/sign-in"));
  const runs = new Map<string, Run[]>(servers.map(({ name }) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++)
    for (const server of servers) {
      const done = await measure(server, requests, SECONDS, "200");
      if (round > 0) runs.get(server.name)?.push(done);
    }
  const of = (name: string, key: keyof Run) => median((runs.get(name) ?? []).map((one) => one[key]));
  const [ours, ...peers] = servers.map(({ name }) => name);
  return peers.flatMap((name) => [
    compare("hosts", "login page, requests/s", "more", of(ours ?? "", "rate"), { name, figure: of(name, "rate") }),
    compare("hosts", "login page, CPU us/request", "less", of(ours ?? "", "cpu"), { name, figure: of(name, "cpu") }),
  ]);
}

/** What the database has executed so far for the product, as its own statistics tell. */
async function transactions(client: pg.Client): Promise<number> {
  await client.query("select pg_stat_force_next_flush()").catch(() => undefined);
  const { rows } = await client.query(
    "select coalesce(sum(xact_commit + xact_rollback), 0)::int as n from pg_stat_database where datname = 'bench_hosts'",
  );
  return (rows[0] as { n: number }).n;
}

async function strangers(ours: Server, url: string): Promise<Result[]> {
  // Connected to another database, so that looking is not counted.
  const client = new pg.Client({ connectionString: url.replace(/\/bench_hosts$/, "/postgres") });
  await client.connect();
  // PostgreSQL lets a session that sits idle keep its statistics for ten seconds (PGSTAT_IDLE_INTERVAL); let those of the peer that
  // asks with each request go by, and wait as long for ours afterwards.
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  const before = await transactions(client);
  const requests = Array.from({ length: 20_000 }, (_, i) =>
    get(i % 2 ? `x${i}.${DOMAIN}` : `x${i}.stranger.example`, "/sign-in"),
  );
  const { rate } = await measure(ours, requests, SECONDS * 2, "404");
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  const asked = (await transactions(client)) - before;
  await client.end();
  return [
    alone("hosts", "unknown hosts, requests/s", rate),
    alone("hosts", "unknown hosts, queries/s (60 s backstop included)", asked / (SECONDS * 2)),
  ];
}

// 200 questions a second for ten seconds, half of them for names that nobody holds, while PostgreSQL is down.
async function certificateQuestions(): Promise<Result[]> {
  const latencies: number[] = [];
  let wrong = 0;
  const started = performance.now();
  const { default: http } = await import("node:http");
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  const ask = (i: number) =>
    new Promise<void>((resolve) => {
      const known = i % 2 === 0;
      const name = known ? `a${(i % AGENCIES) + 1}.portal.localhost` : `x${i}.portal.localhost`;
      const sent = performance.now();
      http
        .get({ host: "127.0.0.1", port: PORTS.internal, path: `/ask?domain=${name}`, agent }, (response) => {
          response.resume();
          response.on("end", () => {
            latencies.push(performance.now() - sent);
            if (response.statusCode !== (known ? 200 : 404)) wrong++;
            resolve();
          });
        })
        .on("error", () => {
          wrong++;
          resolve();
        });
    });
  const asked: Promise<void>[] = [];
  for (let i = 0; i < 2_000; i++) {
    const due = started + i * 5;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    asked.push(ask(i));
  }
  await Promise.all(asked);
  agent.destroy();
  return [
    alone("hosts", "/ask at 200/s without PostgreSQL, wrong answers", wrong),
    alone("hosts", "/ask at 200/s without PostgreSQL, p99 ms", percentile(latencies, 0.99)),
  ];
}
