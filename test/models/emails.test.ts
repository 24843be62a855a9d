// Queueing e-mails: one statement for any number, and what trying again and calling off leave behind.
import { describe, expect, test } from "vitest";
import type { AgencyDb } from "../../src/db/schema.ts";
import { getContact } from "../../src/models/contacts.ts";
import {
  cancelBatchEmails,
  listContactEmails,
  type NewEmails,
  queueEmail,
  queueEmails,
  retryBatchEmails,
  retryEmail,
} from "../../src/models/emails.ts";
import { NotFound } from "../../src/models/errors.ts";
import { databaseForTest, insertAgency, insertContact } from "../support/database.ts";

const BULK: NewEmails = { kind: "login-email", lifetimeSeconds: 86_400, lane: "bulk" };

async function agency() {
  const database = await databaseForTest();
  const id = await insertAgency(database, "northwind", "Northwind");
  const other = await insertAgency(database, "rivermark", "Rivermark");
  const store = database.store(id);
  return {
    database,
    store,
    contact: (email: string, columns: Record<string, unknown> = {}) =>
      insertContact(database, id, { email, ...columns }),
    contactOfAnother: (email: string) => insertContact(database, other, { email }),
    other: database.store(other),
    batch: () =>
      store.write((db) =>
        db.insertInto("email_batches").values({ kind: "login-email" }).returning("id").executeTakeFirstOrThrow(),
      ),
    emails: () => store.read((db) => db.selectFrom("emails").selectAll().execute()),
    jobs: () => store.read((db) => db.selectFrom("jobs").selectAll().execute()),
    setStatus: (db: AgencyDb, email: string, status: "failed" | "bounced" | "sent" | "delayed" | "sending") =>
      db.updateTable("emails").set({ status }).where("to_email", "=", email).execute(),
  };
}

describe("one e-mail", () => {
  test("is a row, a job and the contact's newest e-mail", async () => {
    const { store, contact, emails, jobs } = await agency();
    const contactId = await contact("jane@acme.example");
    const id = await store.write((db) =>
      queueEmail(db, {
        kind: "invite",
        contactId,
        lifetimeSeconds: 1_209_600,
        personalMessage: "Hello",
        destination: "/profile",
        lane: "interactive",
      }),
    );
    expect(await emails()).toMatchObject([
      {
        id,
        kind: "invite",
        to_email: "jane@acme.example",
        status: "queued",
        personal_message: "Hello",
        destination: "/profile",
        attempts: 0,
      },
    ]);
    expect(await jobs()).toMatchObject([{ kind: "send-email", lane: "interactive", email_id: id, payload: {} }]);
    expect((await store.read((db) => getContact(db, contactId))).lastEmail?.id).toBe(id);
    expect(await store.read((db) => listContactEmails(db, contactId))).toMatchObject([
      { id, status: "queued", to: "jane@acme.example" },
    ]);
  });

  test("can go to another address than the contact's own", async () => {
    const { store, contact, emails } = await agency();
    const contactId = await contact("jane@acme.example");
    await store.write((db) =>
      queueEmail(db, {
        kind: "confirm-email",
        contactId,
        toEmail: "new@acme.example",
        lifetimeSeconds: 3_600,
        lane: "interactive",
      }),
    );
    expect((await emails())[0]?.to_email).toBe("new@acme.example");
  });

  test("to another agency's contact is refused like one to nobody", async () => {
    const { store, contactOfAnother, other } = await agency();
    const contactId = await contactOfAnother("rae@river.example");
    const queue = store.write((db) =>
      queueEmail(db, { kind: "login-email", contactId, lifetimeSeconds: 86_400, lane: "interactive" }),
    );
    await expect(queue).rejects.toThrow(NotFound);
    expect(await other.read((db) => db.selectFrom("emails").selectAll().execute())).toEqual([]);
  });
});

