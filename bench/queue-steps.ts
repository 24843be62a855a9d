// Our side of the queue's benchmarks: the product's own job table, worker and sending job. One step a process; the step comes as JSON.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { emails } from "../emails/kinds.ts";
import { renderEmail } from "../emails/render.ts";
import { openAgencyStore } from "../src/db/agency-store.ts";
import { openDirectoryJobs } from "../src/db/directory-jobs.ts";
import { openGlobalStore } from "../src/db/global-store.ts";
import { listen } from "../src/db/listen.ts";
import { createPool } from "../src/db/pool.ts";
import { createWorkerLock } from "../src/db/worker-lock.ts";
import { enqueueJob } from "../src/jobs/queue.ts";
import { startWorker } from "../src/jobs/start-worker.ts";
import { createWorker, type Handler } from "../src/jobs/worker.ts";
import { createLogger } from "../src/log.ts";
import { createMailer } from "../src/mail/mailer.ts";
import { defaultFields } from "../src/models/email-template-words.ts";
import { queueEmails } from "../src/models/emails.ts";
import { noDomainChecks } from "../test/support/domain-checks.ts";
import { sendersWith } from "../test/support/senders.ts";
import type { Said, Step } from "./steps.ts";

const step = JSON.parse(process.argv[2] ?? "{}") as Step;
const { databaseUrl: url, count = 0, concurrency = 10, connections = 5, smtpPort } = step;
// E-mails that begin and are written down while others are at the relay, as WORKER_CONCURRENCY and SMTP_MAX_CONNECTIONS have it.
const UNDER_WAY = 4;
const log = createLogger("warn");
const appPool = createPool({ url, role: "portico_app", max: concurrency, waitMs: 10_000 });
const directoryPool = createPool({ url, role: "portico_directory", max: 4, waitMs: 10_000 });
const globals = openGlobalStore(directoryPool);
const owner = new pg.Client({ connectionString: url });
await owner.connect();

