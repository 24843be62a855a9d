// Pausing, resuming and cancelling a batch while a real worker sends it: exact to the message.
import { expect, test } from "vitest";
import { fixAddress } from "../../src/models/contact-addresses.ts";
import { getBatch, pauseBatch, resumeBatch, stopBatch } from "../../src/models/email-batches.ts";
import { sendLoginEmails } from "../../src/models/login-emails.ts";
import { startSending } from "../../src/models/sending.ts";
import { heldMailer, startMailing } from "./mailing.ts";

async function batchOf(size: number, script: Parameters<typeof startMailing>[0] = {}) {
  const mailing = await startMailing(script);
  const { owner } = mailing.database;
  await owner.query(
    `insert into contacts (agency_id, email, name, joined_at) select $1, 'c' || i || '@acme.example', 'C ' || i, now() from generate_series(1, $2) i`,
    [mailing.agencyId, size],
  );
  const { rows } = await owner.query(
    "insert into members (email, name, password_hash) values ('nora@x.example', 'Nora', '-') returning id",
  );
  const nora = rows[0].id as string;
  const batchId = crypto.randomUUID();
  const order = { batchId, memberId: nora, destination: "/", lifetimeSeconds: 3_600, invite: false };
  await mailing.store.write((db) => sendLoginEmails(db, { all: true }, order));
  const counts = async () => (await mailing.store.read((db) => getBatch(db, batchId))).counts;
  const attempts = async () =>
    (await owner.query("select coalesce(sum(attempts), 0)::int as n from emails")).rows[0].n as number;
  return {
    ...mailing,
    nora,
    batchId,
    counts,
    attempts,
    work: (options?: Parameters<typeof mailing.work>[0]) => mailing.work(options),
    jobs: () => mailing.jobs(),
    email: (id: string) => mailing.email(id),
  };
}

test("a paused batch is not sent and spends nothing, and goes out whole once it is resumed", async () => {
  const { store, batchId, nora, work, sink, counts, attempts, queue, invited } = await batchOf(5);
  expect(await store.write((db) => pauseBatch(db, batchId, nora))).toBe(5);
  work();
  // what comes after it is sent, so the worker had its chance
  const other = await queue(await invited("other@acme.example"));
  await sink.received(1, "other@acme.example");
  expect(other).toBeTruthy();
  expect(await counts()).toMatchObject({ queued: 5, sent: 0 });
  expect(await attempts()).toBe(1);
  expect(await store.write((db) => resumeBatch(db, batchId, nora))).toBe(5);
  await sink.received(6);
  await expect.poll(counts).toMatchObject({ queued: 0, sent: 5 });
});

test("a worker that had claimed an e-mail before its batch was paused puts it aside, and resuming finds it", async () => {
  const { store, batchId, nora, work, sink, counts, database } = await batchOf(1);
  const worker = "update jobs set lease_id = gen_random_uuid(), leased_until = now() - interval '1 second'";
  await database.owner.query(worker);
  expect(await store.write((db) => pauseBatch(db, batchId, nora))).toBe(0);
  work({ pace: { poll: 50, returnExpired: 50 } });
  const parked = async () =>
    (
      await database.owner.query(
        "select run_at = 'infinity' as parked, attempts, last_error from jobs where email_id is not null",
      )
    ).rows[0];
  await expect.poll(parked).toMatchObject({ parked: true, attempts: 0, last_error: "The batch is paused." });
  expect(await counts()).toMatchObject({ queued: 1, sent: 0 });
  expect(await store.write((db) => resumeBatch(db, batchId, nora))).toBe(1);
  await sink.received(1);
});

test("resuming waits for a worker that is putting an e-mail aside at that moment", async () => {
  const { store, batchId, nora, database } = await batchOf(1);
  const { rows } = await database.owner.query("select id from emails");
  await store.write((db) => pauseBatch(db, batchId, nora));
  const { promise: looked, resolve: look } = Promise.withResolvers<void>();
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const putting = store.write(async (db) => {
    expect(await startSending(db, rows[0].id as string, "<a@b.example>")).toEqual({ held: true });
    look();
    await asked;
  });
  await looked;
  let resumed = false;
  const resuming = store
    .write((db) => resumeBatch(db, batchId, nora))
    .then((count) => {
      resumed = true;
      return count;
    });
  await expect
    .poll(
      async () => (await database.owner.query("select count(*)::int as n from pg_locks where not granted")).rows[0].n,
    )
    .toBeGreaterThan(0);
  expect(resumed).toBe(false);
  ask();
  await putting;
  expect(await resuming).toBe(1);
});

test("cancelling touches nothing that is being sent: each e-mail is either delivered or cancelled, never both", async () => {
  let seen = 0;
  const { promise: some, resolve: enough } = Promise.withResolvers<void>();
  const { store, batchId, nora, work, sink, counts, jobs } = await batchOf(40, {
    onData: () => {
      if (++seen === 8) enough();
      return undefined;
    },
  });
  work();
  await some;
  const cancelled = await store.write((db) => stopBatch(db, batchId, nora));
  await expect.poll(async () => (await jobs()).filter(({ email_id }) => email_id).length).toBe(0);
  const after = await counts();
  expect(after.sent + after.cancelled).toBe(40);
  expect(after.cancelled).toBeGreaterThanOrEqual(cancelled);
  expect(after.sent).toBe(sink.messages.length);
  expect(new Set(sink.messages.map(({ to }) => to[0])).size).toBe(sink.messages.length);
});

test("an e-mail whose worker died in the middle is settled when its paused batch is stopped instead of resumed", async () => {
  const { store, batchId, nora, work, counts, jobs, database } = await batchOf(2);
  await database.owner.query(
    "update emails set status = 'sending', attempts = 1 where id = (select id from emails limit 1)",
  );
  expect(await store.write((db) => pauseBatch(db, batchId, nora))).toBe(2);
  expect(await store.write((db) => stopBatch(db, batchId, nora))).toBe(1);
  work();
  await expect.poll(counts).toMatchObject({ sending: 0, cancelled: 2 });
  const { rows } = await database.owner.query("select reason from emails order by attempts");
  expect(rows.map(({ reason }) => reason)).toEqual([
    "Stopped before it was sent.",
    expect.stringMatching(/^Stopped before it was sent\. It may have gone out all the same/),
  ]);
  await expect.poll(async () => (await jobs()).filter(({ email_id }) => email_id)).toEqual([]);
});

test("an e-mail that is at the relay while its batch is paused goes out, and the rest waits", async () => {
  const held = heldMailer();
  const { store, batchId, nora, work, counts } = await batchOf(3);
  work({ mailer: held.mailer, concurrency: 1 });
  await held.reached;
  const waiting = await store.write((db) => pauseBatch(db, batchId, nora));
  held.release();
  await expect.poll(async () => (await counts()).sent).toBe(1);
  await expect.poll(async () => (await counts()).queued).toBe(2);
  expect(waiting).toBeLessThanOrEqual(2);
  expect(held.sent).toHaveLength(1);
});

test("an e-mail that waits for an address that was changed meanwhile never goes there", async () => {
  const { store, nora, work, sink, invited, queue, email } = await batchOf(1);
  const contactId = await invited("wrong@acme.example");
  const id = await queue(contactId);
  await store.write((db) => fixAddress(db, { contactId, email: "right@acme.example", memberId: nora }));
  work();
  await sink.received(1, "right@acme.example");
  expect((await email(id)).status).toBe("cancelled");
  expect(sink.messages.map(({ to }) => to[0])).not.toContain("wrong@acme.example");
});