describe("many e-mails", () => {
  test("are queued for a selection in one statement, without those who are revoked", async () => {
    const { store, contact, contactOfAnother, other, emails, jobs } = await agency();
    await contact("a@acme.example");
    await contact("b@acme.example");
    await contact("gone@acme.example", { revoked_at: new Date() });
    await contactOfAnother("rae@river.example");
    const queued = await store.write((db) => queueEmails(db, db.selectFrom("contacts").select("id"), BULK));
    expect(queued).toBe(2);
    expect((await emails()).map((email) => email.to_email).toSorted()).toEqual(["a@acme.example", "b@acme.example"]);
    expect((await jobs()).map(({ lane }) => lane)).toEqual(["bulk", "bulk"]);
    expect(await other.read((db) => db.selectFrom("emails").selectAll().execute())).toEqual([]);
  });

  test("are queued for a list of ids, of which another agency's are nobody", async () => {
    const { store, contact, contactOfAnother } = await agency();
    const ids = [await contact("a@acme.example"), await contactOfAnother("rae@river.example"), crypto.randomUUID()];
    expect(await store.write((db) => queueEmails(db, ids, BULK))).toBe(1);
    expect(await store.write((db) => queueEmails(db, [], BULK))).toBe(0);
  });

  test("mark who was invited for the first time, and leave earlier invitations as they were", async () => {
    const { store, contact } = await agency();
    await contact("old@acme.example", { invited_at: new Date("2026-01-01T00:00:00Z") });
    await contact("new@acme.example");
    await store.write((db) =>
      queueEmails(db, db.selectFrom("contacts").select("id"), { ...BULK, kind: "invite", markInvited: true }),
    );
    const rows = await store.read((db) =>
      db.selectFrom("contacts").select(["email", "invited_at"]).orderBy("email", "desc").execute(),
    );
    expect(rows.map((row) => row.invited_at?.toISOString().slice(0, 10) === "2026-01-01")).toEqual([true, false]);
    expect(rows.every((row) => row.invited_at)).toBe(true);
  });

  test("leave out a contact who is deleted at the same moment, and go to the others", async () => {
    const { database, store, contact, emails } = await agency();
    const [gone, stays] = [await contact("gone@acme.example"), await contact("stays@acme.example")];
    const deletion = await database.owner.connect();
    await deletion.query("begin");
    await deletion.query("delete from contacts where id = $1", [gone]);
    const queued = store.write((db) => queueEmails(db, [gone, stays], BULK));
    queued.catch(() => undefined);
    const waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while ((await database.owner.query(waiting)).rowCount === 0);
    await deletion.query("commit");
    deletion.release();
    expect(await queued).toBe(1);
    expect((await emails()).map(({ to_email }) => to_email)).toEqual(["stays@acme.example"]);
  });

  test("of ten thousand contacts are there at once and counted right", async () => {
    const { database, store } = await agency();
    await database.owner.query(
      "insert into contacts (agency_id, email) select id, 'c' || n || '@acme.example' from agencies, generate_series(1, 10000) n where slug = 'northwind'",
    );
    expect(await store.write((db) => queueEmails(db, db.selectFrom("contacts").select("id"), BULK))).toBe(10_000);
    const { n } = await store.read((db) =>
      db
        .selectFrom("jobs")
        .select((eb) => eb.fn.countAll<number>().as("n"))
        .executeTakeFirstOrThrow(),
    );
    expect(n).toBe(10_000);
  });
});

describe("trying again", () => {
  test("queues a failed e-mail with one new job, whatever became of the old one", async () => {
    const { store, contact, setStatus, jobs, emails } = await agency();
    const contactId = await contact("jane@acme.example");
    const id = await store.write((db) =>
      queueEmail(db, { kind: "invite", contactId, lifetimeSeconds: 86_400, lane: "interactive" }),
    );
    expect(await store.write((db) => retryEmail(db, id))).toBe(false);
    await store.write((db) => setStatus(db, "jane@acme.example", "failed"));
    await store.write((db) => db.updateTable("jobs").set({ quarantined_at: new Date() }).execute());
    expect(await store.write((db) => retryEmail(db, id))).toBe(true);
    expect(await jobs()).toMatchObject([{ email_id: id, quarantined_at: null, crashes: 0 }]);
    expect((await emails())[0]?.status).toBe("queued");
    expect(await store.write((db) => retryEmail(db, id))).toBe(false);
  });

  test("queues the failed and bounced ones of a batch and leaves the sent ones alone", async () => {
    const { store, contact, batch, setStatus } = await agency();
    for (const name of ["a", "b", "c"]) await contact(`${name}@acme.example`);
    const { id: batchId } = await batch();
    await store.write(async (db) => {
      await queueEmails(db, db.selectFrom("contacts").select("id"), { ...BULK, batchId });
      await db.deleteFrom("jobs").execute();
      await setStatus(db, "a@acme.example", "failed");
      await setStatus(db, "b@acme.example", "bounced");
      await setStatus(db, "c@acme.example", "sent");
    });
    expect(await store.write((db) => retryBatchEmails(db, batchId))).toBe(2);
    expect(await store.write((db) => retryBatchEmails(db, batchId))).toBe(0);
  });
});

test("calling a batch off cancels what nobody sends yet, and what is in flight goes out", async () => {
  const { store, contact, batch, setStatus, emails, jobs } = await agency();
  for (const name of ["a", "b", "c"]) await contact(`${name}@acme.example`);
  const { id: batchId } = await batch();
  await store.write(async (db) => {
    await queueEmails(db, db.selectFrom("contacts").select("id"), { ...BULK, batchId });
    await setStatus(db, "a@acme.example", "sending");
    await setStatus(db, "b@acme.example", "delayed");
    const sending = db.selectFrom("emails").select("id").where("to_email", "=", "a@acme.example");
    await db.updateTable("jobs").set({ lease_id: crypto.randomUUID() }).where("email_id", "in", sending).execute();
  });
  expect(await store.write((db) => cancelBatchEmails(db, batchId))).toBe(2);
  expect(Object.fromEntries((await emails()).map((email) => [email.to_email, email.status]))).toEqual({
    "a@acme.example": "sending",
    "b@acme.example": "cancelled",
    "c@acme.example": "cancelled",
  });
  expect(await jobs()).toHaveLength(1);
});
