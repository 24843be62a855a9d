// Two web and two worker processes over one database: what one does the others know, and no mail goes out twice.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { seedDemo } from "../../src/db/seed.ts";
import { DEMO_PASSWORD, demoAgencies } from "../../src/db/seed-people.ts";
import { queueEmails } from "../../src/models/emails.ts";
import { databaseForTest } from "../support/database.ts";
import { freePort } from "../support/product.ts";
import { request } from "../support/request.ts";
import { startSmtp } from "../support/smtp.ts";

const MAILS = 120;

test("two web and two worker processes share sessions, hosts and work, and send every mail once", async () => {
  const { promise: bothWork, resolve: goOn } = Promise.withResolvers<undefined>();
  const database = await databaseForTest();
  await seedDemo({ globals: database.globals, agencies: { open: database.store } });
  // Nothing is accepted before both workers have taken mails, so that neither can do it alone.
  const smtp = await startSmtp({ onData: () => bothWork });
  onTestFinished(() => smtp.close());
  const folder = mkdtempSync(path.join(os.tmpdir(), "portico-many-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [first, second] = [await freePort(), await freePort()];
  const env = {
    NODE_ENV: "production",
    DATABASE_URL: database.url,
    SMTP_URL: smtp.url,
    MAIL_FROM: "Portico <no-reply@portico.example>",
    APP_URL: `http://localhost:${first}`,
    PORTAL_DOMAIN: `portal.localhost:${first}`,
    SESSION_SECRET: "a secret for tests that is long and random enough 7f3b",
    DATA_DIR: folder,
    // four processes fit a hundred connections many times over
    DATABASE_POOL: "8",
  };
  const start = async (role: string, port: number): Promise<ChildProcess> => {
    const internal = await freePort();
    const child = spawn(process.execPath, ["--import", "tsx", "src/main.ts"], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, ...env, PROCESS: role, PORT: String(port), INTERNAL_PORT: String(internal) },
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const ready = () =>
      request(`http://localhost:${internal}/readyz`).then(
        (answer) => answer.status,
        () => 0,
      );
    await expect.poll(ready, { timeout: 90_000 }).toBe(200);
    return child;
  };
  const processes = await Promise.all([
    start("web", first),
    start("web", second),
    start("worker", await freePort()),
    start("worker", await freePort()),
  ]);

  const [agency] = demoAgencies;
  if (!agency) throw new Error("There is no demo agency.");
  // Both stand behind one name, as they would behind a proxy.
  const at = (port: number, target: string, method = "GET", cookie = "", form?: Record<string, string>) =>
    request(`http://localhost:${port}${target}`, {
      method,
      headers: { host: `localhost:${first}`, "sec-fetch-site": "same-origin", cookie },
      body: form && new URLSearchParams(form).toString(),
    });
  const signedIn = await at(first, "/sign-in", "POST", "", { email: agency.owner.email, password: DEMO_PASSWORD });
  const cookie = (signedIn.headers["set-cookie"] ?? []).map((line) => line.split(";")[0]).join("; ");
  expect(signedIn.status).toBe(303);
  expect((await at(second, `/${agency.slug}`, "GET", cookie)).status).toBe(200);

  const { rows } = await database.owner.query<{ id: string }>("select id from agencies where slug = $1", [agency.slug]);
  const agencyId = rows[0]?.id ?? "";
  await database.owner.query(
    "insert into contacts (agency_id, email, invited_at) select $1, 'many' || n || '@acme.example', now() from generate_series(1, $2::int) n",
    [agencyId, MAILS],
  );
  await database.store(agencyId).write((db) =>
    queueEmails(db, db.selectFrom("contacts").select("id").where("email", "like", "many%"), {
      kind: "login-email",
      lifetimeSeconds: 86_400,
      lane: "bulk",
    }),
  );
  const workers = async () => {
    const held = await database.owner.query(
      "select distinct leased_by from jobs where leased_by is not null and email_id is not null",
    );
    return held.rowCount;
  };
  await expect.poll(workers, { timeout: 30_000 }).toBe(2);
  goOn(undefined);
  const unsent = async () => {
    const open = await database.owner.query("select from emails where to_email like 'many%' and status <> 'sent'");
    return open.rowCount;
  };
  await expect.poll(unsent, { timeout: 60_000 }).toBe(0);
  const received = smtp.messages.flatMap(({ to }) => to).filter((address) => address.startsWith("many"));
  expect(received).toHaveLength(MAILS);
  expect(new Set(received).size).toBe(MAILS);

  expect((await at(second, "/sign-out", "POST", cookie, {})).status).toBe(303);
  expect((await at(first, `/${agency.slug}`, "GET", cookie)).status).not.toBe(200);

  for (const child of processes) {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  }
}, 180_000);
