// A tag on a hundred thousand contacts that starts a workflow: how long until all are in it, another agency's login mail meanwhile, and what a sign-in pays.
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import pg from "pg";
import { type AgencyStore, openAgencyStore } from "../src/db/agency-store.ts";
import { createPool } from "../src/db/pool.ts";
import { addContactTags } from "../src/models/contact-tags.ts";
import { emptyDefinition, type Trigger } from "../src/models/workflow-definitions.ts";
import { enableWorkflow } from "../src/models/workflow-switches.ts";
import { createWorkflow } from "../src/models/workflows.ts";
import { cpuOf } from "./cpu.ts";
import { alone, type Benchmark, compare, percentile, type Result, type RunOptions } from "./results.ts";
import { freePort, type Server, startProcess } from "./servers.ts";
import { startBench, startSink } from "./steps.ts";

export const workflows: Benchmark = {
  name: "workflows",
  about:
    "a tag that starts a workflow for 100,000 contacts, another agency's login mail meanwhile, what a sign-in pays",
  run: measure,
};

type Bench = {
  owner: pg.Client;
  store: AgencyStore;
  memberId: string;
  count: number;
  /** Seconds of processor time of the database. */
  cpu: () => number;
};

async function measure({ quick }: RunOptions): Promise<Result[]> {
  const [count, rounds] = quick ? [20_000, 1] : [100_000, 2];
  const bench = await startBench();
  const sink = await startSink();
  const databaseUrl = await bench.fresh("bench_workflows", true);
  const owner = new pg.Client({ connectionString: databaseUrl });
  await owner.connect();
  const pool = createPool({ url: databaseUrl, role: "portico_app", max: 4 });
  let worker: Server | undefined;
  try {
    const made = await fill(owner, count);
    const on = { owner, store: openAgencyStore(pool, made.agencyId), memberId: made.memberId, count, cpu: bench.cpu };
    // before there is a worker, whose moving of the runs would count too
    const signIns = await measureSignIns(on, quick ? 300 : 2_000);
    worker = await startWorker(databaseUrl, bench.folder, sink.port);
    return [...signIns, ...(await measureTags(on, rounds))];
  } finally {
    await worker?.stop();
    await pool.end();
    await owner.end();
    sink.stop();
    await bench.stop();
  }
}

async function startWorker(databaseUrl: string, folder: string, smtpPort: number): Promise<Server> {
  const [port, internal] = [await freePort(), await freePort()];
  return await startProcess(
    "Portico worker",
    "src/main.ts",
    internal,
    {
      NODE_ENV: "production",
      PROCESS: "worker",
      APP_URL: `http://localhost:${port}`,
      PORTAL_DOMAIN: `portal.localhost:${port}`,
      INTERNAL_PORT: String(internal),
      DATABASE_URL: databaseUrl,
      DATA_DIR: folder,
      SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
      MAIL_FROM: "Portico <no-reply@portico.example>",
      SESSION_SECRET: "a secret for benchmarks that is long and random 7f3b",
    },
    { host: "localhost", path: "/healthz" },
  );
}

async function fill(owner: pg.Client, count: number): Promise<{ agencyId: string; memberId: string }> {
  const { rows } = await owner.query<{ agencyId: string; memberId: string }>(
    `with agency as (insert into agencies (slug, name) values ('northwind', 'Northwind'), ('rivermark', 'Rivermark') returning id, slug),
     host as (insert into hosts (agency_id, kind, name, verified_at, active_at, selected_at)
       select id, 'default', slug, now(), now(), now() from agency),
     member as (insert into members (email, name, password_hash) values ('sam@northwind.example', 'Sam', '-') returning id)
     select agency.id as "agencyId", member.id as "memberId" from agency, member where slug = 'northwind'`,
  );
  await owner.query(
    `insert into contacts (agency_id, email, name, company, invited_at)
     select agencies.id, 'u' || n || '@client.example.test', 'User ' || n, 'Client ' || n, now()
     from agencies, generate_series(1, case slug when 'northwind' then $1::int else 100 end) n`,
    [count],
  );
  await owner.query("vacuum analyze");
  const [first] = rows;
  if (!first) throw new Error("No agency was made.");
  return first;
}

const enable = ({ store, memberId }: Bench, trigger: Trigger) =>
  store.write(async (db) => {
    const definition = {
      ...emptyDefinition,
      trigger,
      steps: [{ do: "wait" as const, amount: 3, unit: "days" as const }],
    };
    const id = await createWorkflow(db, trigger.on, memberId, definition);
    await enableWorkflow(db, id, { existing: false }, memberId);
  });

