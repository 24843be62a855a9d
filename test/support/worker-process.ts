// A worker in a process of its own, wired as the product wires it, for tests that kill it. Settings come as JSON in WORKER.
import { openAgencyStore } from "../../src/db/agency-store.ts";
import { openGlobalStore } from "../../src/db/global-store.ts";
import { createPool } from "../../src/db/pool.ts";
import { startWorker } from "../../src/jobs/start-worker.ts";
import { createLogger } from "../../src/log.ts";
import { createMailer } from "../../src/mail/mailer.ts";
import { noDomainChecks } from "./domain-checks.ts";
import { sendersWith } from "./senders.ts";

/** What the parent hands over; seconds and milliseconds as StartWorkerOptions has them. */
export type WorkerSettings = { databaseUrl: string; smtpUrl: string; leaseSeconds?: number; returnExpired?: number };

const settings = JSON.parse(process.env.WORKER ?? "") as WorkerSettings;
const { databaseUrl, smtpUrl, leaseSeconds, returnExpired } = settings;
const appPool = createPool({ url: databaseUrl, role: "portico_app", max: 7, waitMs: 10_000 });
const directoryPool = createPool({ url: databaseUrl, role: "portico_directory", max: 3, waitMs: 10_000 });
const mailer = createMailer({ smtpUrl, outboxDir: "", maxConnections: 5 });
const worker = startWorker({
  agencies: { open: (agencyId) => openAgencyStore(appPool, agencyId) },
  globals: openGlobalStore(directoryPool),
  mailer,
  mailFrom: { name: "Portico", address: "no-reply@portico.example" },
  appOrigin: "http://localhost:3000",
  portalOrigin: { scheme: "http", portalDomain: "portal.localhost:3000" },
  codeKey: Buffer.alloc(32, 1),
  domainChecks: noDomainChecks,
  senders: sendersWith(),
  log: createLogger("warn"),
  databaseUrl,
  directoryPool,
  // as in the product: more e-mails under way than connections to the relay
  concurrency: 20,
  ...(leaseSeconds ? { leaseSeconds } : {}),
  pace: {
    poll: 500,
    ...(leaseSeconds ? { renew: (leaseSeconds * 1_000) / 3 } : {}),
    ...(returnExpired ? { returnExpired } : {}),
  },
});

async function end(): Promise<void> {
  await worker.stop();
  await mailer.close();
  await Promise.all([appPool.end(), directoryPool.end()]);
}

process.once("SIGTERM", () => void end());
