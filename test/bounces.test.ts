// What comes back after the relay took a message: a real conversation by SMTP, and signed posts, both as strangers would try them too.
import { createHmac, generateKeyPairSync, randomBytes } from "node:crypto";
import { createTransport } from "nodemailer";
import { expect, onTestFinished, test } from "vitest";
import { startBounceListener } from "../src/bounce-listener.ts";
import { createBounceIntake } from "../src/bounces.ts";
import { senderOf } from "../src/jobs/sender.ts";
import { readBounceAddress } from "../src/models/bounce-addresses.ts";
import { sealedFor } from "../src/models/dkim-keys.ts";
import { Unavailable } from "../src/models/errors.ts";
import { releaseSuppression } from "../src/models/suppressions.ts";
import { createInternal } from "../src/routes/internal.ts";
import { createKeys } from "../src/web/keys.ts";
import { heldMailer, type Mailing, startMailing } from "./jobs/mailing.ts";
import { SEALING_SECRET, sendersWith } from "./support/senders.ts";

const keys = createKeys([SEALING_SECRET]);
const senders = { ...sendersWith({ bounceDomain: "bounces.portico.example" }), bounceKey: keys.newest("bounce") };

/** A report as it is posted, signed with its time. */
const signedReport = (
  body: string,
  { at = Math.floor(Date.now() / 1000), by = keys.newest("bounce-report") } = {},
) => ({
  body,
  timestamp: String(at),
  signature: createHmac("sha256", by).update(`${at}.${body}`).digest("hex"),
});

type ReportParts = { action?: string; status?: string; diagnostic?: string };