/** Database CPU of what a sign-in writes to its contact, in microseconds: without workflows, beside one, and where it starts one. */
async function measureSignIns(bench: Bench, signIns: number): Promise<Result[]> {
  const cost = async () => {
    const before = bench.cpu();
    for (let n = 0; n < signIns; n++)
      await bench.store.write((db) =>
        sql`update contacts set last_sign_in_at = clock_timestamp() where email = ${`u${n + 1}@client.example.test`}`.execute(
          db,
        ),
      );
    return ((bench.cpu() - before) / signIns) * 1e6;
  };
  await cost();
  const none = await cost();
  await enable(bench, { on: "invited" });
  const beside = await cost();
  await enable(bench, { on: "signed-in" });
  const starting = await cost();
  await bench.owner.query("update workflows set removed_at = now(); delete from jobs where kind = 'run-workflow'");
  const peer = { name: "without workflows", figure: none };
  return [
    compare("workflows", "a sign-in's update beside a workflow, database CPU us", "less", beside, peer),
    compare("workflows", "a sign-in's update that starts one, database CPU us", "less", starting, peer),
  ];
}

/** Tags everybody, with and without a workflow that waits for the tag; while it happens the other agency sends one login mail after another. */
async function measureTags(bench: Bench, rounds: number): Promise<Result[]> {
  const seen = { plain: [] as Took[], entered: [] as Took[], quiet: [] as number[], mails: [] as number[] };
  await enable(bench, { on: "tag-added", tag: "vip" });
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < 5; n++) seen.quiet.push(await oneMail(bench.owner));
    seen.plain.push(await tagAll(bench, "other"));
    const entering = tagAll(bench, "vip");
    const mails = mailsUntil(bench, Promise.all([entering, sleep(3_000)]));
    seen.entered.push(await entering);
    const { rows } = await bench.owner.query<{ runs: number }>(
      "select count(*)::int as runs from workflow_runs where ended_at is null and entered_at > now() - interval '5 minutes'",
    );
    if ((rows[0]?.runs ?? 0) < bench.count) throw new Error(`Only ${rows[0]?.runs} contacts entered.`);
    seen.mails.push(...(await mails));
    await bench.owner.query("delete from jobs where kind = 'run-workflow' and lease_id is null");
    await bench.owner.query("delete from contact_tags; delete from workflow_runs");
    await bench.owner.query("vacuum analyze");
  }
  const of = (took: readonly Took[], key: keyof Took) => took.map((one) => one[key]);
  return [
    compare("workflows", `seconds until ${bench.count} tagged contacts are in`, "less", of(seen.entered, "seconds"), {
      name: "tagging alone",
      figure: of(seen.plain, "seconds"),
    }),
    compare("workflows", "the same, database CPU seconds", "less", of(seen.entered, "cpu"), {
      name: "tagging alone",
      figure: of(seen.plain, "cpu"),
    }),
    compare("workflows", "the other agency's login mail meanwhile, median ms", "less", percentile(seen.mails, 0.5), {
      name: "while quiet",
      figure: percentile(seen.quiet, 0.5),
    }),
    alone("workflows", "the slowest of them, ms", Math.max(...seen.mails)),
  ];
}

/** Seconds, and processor time of the one connection in which all of it happens. */
type Took = { seconds: number; cpu: number };

async function tagAll({ store, memberId }: Bench, tag: string): Promise<Took> {
  const began = performance.now();
  const cpu = await store.write(async (db) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
    const before = cpuOf(rows[0]?.pid);
    await addContactTags(db, { all: true }, [tag], memberId);
    return cpuOf(rows[0]?.pid) - before;
  });
  return { seconds: (performance.now() - began) / 1e3, cpu };
}

async function mailsUntil({ owner }: Bench, over: Promise<unknown>): Promise<number[]> {
  const mails: number[] = [];
  let going = true;
  void over.finally(() => {
    going = false;
  });
  while (going) mails.push(await oneMail(owner));
  return mails;
}

/** Milliseconds from queueing one login mail of Rivermark until the relay has taken it, by the database's clock. */
async function oneMail(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query<{ email_id: string }>(
    `with made as (
       insert into emails (agency_id, kind, contact_id, to_email, destination, lifetime_seconds)
       select contacts.agency_id, 'login-email', contacts.id, contacts.email, '/', 86400
       from contacts join agencies on agencies.id = contacts.agency_id where agencies.slug = 'rivermark' limit 1
       returning agency_id, id
     )
     insert into jobs (agency_id, kind, lane, email_id) select agency_id, 'send-email', 'interactive', id from made returning email_id`,
  );
  for (;;) {
    const sent = await owner.query<{ ms: number }>(
      "select extract(epoch from sent_at - queued_at)::float8 * 1000 as ms from emails where id = $1 and sent_at is not null",
      [rows[0]?.email_id],
    );
    if (sent.rows[0]) return sent.rows[0].ms;
    await sleep(5);
  }
}
