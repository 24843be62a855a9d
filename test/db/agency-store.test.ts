// The three locks of tenancy, tried against the real roles and policies.
import { sql } from "kysely";
import { expect, test } from "vitest";
import { openAgencyStore } from "../../src/db/agency-store.ts";
import { databaseForTest, insertAgency, insertContact } from "../support/database.ts";

async function twoAgencies() {
  const database = await databaseForTest();
  const northwind = await insertAgency(database, "northwind", "Northwind");
  const rivermark = await insertAgency(database, "rivermark", "Rivermark");
  await insertContact(database, northwind, { email: "ann@acme.example" });
  const foreign = await insertContact(database, rivermark, { email: "bob@acme.example" });
  return { database, northwind, rivermark, foreign };
}

test("an agency's store sees its own rows and nobody else's", async () => {
  const { database, northwind } = await twoAgencies();
  const emails = await database.store(northwind).read((db) => db.selectFrom("contacts").select("email").execute());
  expect(emails).toEqual([{ email: "ann@acme.example" }]);
});

test("a write is stamped with the store's agency, and naming another one is refused", async () => {
  const { database, northwind, rivermark } = await twoAgencies();
  const store = database.store(northwind);
  await store.write((db) => db.insertInto("contacts").values({ email: "new@acme.example" }).execute());
  const smuggled = store.write((db) =>
    sql`insert into contacts (agency_id, email) values (${rivermark}, 'x@y.example')`.execute(db),
  );
  await expect(smuggled).rejects.toThrow(/row-level security/);
  const { rows } = await database.owner.query("select agency_id from contacts where email = 'new@acme.example'");
  expect(rows).toEqual([{ agency_id: northwind }]);
});

test("updates and deletes of another agency's row touch nothing", async () => {
  const { database, northwind, foreign } = await twoAgencies();
  const store = database.store(northwind);
  const updated = await store.write((db) =>
    db.updateTable("contacts").set({ name: "Taken" }).where("id", "=", foreign).executeTakeFirst(),
  );
  const deleted = await store.write((db) => db.deleteFrom("contacts").where("id", "=", foreign).executeTakeFirst());
  expect([updated.numUpdatedRows, deleted.numDeletedRows]).toEqual([0n, 0n]);
});

test("a connection without an agency sees no row at all", async () => {
  const { database } = await twoAgencies();
  for (const table of ["contacts", "agencies", "hosts", "jobs", "events"]) {
    const { rows } = await database.appPool.query(`select count(*) as n from ${table}`);
    expect([table, rows[0].n]).toEqual([table, 0]);
  }
});

test("the agency does not stay on the connection after the transaction", async () => {
  const { database, northwind } = await twoAgencies();
  await database.store(northwind).read((db) => db.selectFrom("contacts").select("id").execute());
  const { rows } = await database.appPool.query(
    "select current_setting('app.agency_id', true) as agency, count(*) as n from contacts",
  );
  expect(rows[0]).toMatchObject({ n: 0 });
  expect(rows[0].agency || null).toBeNull();
});

test("a read cannot write", async () => {
  const { database, northwind } = await twoAgencies();
  const attempt = database.store(northwind).read((db) => sql`update contacts set name = 'x'`.execute(db));
  await expect(attempt).rejects.toThrow(/read-only transaction/);
});

test("a write that throws leaves nothing behind and gives its connection back", async () => {
  const { database, northwind } = await twoAgencies();
  const store = database.store(northwind);
  for (let i = 0; i < 25; i++) {
    const attempt = store.write(async (db) => {
      await db
        .insertInto("contacts")
        .values({ email: `half${i}@acme.example` })
        .execute();
      throw new Error("changed my mind");
    });
    await expect(attempt).rejects.toThrow("changed my mind");
  }
  const left = await store.read((db) => db.selectFrom("contacts").select("id").execute());
  expect(left).toHaveLength(1);
});

test("a statement that fails and is swallowed still fails the whole write", async () => {
  const { database, northwind } = await twoAgencies();
  const attempt = database.store(northwind).write(async (db) => {
    await db.insertInto("contacts").values({ email: "kept@acme.example" }).execute();
    await sql`select 1 / 0`.execute(db).catch(() => undefined);
  });
  await expect(attempt).rejects.toThrow(/rolled back/);
});

test("writers that touch an agency's contacts in opposite orders both end well, and the counts agree", async () => {
  const { database, northwind } = await twoAgencies();
  const one = await insertContact(database, northwind, { email: "one@acme.example" });
  const two = await insertContact(database, northwind, { email: "two@acme.example" });
  const invite = (first: string, second: string) =>
    database.store(northwind).write(async (db) => {
      for (const id of [first, second]) {
        await db.updateTable("contacts").set({ invited_at: sql`now()` }).where("id", "=", id).execute();
      }
    });
  await Promise.all([invite(one, two), invite(two, one)]);
  const counts = await database.store(northwind).read((db) =>
    db
      .selectFrom("portal_counts")
      .select((eb) => [eb.fn.sum("not_invited").as("not_invited"), eb.fn.sum("invited").as("invited")])
      .executeTakeFirstOrThrow(),
  );
  expect(counts).toMatchObject({ not_invited: 1, invited: 2 });
});

test("a store over a database that is away says so and throws nothing else", async () => {
  const { createPool } = await import("../../src/db/pool.ts");
  const pool = createPool({ url: "postgres://postgres@127.0.0.1:1/none", role: "portico_app", max: 1 });
  const store = openAgencyStore(pool, "0199a0a0-0000-7000-8000-000000000000");
  await expect(store.read((db) => db.selectFrom("contacts").select("id").execute())).rejects.toMatchObject({
    name: "Unavailable",
  });
  await pool.end();
});

test("the record of events can be added to and read, never changed", async () => {
  const { database, northwind } = await twoAgencies();
  const store = database.store(northwind);
  await store.write((db) => db.insertInto("events").values({ kind: "contact.invited" }).execute());
  await expect(store.write((db) => db.deleteFrom("events").execute())).rejects.toThrow(/permission denied/);
  await expect(store.write((db) => db.updateTable("events").set({ kind: "x" }).execute())).rejects.toThrow(
    /permission denied/,
  );
});

test("search reaches only the store's own contacts", async () => {
  const { database, northwind } = await twoAgencies();
  const found = await database
    .store(northwind)
    .read((db) => sql<{ id: string }>`select search_contact_ids(array['%acme%']) as id`.execute(db));
  expect(found.rows).toHaveLength(1);
});