/** A delivery report as Postfix writes it, with the message that it is about, link and all. */
const report = ({
  action = "failed",
  status = "5.1.1",
  diagnostic = "550 5.1.1 <maya@acme.example>: no such user",
}: ReportParts = {}) =>
  message("delivery-status", [
    "Reporting-MTA: dns; mx.acme.example",
    "",
    "Final-Recipient: rfc822; maya@acme.example",
    `Action: ${action}`,
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${diagnostic}`,
  ]);

const message = (type: string, fields: string[]) =>
  [
    "From: MAILER-DAEMON@acme.example",
    "Subject: Undelivered Mail Returned to Sender",
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=${type}; boundary="part"`,
    "",
    "--part",
    "Content-Type: text/plain",
    "",
    "I'm sorry to have to inform you that your message could not be delivered.",
    "",
    "--part",
    `Content-Type: message/${type}`,
    "",
    ...fields,
    "",
    "--part",
    "Content-Type: message/rfc822",
    "",
    "Subject: Your login link",
    "",
    `http://northwind.portal.localhost/l/${"a".repeat(43)}`,
    "--part--",
    "",
  ].join("\r\n");

/** An e-mail that a relay took, the address that it asked its bounces to, and a listener for them. */
async function sent() {
  const mailing = await startMailing();
  const contactId = await mailing.invited("maya@acme.example");
  const emailId = await mailing.queue(contactId);
  const worker = mailing.work({ senders });
  await mailing.sink.received(1);
  await expect.poll(async () => (await mailing.email(emailId)).status).toBe("sent");
  await worker.stop();
  return await listening(mailing, { contactId, emailId, returnPath: mailing.sink.messages[0]?.from ?? "" });
}

type Known = { contactId: string; emailId: string; returnPath: string };

/** What waits for bounces of an e-mail, and what they left behind. */
async function listening(mailing: Mailing, { contactId, emailId, returnPath }: Known) {
  const { log } = mailing.workerOptions();
  const intake = createBounceIntake({
    keys,
    agencies: { open: mailing.database.store },
    globals: mailing.database.globals,
    log: log as never,
    config: { bounceSecret: undefined } as never,
  });
  const listener = await startBounceListener(intake, { host: "127.0.0.1", port: 0 }, log);
  onTestFinished(() => listener.stop());
  const transport = createTransport({ host: "127.0.0.1", port: listener.port, secure: false, ignoreTLS: true });
  const deliver = (raw: string, to = returnPath) =>
    transport.sendMail({ envelope: { from: "", to: [to] }, raw }).then(
      ({ response }) => response,
      (error: Error & { response?: string }) => error.response ?? error.message,
    );
  const suppressed = async () =>
    (await mailing.store.read((db) => db.selectFrom("suppressions").select(["email", "kind"]).execute())).map(
      ({ email, kind }) => `${email} ${kind}`,
    );
  const steps = async () =>
    await mailing.store.read((db) => db.selectFrom("email_steps").selectAll().orderBy("id").execute());
  return {
    ...mailing,
    emailId,
    contactId,
    returnPath,
    intake,
    deliver,
    suppressed,
    steps,
    email: (id: string) => mailing.email(id),
    kinds: () => mailing.kinds(),
  };
}

test("a message asks for its bounces at an address of at most 64 characters that names its attempt, in letters that may be folded", async () => {
  const { returnPath, emailId } = await sent();
  expect(returnPath).toMatch(/^bounce\+[a-z2-7]{36}\.[a-z2-7]{16}@bounces\.portico\.example$/);
  expect(returnPath.indexOf("@")).toBeLessThanOrEqual(64);
  for (const address of [returnPath, returnPath.toUpperCase()])
    expect(readBounceAddress(address, keys.every("bounce"))).toMatchObject({ emailId, attempt: 1 });
});

test("a message from an agency's own domain asks for its bounces there once the domain leads them to us, else at the platform's", () => {
  const [agencyId, domainId] = [crypto.randomUUID(), crypto.randomUUID()];
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const sealedKey = senders.seal(privateKey.export({ type: "pkcs8", format: "der" }), sealedFor(agencyId, domainId));
  const own = { domainId, domain: "acme.example", address: "hello@acme.example", selector: "portico1", sealedKey };
  const ref = { agencyNumber: 7, emailId: crypto.randomUUID(), attempt: 1 };
  const deps = {
    senders,
    mailFrom: { name: "Portico", address: "no-reply@portico.example" },
    log: { info() {}, warn() {}, error() {} },
  };
  const hostOf = (
    bounceHost: string | undefined,
    settings: typeof senders | ReturnType<typeof sendersWith> = senders,
  ) =>
    senderOf({ ...own, spf: false, bounceHost }, agencyId, { ...deps, senders: settings }, ref).envelopeFrom?.split(
      "@",
    )[1];
  expect(hostOf("portico-bounces.acme.example")).toBe("portico-bounces.acme.example");
  expect(hostOf(undefined)).toBe("bounces.portico.example");
  expect(hostOf(undefined, sendersWith())).toBe("portico.example");
});

test("a hard bounce marks the e-mail and suppresses the address, with the server's words but without address or link", async () => {
  const { deliver, email, emailId, suppressed, steps, kinds, logged } = await sent();
  expect(await deliver(report())).toMatch(/^250/);
  expect(await email(emailId)).toMatchObject({
    status: "bounced",
    reason: "No such address: it came back after it was sent.",
  });
  expect(await suppressed()).toEqual(["maya@acme.example bounce"]);
  const [step] = await steps();
  expect(step).toMatchObject({
    kind: "bounced",
    attempt: 1,
    smtp_status: "5.1.1",
    response: "550 5.1.1 <(address)>: no such user",
  });
  expect((await kinds()).at(-1)).toBe("email.failed");
  expect(logged.join("")).not.toMatch(/maya@acme|aaaaaaaaaa/);
});

test("a soft bounce marks the e-mail alone", async () => {
  const { deliver, email, emailId, suppressed } = await sent();
  await deliver(report({ status: "5.2.2", diagnostic: "552 5.2.2 mailbox full" }));
  expect(await email(emailId)).toMatchObject({ status: "bounced", reason: "The mailbox is full: it came back." });
  expect(await suppressed()).toEqual([]);
});

test("a server that does not know the sender says nothing about the recipient, who is not suppressed", async () => {
  const { deliver, email, emailId, suppressed } = await sent();
  for (const status of ["5.1.8", "5.1.7"]) await deliver(report({ status, diagnostic: `550 ${status} who are you` }));
  expect(await email(emailId)).toMatchObject({ status: "bounced", reason: "It came back after it was sent." });
  expect(await suppressed()).toEqual([]);
  await deliver(report());
  expect(await suppressed()).toEqual(["maya@acme.example bounce"]);
});

test("a server that gives up first and says then that there is no such address has it suppressed all the same", async () => {
  const { deliver, email, emailId, suppressed, steps } = await sent();
  await deliver(report({ status: "4.4.1", diagnostic: "connection timed out" }));
  await deliver(report());
  expect(await email(emailId)).toMatchObject({
    status: "bounced",
    reason: "No such address: it came back after it was sent.",
  });
  expect(await suppressed()).toEqual(["maya@acme.example bounce"]);
  await deliver(report());
  await deliver(report({ status: "4.4.1", diagnostic: "connection timed out" }));
  expect(await steps()).toHaveLength(2);
});

test("a report that comes before the attempt is written down is to come again, and then counts", async () => {
  const mailing = await startMailing();
  const contactId = await mailing.invited("maya@acme.example");
  const emailId = await mailing.queue(contactId);
  const held = heldMailer();
  mailing.work({ senders, mailer: held.mailer });
  const { envelope } = await held.reached;
  const { deliver, email, suppressed, intake } = await listening(mailing, {
    contactId,
    emailId,
    returnPath: envelope.from,
  });
  const soft = report({ status: "5.2.2", diagnostic: "552 5.2.2 mailbox full" });
  expect(await deliver(soft)).toMatch(/^451/);
  const signed = signedReport(JSON.stringify({ address: envelope.from, kind: "bounce", status: "5.2.2" }));
  await expect(intake.takeReport(signed)).rejects.toThrow(Unavailable);
  held.release();
  await expect.poll(async () => (await email(emailId)).status).toBe("sent");
  expect(await intake.takeReport(signed)).toBe("recorded");
  expect(await deliver(soft)).toMatch(/^250/);
  expect(await email(emailId)).toMatchObject({ status: "bounced", reason: "The mailbox is full: it came back." });
  expect(await suppressed()).toEqual([]);
});

test("a report of a delay says that the e-mail is late and leaves it sent", async () => {
  const { deliver, email, emailId, suppressed } = await sent();
  await deliver(report({ action: "delayed", status: "4.4.1", diagnostic: "connection timed out" }));
  expect(await email(emailId)).toMatchObject({ status: "sent", reason: "Delivered late." });
  expect(await suppressed()).toEqual([]);
});

test("a complaint suppresses the address", async () => {
  const { deliver, email, emailId, suppressed, kinds } = await sent();
  await deliver(message("feedback-report", ["Feedback-Type: abuse", "User-Agent: Mailbox/1", "Version: 1"]));
  expect(await email(emailId)).toMatchObject({ status: "sent", reason: "The recipient marked it as spam." });
  expect(await suppressed()).toEqual(["maya@acme.example complaint"]);
  expect((await kinds()).at(-1)).toBe("email.complained");
});

test("an out-of-office note and a report of success change nothing", async () => {
  const { deliver, email, emailId, steps } = await sent();
  expect(
    await deliver("Subject: Out of office\r\n\r\nAction: failed\r\nFinal-Recipient: x\r\nStatus: 5.1.1\r\n"),
  ).toMatch(/^250/);
  expect(await deliver(report({ action: "delivered", status: "2.0.0" }))).toMatch(/^250/);
  expect((await email(emailId)).status).toBe("sent");
  expect(await steps()).toEqual([]);
});

test("a report that comes again does nothing, also after a member let the address be written to again", async () => {
  const { deliver, suppressed, steps, store, email, emailId } = await sent();
  await deliver(report());
  await store.write((db) => releaseSuppression(db, "maya@acme.example", crypto.randomUUID()));
  expect(await deliver(report())).toMatch(/^250/);
  expect(await suppressed()).toEqual([]);
  expect(await steps()).toHaveLength(1);
  expect((await email(emailId)).status).toBe("bounced");
});

test("an address that was made up, changed or signed by another key is refused before any message is taken", async () => {
  const { deliver, returnPath, email, emailId } = await sent();
  const [local = "", domain = ""] = returnPath.split("@");
  const last = local.at(-1) === "a" ? "b" : "a";
  for (const to of [
    `${local.slice(0, -1)}${last}@${domain}`,
    `${local.replace(/\.(.)/, (_, letter) => `.${letter === "a" ? "b" : "a"}`)}@${domain}`,
    `bounce+${"a".repeat(36)}.${"a".repeat(16)}@${domain}`,
    `bounce+@${domain}`,
    `postmaster@${domain}`,
  ])
    expect([to, await deliver(report(), to)]).toEqual([to, expect.stringMatching(/^550 5\.1\.1/)]);
  expect((await email(emailId)).status).toBe("sent");
});

test("an address of a deleted e-mail or of an attempt that never was is taken and does nothing", async () => {
  const { intake, emailId, email, database, agencyId } = await sent();
  const { rows } = await database.owner.query("select bounce_number from agencies where id = $1", [agencyId]);
  const agencyNumber = rows[0].bounce_number as number;
  const raw = Buffer.from(report());
  expect(await intake.takeMessage({ agencyNumber, emailId, attempt: 2 }, raw)).toBe("unknown");
  expect(await intake.takeMessage({ agencyNumber: agencyNumber + 1000, emailId, attempt: 1 }, raw)).toBe("unknown");
  expect(await intake.takeMessage({ agencyNumber, emailId: crypto.randomUUID(), attempt: 1 }, raw)).toBe("unknown");
  expect((await email(emailId)).status).toBe("sent");
});

test("while the database is away the sender is told to come again", async () => {
  const { log } = (await startMailing()).workerOptions();
  const listener = await startBounceListener(
    {
      read: () => ({ agencyNumber: 1, emailId: crypto.randomUUID(), attempt: 1 }),
      takeMessage: () => Promise.reject(new Unavailable("The database is away.")),
      takeReport: () => Promise.reject(new Unavailable("The database is away.")),
    },
    { host: "127.0.0.1", port: 0 },
    log,
  );
  onTestFinished(() => listener.stop());
  const transport = createTransport({ host: "127.0.0.1", port: listener.port, secure: false, ignoreTLS: true });
  const sending = transport.sendMail({ envelope: { from: "", to: ["bounce+x@y.example"] }, raw: report() });
  await expect(sending).rejects.toMatchObject({ responseCode: 451 });
});

test("a post counts when its signature and time are right, and once", async () => {
  const { intake, returnPath, suppressed, email, emailId } = await sent();
  const signed = signedReport;
  const body = JSON.stringify({
    address: returnPath,
    kind: "bounce",
    status: "5.1.1",
    response: "550 no such user maya@acme.example",
  });
  const old = Math.floor(Date.now() / 1000) - 301;
  expect(await intake.takeReport(signed(body, { by: randomBytes(32) }))).toBe("forged");
  expect(await intake.takeReport(signed(body, { at: old }))).toBe("forged");
  expect(await intake.takeReport({ ...signed(body), body: body.replace("5.1.1", "5.2.2") })).toBe("forged");
  expect(await intake.takeReport({ body, timestamp: "", signature: "" })).toBe("forged");
  expect(await intake.takeReport(signed("{}"))).toBe("malformed");
  expect(await intake.takeReport(signed(JSON.stringify({ address: "maya@acme.example", kind: "bounce" })))).toBe(
    "unknown",
  );
  expect((await email(emailId)).status).toBe("sent");

  const right = signed(body);
  expect(await intake.takeReport(right)).toBe("recorded");
  expect(await intake.takeReport(right)).toBe("repeated");
  expect(await intake.takeReport({ ...right, signature: right.signature.toUpperCase() })).toBe("repeated");
  expect((await email(emailId)).status).toBe("bounced");
  expect(await suppressed()).toEqual(["maya@acme.example bounce"]);
});

test("the internal listener answers a post with what became of it", async () => {
  const { intake, returnPath } = await sent();
  const hosts = { isServed: () => false };
  const metrics = { contentType: "text/plain", text: async () => "" };
  const routes = createInternal({ isOpen: () => true, isReady: async () => true, metrics, hosts, bounces: intake });
  const at = String(Math.floor(Date.now() / 1000));
  const post = async (body: string, key = keys.newest("bounce-report")) => {
    const signature = createHmac("sha256", key).update(`${at}.${body}`).digest("hex");
    const headers = { "portico-timestamp": at, "portico-signature": signature };
    return (await routes.request("http://localhost/bounces", { method: "POST", body, headers })).status;
  };
  const body = JSON.stringify({ address: returnPath, kind: "complaint" });
  expect(await post(body, randomBytes(32))).toBe(401);
  expect(await post("nonsense")).toBe(422);
  expect(await post(JSON.stringify({ address: "x@y.example", kind: "complaint" }))).toBe(404);
  expect(await post(body)).toBe(200);
  expect(await post(body)).toBe(409);
  expect(await post("x".repeat(20_000))).toBe(413);
  expect((await routes.request("http://localhost/bounces")).status).toBe(404);
});

test("an agency's bounce is nothing to another agency", async () => {
  const { deliver, database, suppressed } = await sent();
  const rivermark = await database.owner.query(
    "insert into agencies (slug, name) values ('rivermark', 'Rivermark') returning id",
  );
  await deliver(report());
  expect(await suppressed()).toHaveLength(1);
  const other = database.store(rivermark.rows[0].id as string);
  expect(await other.read((db) => db.selectFrom("suppressions").selectAll().execute())).toEqual([]);
  expect(await other.read((db) => db.selectFrom("email_steps").selectAll().execute())).toEqual([]);
});
