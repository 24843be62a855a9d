// Starts Portico: reads the settings, brings the database up to date, opens the doors and the worker, and stops all of it in order.
import os from "node:os";
import { createApp } from "./app.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { openDirectoryJobs } from "./db/directory-jobs.ts";
import { migrate } from "./db/migrate.ts";
import { type OpenDatabase, openDatabase } from "./db/open.ts";
import { requireRole } from "./db/pool.ts";
import { DEMO_PASSWORD, demoAgencies } from "./db/seed-people.ts";
import { sharesOfJobs } from "./db/share.ts";
import { createDeps } from "./deps.ts";
import { followHosts } from "./follow-hosts.ts";
import { startInternal } from "./internal.ts";
import { createLogger, type Logger } from "./log.ts";
import { type Mailbox, parseMailbox } from "./mail/addresses.ts";
import { createMetrics } from "./metrics.ts";
import { startServer } from "./server.ts";

const WORKER_NICENESS = 5;

type Stop = () => Promise<void> | void;

async function main(): Promise<void> {
  const config = readConfig();
  const log = createLogger(config.logLevel);
  const stops: Stop[] = [];
  stopOnSignals(stops, log);
  try {
    await start(config, log, stops);
  } catch (error) {
    await runStops(stops, log);
    throw error;
  }
}

async function start(config: Config, log: Logger, stops: Stop[]): Promise<void> {
  const database = await openDatabase(config);
  stops.unshift(() => database.stop());
  const ran = await migrate(database.url);
  if (ran.length > 0) log.info({ migrations: ran }, "database brought up to date");
  const metrics = createMetrics();
  const deps = createDeps(config, database.url, log, metrics);
  stops.unshift(() => deps.close());
  await requireRole(deps.pools.app, "portico_app");
  await requireRole(deps.pools.directory, "portico_directory");
  const jobs = openDirectoryJobs(deps.pools.directory);
  metrics.watch({ pools: deps.pools, countJobs: () => jobs.countJobs() });
  if (database.embedded && (await (await import("./db/seed.ts")).seedDemo(deps))) log.info("demo agencies made");

  // Started before the rest and stopped after it, so that it can tell how both are getting on.
  const internal = await startInternal(deps, metrics);
  stops.unshift(() => internal.stop());
  if (config.process === "worker") givePrecedence(log);
  if (config.process !== "web") {
    // Loaded where it is needed: what sends mail is a quarter of the program's memory, and a web process sends none.
    const [{ createMailer }, { createResolvers }, { startWorker }] = await Promise.all([
      import("./mail/mailer.ts"),
      import("./dns/resolvers.ts"),
      import("./jobs/start-worker.ts"),
    ]);
    const mailer = createMailer({
      smtpUrl: config.smtpUrl ?? null,
      outboxDir: deps.outboxDir,
      maxConnections: config.smtpMaxConnections,
    });
    stops.unshift(() => mailer.close());
    const besideRequests = config.process === "all";
    const shares = sharesOfJobs(deps.agencies, { connections: deps.pools.app.options.max, besideRequests });
    const worker = startWorker({
      agencies: shares.agencies,
      slowAgencies: shares.slow,
      globals: deps.globals,
      mailer,
      mailFrom: readSender(config),
      appOrigin: config.appUrl.origin,
      portalOrigin: config.portalOrigin,
      codeKey: deps.keys.newest("code"),
      domainChecks: {
        resolvers: createResolvers(config.dnsServers),
        probe: {
          ...config.domainProbe,
          isMarker: (host, text) => deps.keys.verify("host-marker", host, text),
        },
      },
      senders: {
        platform: { spf: config.spfInclude, bounceDomain: config.bounceDomain },
        seal: (plain, about) => deps.keys.seal("dkim", plain, about),
        open: (sealed, about) => deps.keys.open("dkim", sealed, about),
        bounceKey: deps.keys.newest("bounce"),
        unsubscribeKey: deps.keys.newest("unsubscribe"),
      },
      log,
      databaseUrl: database.url,
      directoryPool: deps.pools.directory,
      // Four in hand for each: e-mails begin and are written down while others are on their way, so that no connection idles.
      concurrency: 4 * config.workerConcurrency,
      besideRequests,
      limits: { perSecond: config.smtpMaxPerSecond, agencyPerMinute: config.agencyMaxPerMinute },
      onPace: metrics.pace,
      onAttempt: metrics.attempt,
      hooks: metrics.workerHooks,
    });
    stops.unshift(() => worker.stop());
  }
  if (config.bounceListener && config.bounceDomain) {
    const [{ startBounceListener }, { createBounceIntake }] = await Promise.all([
      import("./bounce-listener.ts"),
      import("./bounces.ts"),
    ]);
    const bounces = await startBounceListener(createBounceIntake(deps), config.bounceListener, log);
    stops.unshift(() => bounces.stop());
  }
  const hosts = followHosts(deps.hosts, database.url);
  stops.unshift(() => hosts.stop());
  if (config.process !== "worker") {
    const app = createApp(deps);
    const server = await startServer((request, env) => app.fetch(request, env), config, app.atHand);
    stops.unshift(() => server.stop());
    if (!config.production) greet(config, database);
  }
  stops.unshift(() => internal.close());
}

// Somebody waits for a page; mail can wait for a moment, where both share a machine.
function givePrecedence(log: Logger): void {
  try {
    os.setPriority(WORKER_NICENESS);
  } catch (error) {
    log.warn({ err: error }, "the worker's priority could not be lowered");
  }
}

function readSender({ mailFrom }: Config): Mailbox {
  const sender = parseMailbox(mailFrom);
  if (!sender) throw new ConfigError([`MAIL_FROM must be an address, or a name and <an address>, not "${mailFrom}".`]);
  return sender;
}

function greet(config: Config, database: OpenDatabase): void {
  const { portalOrigin, appUrl } = config;
  const portalOf = (slug: string) => `${portalOrigin.scheme}://${slug}.${portalOrigin.portalDomain}`;
  const lines = ["", `  Dashboard   ${appUrl.origin}`];
  if (database.embedded) {
    for (const { slug, name, owner } of demoAgencies) {
      lines.push(`  ${name.padEnd(11)} ${portalOf(slug)}   staff: ${owner.email}`);
    }
    lines.push(`  Password    ${DEMO_PASSWORD}`);
  }
  if (!config.smtpUrl) lines.push(`  Mail        ${appUrl.origin}/dev/mail`);
  process.stderr.write(`${lines.join("\n")}\n\n`);
}

async function runStops(stops: Stop[], log: Logger): Promise<void> {
  for (const stop of stops.splice(0)) {
    try {
      await stop();
    } catch (error) {
      log.error({ err: error }, "a part did not stop cleanly");
    }
  }
}

// What was started last is stopped first. A second signal is the same wish said twice: npm and the terminal both send one.
function stopOnSignals(stops: Stop[], log: Logger): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    log.info("stopping");
    await runStops(stops, log);
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop());
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : ((error as Error)?.stack ?? String(error))}\n`,
  );
  process.exit(1);
});
