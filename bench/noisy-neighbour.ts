// One agency drains its mails while another works: the other's dashboard page and its first login mail, beside a quiet machine.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { createKeys } from "../src/web/keys.ts";
import { sealSessionId } from "../src/web/sessions.ts";
import { load } from "./load.ts";
import { hash, pageOf } from "./members.ts";
import { alone, type Benchmark, compare, percentile, type Result, type RunOptions } from "./results.ts";
import { freePort, type Server, startProcess } from "./servers.ts";
import { startBench, startSink } from "./steps.ts";

export const noisyNeighbour: Benchmark = {
  name: "noisy-neighbour",
  about:
    "an agency's dashboard and first login mail while another agency drains a hundred thousand mails, beside quiet",
  run: measure,
};

const SECRET = "a secret for benchmarks that is long and random 7f3b";

/** `cpu` is what the web process spends on a page, in microseconds; `drained` are the relay's messages a second meanwhile. */
type Seen = { p50: number; p99: number; cpu: number; mail: number; drained: number };

async function measure({ quick }: RunOptions): Promise<Result[]> {
  const rounds = quick ? 1 : 3;
  const ports = { web: await freePort(), internal: await freePort(), worker: await freePort() };
  const bench = await startBench();
  const sink = await startSink();
  const servers: Server[] = [];
  const databaseUrl = await bench.fresh("bench_neighbours", true);
  const owner = new pg.Client({ connectionString: databaseUrl });
  await owner.connect();
  try {
    const sessionId = await fill(owner);
    const settings = {
      NODE_ENV: "production",
      APP_URL: `http://localhost:${ports.web}`,
      PORTAL_DOMAIN: `portal.localhost:${ports.web}`,
      DATABASE_URL: databaseUrl,
      DATA_DIR: bench.folder,
      SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
      MAIL_FROM: "Portico <no-reply@portico.example>",
      SESSION_SECRET: SECRET,
    };
    const start = (process: string, internal: number, probe: { host: string; path: string }, port: number) =>
      startProcess(
        `Portico ${process}`,
        "src/main.ts",
        port,
        { ...settings, PROCESS: process, INTERNAL_PORT: String(internal) },
        probe,
      );
    servers.push(await start("web", ports.internal, { host: `localhost:${ports.web}`, path: "/sign-in" }, ports.web));
    servers.push(await start("worker", ports.worker, { host: "localhost", path: "/healthz" }, ports.worker));
    const config = { appUrl: new URL(settings.APP_URL) };
    const [name, seal] = sealSessionId("member", sessionId, config, createKeys([SECRET]));
    const page = pageOf(`localhost:${ports.web}`, "/rivermark", `${name}=${seal}`);
    const seconds = quick ? 1 : 3;
    const [web] = servers;
    if (!web) throw new Error("There is no web process.");
    const look = async (): Promise<Seen> => {
      const before = (await sink.stat()).messages;
      const seen = await lookAt(web, owner, page, seconds);
      return { ...seen, drained: ((await sink.stat()).messages - before) / seen.seconds };
    };
    await look();
    const quiet: Seen[] = [];
    const noisy: Seen[] = [];
    for (let round = 0; round < rounds; round++) {
      quiet.push(await look());
      await queueMails(owner, quick ? 20_000 : 100_000);
      noisy.push(await look());
      await owner.query("delete from jobs where lane = 'bulk' and lease_id is null and kind = 'send-email'");
      await drained(owner);
    }
    const of = (seen: readonly Seen[], key: keyof Seen) => seen.map((one) => one[key]);
    const beside = (key: keyof Seen) => ({ name: "the same while quiet", figure: of(quiet, key) });
    return [
      compare("noisy-neighbour", "dashboard p50 ms", "less", of(noisy, "p50"), beside("p50")),
      compare("noisy-neighbour", "dashboard p99 ms", "less", of(noisy, "p99"), beside("p99")),
      compare("noisy-neighbour", "dashboard, application CPU us", "less", of(noisy, "cpu"), beside("cpu")),
      compare("noisy-neighbour", "login mail, queued to sent, ms", "less", of(noisy, "mail"), beside("mail")),
      alone("noisy-neighbour", "mails drained meanwhile, /s", of(noisy, "drained")),
    ];
  } finally {
    for (const server of servers) await server.stop();
    await owner.end();
    sink.stop();
    await bench.stop();
  }
}

