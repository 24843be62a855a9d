// Batches: what becomes of their e-mails, stopping them and trying again.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import { batchKey, getBatch, retryBatch, retryOne, stopBatch } from "../../src/models/email-batches.ts";
import { NotFound } from "../../src/models/errors.ts";
import { sendLoginEmails } from "../../src/models/login-emails.ts";
import { createTestDatabase, insertAgency, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let agencyId: string;
let northwind: AgencyStore;
let rivermark: AgencyStore;
let nora: string;
let batches = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  agencyId = await insertAgency(database, "northwind", "Northwind");
  northwind = database.store(agencyId);
  rivermark = database.store(await insertAgency(database, "rivermark", "Rivermark"));
  nora = (
    await database.owner.query(
      "insert into members (email, name, password_hash) values ('nora@x.example', 'Nora', '-') returning id",
    )
  ).rows[0].id;
});
afterAll(() => database.close());

async function makeBatch(size: number): Promise<string> {
  const name = `batch${batches++}`;
  await database.owner.query(
    `insert into contacts (agency_id, email, name, joined_at)
     select $1, $2 || 'x' || i || '@acme.example', $2 || ' ' || i, now() from generate_series(1, $3) i`,
    [agencyId, name, size],
  );
  const batchId = crypto.randomUUID();
  const order = { batchId, memberId: nora, destination: "/", lifetimeSeconds: 3_600, invite: false };
  const { sent } = await northwind.write((db) => sendLoginEmails(db, { all: true, q: `${name} ` }, order));
  expect(sent).toBe(size);
  return batchId;
}

const view = (id: string, store = northwind) => store.read((db) => getBatch(db, id));
const setStatus = (id: string, count: number, status: string, reason: string | null = null) =>
  database.owner.query(
    `with chosen as (update emails set status = $3, reason = $4, sent_at = case when $3 = 'sent' then now() end, status_at = now()
       where id in (select id from emails where batch_id = $1 and status = 'queued' order by id limit $2) returning id)
     delete from jobs where email_id in (select id from chosen) and $3 <> 'sending'`,
    [id, count, status, reason],
  );
const jobs = async (id: string) =>
  (
    await database.owner.query(
      "select count(*)::int as n from jobs join emails on emails.id = email_id where batch_id = $1",
      [id],
    )
  ).rows[0].n as number;

describe("a batch", () => {
  it("counts its e-mails by what became of them and shows the failed ones first, with reasons", async () => {
    const id = await makeBatch(8);
    await setStatus(id, 4, "sent");
    await setStatus(id, 1, "failed", "Mailbox full.");
    await setStatus(id, 1, "delayed", "The server asked us to try later.");
    const batch = await view(id);
    expect(batch).toMatchObject({ kind: "login-email", total: 8, failed: 1, stoppedAt: null });
    expect(batch.counts).toMatchObject({ queued: 2, sent: 4, failed: 1, delayed: 1 });
    expect(batch.secondsLeft).toBe(15);
    expect(batch.emails[0]).toMatchObject({ status: "failed", reason: "Mailbox full.", dead: false });
    expect(batch.emails[0]?.name).toMatch(/^batch\d+ \d$/);
  });

  it("does not exist for another agency, nor does one that nobody made", async () => {
    const id = await makeBatch(1);
    await expect(view(id, rivermark)).rejects.toThrow(NotFound);
    for (const text of ["nonsense", crypto.randomUUID()]) await expect(view(text)).rejects.toThrow(NotFound);
    await expect(rivermark.write((db) => stopBatch(db, id))).rejects.toThrow(NotFound);
    await expect(rivermark.write((db) => retryBatch(db, id))).rejects.toThrow(NotFound);
  });
});

describe("stopping", () => {
  it("calls off exactly what is still queued", async () => {
    const id = await makeBatch(6);
    await setStatus(id, 2, "sent");
    await setStatus(id, 1, "sending");
    await database.owner.query(
      "update jobs set lease_id = gen_random_uuid(), leased_until = now() + interval '1 minute' from emails where emails.id = email_id and emails.status = 'sending' and batch_id = $1",
      [id],
    );
    expect(await northwind.write((db) => stopBatch(db, id))).toBe(3);
    const batch = await view(id);
    expect(batch.counts).toMatchObject({ cancelled: 3, sent: 2, sending: 1, queued: 0 });
    expect(batch.stoppedAt).not.toBeNull();
    expect(await jobs(id)).toBe(1);
    expect(await northwind.write((db) => stopBatch(db, id))).toBe(0);
  });
});

describe("trying again", () => {
  it("queues what failed once more, with one job each, and starts a stopped batch anew", async () => {
    const id = await makeBatch(4);
    await setStatus(id, 2, "failed", "Mailbox full.");
    await northwind.write((db) => stopBatch(db, id));
    expect(await northwind.write((db) => retryBatch(db, id))).toBe(2);
    const batch = await view(id);
    expect(batch).toMatchObject({ stoppedAt: null, failed: 0 });
    expect(batch.counts).toMatchObject({ queued: 2, cancelled: 2 });
    expect(await jobs(id)).toBe(2);
  });

  it("leaves addresses alone that do not exist", async () => {
    const id = await makeBatch(2);
    await setStatus(id, 2, "bounced", "No such address.");
    await database.owner.query(
      "insert into suppressions (agency_id, email, reason) select agency_id, to_email, 'No such address.' from emails where batch_id = $1 limit 1",
      [id],
    );
    const before = await view(id);
    expect(before.failed).toBe(1);
    expect(before.emails.filter(({ dead }) => dead)).toHaveLength(1);
    expect(await northwind.write((db) => retryBatch(db, id))).toBe(1);
    expect((await view(id)).counts).toMatchObject({ queued: 1, bounced: 1 });
  });

  it("of one e-mail works once, and not from another agency", async () => {
    const id = await makeBatch(1);
    await setStatus(id, 1, "failed", "Mailbox full.");
    const emailId = (await view(id)).emails[0]?.id ?? "";
    await expect(rivermark.write((db) => retryOne(db, emailId))).rejects.toThrow(NotFound);
    expect(await northwind.write((db) => retryOne(db, emailId))).toMatchObject({ queued: true, batchId: id });
    expect(await northwind.write((db) => retryOne(db, emailId))).toMatchObject({ queued: false });
    expect(await jobs(id)).toBe(1);
  });
});

it("takes a form's key only when it is an id", () => {
  const key = crypto.randomUUID();
  expect(batchKey(key.toUpperCase())).toBe(key);
  expect(batchKey("'; drop table")).toMatch(/^[0-9a-f-]{36}$/);
});