const say = (said: Said) => new Promise<void>((resolve) => void process.send?.(said, undefined, {}, () => resolve()));
const cpu = (since: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

async function firstAgency() {
  const { rows } = await owner.query<{ id: string }>("select id from agencies order by slug limit 1");
  return openAgencyStore(appPool, rows[0]?.id ?? "");
}

const OWN_PARAGRAPHS = 15;
const PARAGRAPH =
  "your documents, invoices, appointments and messages are kept in one place, and the team answers you there.";

/** A worker whose every job runs `handler`. */
function work(handler: Handler, onRun = () => undefined as void) {
  const lock = createWorkerLock("bench");
  const kinds = [
    "send-email",
    "answer-mail-request",
    "send-member-reset",
    "check-domain",
    "check-sending-domain",
    "send-test-mail",
    "send-template-test",
    "enter-workflow",
    "run-workflow",
    "sweep",
  ] as const;
  return createWorker({
    jobs: openDirectoryJobs(directoryPool),
    handlers: Object.fromEntries(kinds.map((kind) => [kind, handler])) as Record<(typeof kinds)[number], Handler>,
    listen: (wake) =>
      listen({ url, role: "portico_directory", channel: "jobs_ready", onNotify: wake, onConnect: lock.take }),
    log,
    concurrency,
    name: lock.name,
    hooks: { onRun },
  });
}

const mailWorker = (onRun: () => void) =>
  startWorker({
    hooks: { onRun },
    agencies: { open: (agencyId) => openAgencyStore(appPool, agencyId) },
    globals,
    mailer: createMailer({
      smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
      outboxDir: "",
      maxConnections: connections,
    }),
    mailFrom: { name: "Portico", address: "no-reply@portico.example" },
    appOrigin: "http://localhost:3000",
    portalOrigin: { scheme: "http", portalDomain: "portal.localhost:3000" },
    codeKey: randomBytes(32),
    domainChecks: noDomainChecks,
    senders: sendersWith(),
    log,
    databaseUrl: url,
    directoryPool,
    concurrency: connections * UNDER_WAY,
  });

async function drained(): Promise<void> {
  for (;;) {
    const { rowCount } = await owner.query("select from jobs where kind = 'send-email' limit 1");
    if (rowCount === 0) return;
    await sleep(10);
  }
}

const steps: Record<Step["mode"], () => Promise<Said>> = {
  // One agency with a portal and its contacts.
  async reset() {
    await owner.query(
      `with agency as (insert into agencies (slug, name, support_email) values ('northwind', 'Northwind Accounting', 'help@northwind.example') returning id)
       insert into hosts (agency_id, kind, name, verified_at, active_at, selected_at)
       select id, 'default', 'northwind', now(), now(), now() from agency`,
    );
    await owner.query(
      `insert into contacts (agency_id, email, name, company, invited_at)
       select agencies.id, 'contact' || n || '@client.example.test', 'Contact ' || n, 'Client ' || n, now()
       from agencies, generate_series(1, $1::int) n`,
      [count],
    );
    // An invite in the agency's own words, as long as the peer's message: about 15 KB with its note.
    const { body, ...words } = defaultFields.invite;
    const more = Array.from({ length: OWN_PARAGRAPHS }, (_, i) => `Section ${i}: ${PARAGRAPH}`).join("\n\n");
    await owner.query(
      `with template as (insert into email_templates (agency_id, kind, name) select id, 'invite', 'Invite' from agencies returning agency_id, id),
       version as (insert into email_template_versions (agency_id, template_id, number, fields)
         select agency_id, id, 1, $1::jsonb from template returning agency_id, template_id, id)
       select from version`,
      [JSON.stringify({ ...words, body: `${body}\n\n${more}` })],
    );
    await owner.query("update email_templates set current_id = (select id from email_template_versions)");
    await owner.query("vacuum analyze");
    return {};
  },
  // What a member does: e-mails, their jobs, their events and the contacts' last e-mail.
  async enqueue() {
    const agency = await firstAgency();
    await agency.read((db) => db.selectFrom("contacts").select("id").limit(1).execute());
    const before = process.cpuUsage();
    const began = performance.now();
    await agency.write((db) =>
      queueEmails(db, db.selectFrom("contacts").select("id").limit(count), {
        kind: step.mail ? "invite" : "login-email",
        ...(step.mail ? { personalMessage: "We have moved your documents here. ".repeat(14) } : {}),
        lifetimeSeconds: 86_400,
        lane: "bulk",
      }),
    );
    return { seconds: (performance.now() - began) / 1e3, cpu: cpu(before) };
  },
  // Job rows and nothing else, as a queue alone would write them.
  async "enqueue-bare"() {
    const agency = await firstAgency();
    await agency.read((db) => db.selectFrom("contacts").select("id").limit(1).execute());
    const payloads = Array.from({ length: count }, (_, i) => JSON.stringify({ n: String(i) }));
    const client = await appPool.connect();
    const before = process.cpuUsage();
    const began = performance.now();
    await client.query("begin");
    await client.query("select set_config('app.agency_id', $1, true)", [agency.id]);
    await client.query(
      "insert into jobs (kind, lane, payload) select 'send-email', 'bulk', payload::jsonb from unnest($1::text[]) as payload",
      [payloads],
    );
    await client.query("commit");
    const said = { seconds: (performance.now() - began) / 1e3, cpu: cpu(before) };
    client.release();
    return said;
  },
  async drain() {
    // What renders is loaded before the clock starts, as the peer's modules are; the agency's own words are still rendered after it.
    const brand = { name: "Warm", color: null, origin: "https://clients.haldenrye.example" };
    if (step.mail) await renderEmail("sign-in-link", brand, emails["sign-in-link"].previewProps);
    const before = process.cpuUsage();
    const began = performance.now();
    // The table is asked once every job has run, as the peer's is: asking it all the time would be work of our own.
    const { promise: all, resolve } = Promise.withResolvers<void>();
    let ran = 0;
    const onRun = () => {
      if (++ran >= count) resolve();
    };
    if (step.mail) mailWorker(onRun);
    else work(async () => "done", onRun);
    await all;
    await drained();
    return { seconds: (performance.now() - began) / 1e3, cpu: cpu(before), rss: process.memoryUsage.rss() };
  },
  async latency() {
    const agency = await firstAgency();
    const sent = new Map<string, { at: number; ran: () => void }>();
    const latencies: number[] = [];
    work(async ({ payload }) => {
      const job = sent.get(payload.n ?? "");
      latencies.push(performance.now() - (job?.at ?? Number.NaN));
      job?.ran();
      return "done";
    });
    await sleep(1_500);
    for (let i = 0; i < count; i++) {
      const { promise, resolve } = Promise.withResolvers<void>();
      sent.set(String(i), { at: performance.now(), ran: resolve });
      await agency.write((db) =>
        enqueueJob(db, { kind: "send-email", lane: "interactive", payload: { n: String(i) } }),
      );
      await promise;
      await sleep(5 + Math.random() * 20);
    }
    return { latencies };
  },
  async hold() {
    work(async () => {
      await say({ ran: true });
      return await new Promise<never>(() => undefined);
    });
    return await new Promise<never>(() => undefined);
  },
  async run() {
    work(async () => {
      await say({ ran: true });
      return "done";
    });
    return await new Promise<never>(() => undefined);
  },
};

process.once("message", () => process.exit(0));
await say(await steps[step.mode]());