/** The dashboard of Rivermark under one connection's load, and then some login mails of its, one after the other. */
async function lookAt(web: Server, owner: pg.Client, page: Buffer, seconds: number) {
  const began = performance.now();
  const before = web.cpu();
  const done = await load({ port: web.port, connections: 1, seconds, requests: [page] });
  if (Object.keys(done.statuses).some((status) => status !== "200")) throw new Error(JSON.stringify(done.statuses));
  const cpu = ((web.cpu() - before) * 1e6) / done.requests;
  const mails: number[] = [];
  for (let n = 0; n < 9; n++) mails.push(await oneMail(owner));
  return {
    p50: percentile(done.latencies, 0.5),
    p99: percentile(done.latencies, 0.99),
    cpu,
    mail: percentile(mails, 0.5),
    seconds: (performance.now() - began) / 1_000,
  };
}

const QUEUE = `
  with made as (
    insert into emails (agency_id, kind, contact_id, to_email, destination, lifetime_seconds)
    select contacts.agency_id, 'login-email', contacts.id, contacts.email, '/', 86400
    from contacts join agencies on agencies.id = contacts.agency_id where agencies.slug = $1 order by contacts.id limit $2
    returning agency_id, id
  )
  insert into jobs (agency_id, kind, lane, email_id) select agency_id, 'send-email', $3, id from made returning agency_id, email_id`;

const queueMails = (owner: pg.Client, count: number) => owner.query(QUEUE, ["northwind", count, "bulk"]);

// One contact by its key: whoever is waited for must not wait for the choice.
const QUEUE_ONE = `
  with made as (
    insert into emails (agency_id, kind, contact_id, to_email, destination, lifetime_seconds)
    select agency_id, 'login-email', id, email, '/', 86400 from contacts where agency_id = $1 and id = $2
    returning agency_id, id
  )
  insert into jobs (agency_id, kind, lane, email_id) select agency_id, 'send-email', 'interactive', id from made returning agency_id, email_id`;

/** Milliseconds from queueing one login mail of Rivermark until the relay has taken it, by the database's clock. */
async function oneMail(owner: pg.Client): Promise<number> {
  const chosen = await owner.query<{ agency_id: string; id: string }>(
    "select agency_id, contacts.id from contacts join agencies on agencies.id = agency_id where slug = 'rivermark' limit 1",
  );
  const { rows } = await owner.query<{ agency_id: string; email_id: string }>(QUEUE_ONE, [
    chosen.rows[0]?.agency_id,
    chosen.rows[0]?.id,
  ]);
  for (;;) {
    const sent = await owner.query<{ ms: number }>(
      "select extract(epoch from sent_at - queued_at)::float8 * 1000 as ms from emails where agency_id = $1 and id = $2 and sent_at is not null",
      [rows[0]?.agency_id, rows[0]?.email_id],
    );
    if (sent.rows[0]) return sent.rows[0].ms;
    await sleep(5);
  }
}

async function drained(owner: pg.Client): Promise<void> {
  while ((await owner.query("select from jobs where kind = 'send-email' limit 1")).rowCount) await sleep(50);
}

async function fill(owner: pg.Client): Promise<string> {
  const sessionId = randomBytes(32).toString("base64url");
  await owner.query(
    `with agency as (insert into agencies (slug, name) values ('northwind', 'Northwind'), ('rivermark', 'Rivermark') returning id, slug),
     host as (insert into hosts (agency_id, kind, name, verified_at, active_at, selected_at)
       select id, 'default', slug, now(), now(), now() from agency),
     member as (insert into members (email, name, password_hash) values ('sam@rivermark.example', 'Sam', '-') returning id),
     staff as (insert into memberships (agency_id, member_id, role) select agency.id, member.id, 'owner' from agency, member where slug = 'rivermark')
     insert into member_sessions (id_hash, member_id, method, address, ends_at)
     select $1, id, 'password', '127.0.0.1', now() + interval '1 day' from member`,
    [hash(sessionId)],
  );
  await owner.query(
    `insert into contacts (agency_id, email, name, invited_at)
     select agencies.id, 'u' || n || '@client.example.test', 'User ' || n, now()
     from agencies, generate_series(1, case slug when 'northwind' then 100000 else 1000 end) n`,
  );
  await owner.query("vacuum analyze");
  return sessionId;
}
