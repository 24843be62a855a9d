// An agency whose mail a real worker sends to a real SMTP server; what the tests of the sending jobs stand on.
import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import { type StartWorkerOptions, startWorker } from "../../src/jobs/start-worker.ts";
import { createLogger } from "../../src/log.ts";
import type { ComposedMessage } from "../../src/mail/compose.ts";
import { createMailer } from "../../src/mail/mailer.ts";
import { type NewEmail, queueEmail } from "../../src/models/emails.ts";
import { databaseForTest, insertAgency, insertContact, type TestDatabase } from "../support/database.ts";
import { noDomainChecks } from "../support/domain-checks.ts";
import { sendersWith } from "../support/senders.ts";
import { type SmtpScript, startSmtp } from "../support/smtp.ts";

export const LOGIN = { kind: "login-email", lifetimeSeconds: 86_400, lane: "interactive" } as const;

export type Mailing = Awaited<ReturnType<typeof startMailing>>;

/**
 * The agency, the sink and the means to start workers; all of it ends with the test. `smtpUrl` stands in for the sink's own, and
 * `given` for a database of this test's.
 */
export async function startMailing(script: SmtpScript = {}, smtpUrl?: string, given?: TestDatabase) {
  const database = given ?? (await databaseForTest());
  const agencyId = await insertAgency(database, "northwind", "Northwind");
  const sink = await startSmtp(script);
  onTestFinished(() => sink.close());
  const store = database.store(agencyId);
  const logged: string[] = [];

  const workerOptions = (): StartWorkerOptions => {
    const mailer = createMailer({ smtpUrl: smtpUrl ?? sink.url, outboxDir: "" });
    onTestFinished(() => mailer.close());
    return {
      agencies: { open: database.store },
      globals: database.globals,
      mailer,
      mailFrom: { name: "Portico", address: "no-reply@portico.example" },
      appOrigin: "http://localhost:3000",
      portalOrigin: { scheme: "http", portalDomain: "portal.localhost:3000" },
      codeKey: randomBytes(32),
      domainChecks: noDomainChecks,
      senders: sendersWith(),
      log: createLogger("info", (line) => logged.push(line)),
      databaseUrl: database.url,
      directoryPool: database.directoryPool,
      concurrency: 5,
      pace: { poll: 100 },
    };
  };

  return {
    database,
    agencyId,
    sink,
    store,
    logged,
    workerOptions,
    /** Starts a worker, which stops with the test. */
    work(options: Partial<StartWorkerOptions> = {}) {
      const worker = startWorker({ ...workerOptions(), ...options });
      onTestFinished(() => worker.stop());
      return worker;
    },
    invited: (email: string, columns: Record<string, unknown> = {}) =>
      insertContact(database, agencyId, { email, name: "Jane Doe", invited_at: new Date(), ...columns }),
    queue: (contactId: string, email: Partial<NewEmail> = {}) =>
      store.write((db) => queueEmail(db, { ...LOGIN, contactId, ...email })),
    async email(id: string) {
      return await store.read((db) =>
        db.selectFrom("emails").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
      );
    },
    async jobs() {
      return await store.read((db) => db.selectFrom("jobs").selectAll().execute());
    },
    async kinds() {
      const rows = await store.read((db) => db.selectFrom("events").select("kind").orderBy("id").execute());
      return rows.map(({ kind }) => kind);
    },
    /** Makes every waiting job ready, as if its time had come. */
    async timePasses() {
      await database.owner.query("update jobs set run_at = now() where lease_id is null and kind <> 'sweep'");
    },
  };
}

/** A mailer that holds every message until `release`, to stop the world in the middle of sending. */
export function heldMailer() {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { promise: reached, resolve: reach } = Promise.withResolvers<ComposedMessage>();
  const sent: ComposedMessage[] = [];
  return {
    reached,
    release,
    sent,
    mailer: {
      connections: 5,
      async send(message: ComposedMessage) {
        reach(message);
        await held;
        sent.push(message);
        return { kind: "accepted", response: "250 ok" } as const;
      },
      async close() {},
    },
  };
}
