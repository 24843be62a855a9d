// graphile-worker's side of the queue's benchmarks, tuned as its own guide says. One step a process; the step comes as JSON.
import { makeWorkerUtils, Logger, run, runMigrations } from "graphile-worker";
import nodemailer from "nodemailer";
import pg from "pg";
import { mail } from "./mail.mjs";

const step = JSON.parse(process.argv[2]);
const { mode, databaseUrl: connectionString, count = 0, concurrency = 10, connections = 5, smtpPort } = step;
const logger = new Logger(() => () => {});
const say = (said) => new Promise((resolve) => process.send(said, resolve));
const cpu = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const tuned = { localQueue: { size: 500, refetchDelay: { durationMs: 10 } }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
const work = (handler, tuning = tuned) =>
  run({
    preset: { worker: { connectionString, concurrentJobs: concurrency, maxPoolSize: Math.max(10, concurrency + 2), logger, ...tuning } },
    taskList: { mail: handler },
    noHandleSignals: true,
  });
const payload = (i) => ({ i, tenantId: 7, contactId: 1000 + i, kind: "login_email", to: `contact${i}@client.example.test` });

async function left(client) {
  const { rows } = await client.query("select count(*)::int as n from graphile_worker._private_jobs");
  return rows[0].n;
}

const steps = {
  async reset() {
    await runMigrations({ connectionString, logger });
    return {};
  },
  async enqueue() {
    const jobs = Array.from({ length: count }, (_, i) => ({ identifier: "mail", payload: payload(i) }));
    const utils = await makeWorkerUtils({ connectionString, logger });
    await utils.withPgClient((client) => client.query("select 1"));
    const before = process.cpuUsage();
    const began = performance.now();
    for (let at = 0; at < jobs.length; at += 10_000) await utils.addJobs(jobs.slice(at, at + 10_000));
    const said = { seconds: (performance.now() - began) / 1e3, cpu: cpu(before) };
    await utils.release();
    return said;
  },
  async drain() {
    let handler = async () => {};
    if (step.mail) {
      const transport = nodemailer.createTransport({
        host: "127.0.0.1",
        port: smtpPort,
        pool: true,
        ignoreTLS: true,
        secure: false,
        maxConnections: connections,
        maxMessages: Number.POSITIVE_INFINITY,
      });
      handler = ({ i }) => transport.sendMail(mail(i));
    }
    const client = new pg.Client(connectionString);
    await client.connect();
    let done = 0;
    const { promise: all, resolve } = Promise.withResolvers();
    const before = process.cpuUsage();
    const began = performance.now();
    await work(async (job) => {
      await handler(job);
      if (++done === count) resolve();
    });
    await all;
    while (await left(client)) await sleep(10);
    return { seconds: (performance.now() - began) / 1e3, cpu: cpu(before), rss: process.memoryUsage.rss() };
  },
  async latency() {
    const sent = new Map();
    const latencies = [];
    await work(async ({ i }) => {
      latencies.push(performance.now() - sent.get(i).at);
      sent.get(i).ran();
    }, {});
    const utils = await makeWorkerUtils({ connectionString, logger });
    await sleep(1500);
    for (let i = 0; i < count; i++) {
      const { promise, resolve } = Promise.withResolvers();
      sent.set(i, { at: performance.now(), ran: resolve });
      await utils.addJob("mail", { i });
      await promise;
      await sleep(5 + Math.random() * 20);
    }
    return { latencies };
  },
  async hold() {
    await work(async () => {
      await say({ ran: true });
      await sleep(1e8);
    }, {});
    await new Promise(() => {});
  },
  async run() {
    await work(async () => say({ ran: true }), {});
    await new Promise(() => {});
  },
};

process.once("message", () => process.exit(0));
await say(await steps[mode]());
