// Statements that share a connection: each in its own agency's name, whatever stands before and behind it, and one's trouble is nobody else's.
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { AgencyReader } from "../../src/db/schema.ts";
import { databaseForTest, insertAgency, insertContact, openTestDatabase } from "../support/database.ts";

async function agencies(count: number) {
  const database = await databaseForTest();
  const stores = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const id = await insertAgency(database, `agency-${n}`, `Agency ${n}`);
      await insertContact(database, id, { email: `only@agency-${n}.example` });
      return database.store(id);
    }),
  );
  const storeAt = (n: number) => {
    const store = stores[n];
    if (!store) throw new Error(`There is no agency ${n}.`);
    return store;
  };
  return { database, stores, storeAt };
}

const emails = (db: AgencyReader) => db.selectFrom("contacts").select("email").execute();
const who = (db: AgencyReader) =>
  sql<{ pid: number; email: string }>`select pg_backend_pid() as pid, email from contacts`.execute(db);

test("each sees its own agency's rows and nobody else's, however many ask at once", async () => {
  const { database, stores, storeAt } = await agencies(6);
  for (const rounds of [1, 3, 20]) {
    const asked = Array.from({ length: stores.length * rounds }, (_, at) => at % stores.length);
    const seen = await Promise.all(asked.map((n) => storeAt(n).readShort(emails)));
    expect(seen).toEqual(asked.map((n) => [{ email: `only@agency-${n}.example` }]));
  }
  const { rows } = await database.appPool.query("select count(*) as n from contacts");
  expect(rows).toEqual([{ n: 0 }]);
});

test("eight share a connection", async () => {
  const { storeAt } = await agencies(1);
  const asked = Array.from({ length: 8 }, () => storeAt(0).readShort(who));
  expect(new Set((await Promise.all(asked)).map((found) => found.rows[0]?.pid)).size).toBe(1);
  const more = Array.from({ length: 9 }, () => storeAt(0).readShort(who));
  expect(new Set((await Promise.all(more)).map((found) => found.rows[0]?.pid)).size).toBe(2);
});

test("what one asks in vain spoils nobody's answer, first or last", async () => {
  const { stores } = await agencies(4);
  for (const bad of [0, 1, 3]) {
    const asked = stores.map((store, n) =>
      store.readShort(async (db) => {
        const { rows } = await sql<{ email: string }>`
          select email, 1 / (case when ${n === bad} then 0 else 1 end) as one from contacts`.execute(db);
        return rows[0]?.email;
      }),
    );
    const answers = (await Promise.allSettled(asked)).map((one) => (one.status === "fulfilled" ? one.value : "failed"));
    expect(answers).toEqual(stores.map((_, n) => (n === bad ? "failed" : `only@agency-${n}.example`)));
  }
});

test("it reads only, and has one statement", async () => {
  const { storeAt } = await agencies(2);
  const [mine, theirs] = [storeAt(0), storeAt(1)];
  const write = mine.readShort((db) => sql`insert into contacts (email) values ('x@y.example')`.execute(db));
  const twice = mine.readShort(async (db) => [await emails(db), await emails(db)]);
  const beside = theirs.readShort(emails);
  await expect(write).rejects.toThrow(/read-only transaction/);
  await expect(twice).rejects.toThrow(/one statement/);
  expect(await beside).toEqual([{ email: "only@agency-1.example" }]);
});

test("connections come back to the pool, also those that were lost", async () => {
  const { database, stores, storeAt } = await agencies(2);
  for (let times = 0; times < 30; times++) await Promise.all(stores.map((store) => store.readShort(emails)));
  expect(database.appPool.totalCount).toBeLessThanOrEqual(2);
  const holder = await database.owner.connect();
  await holder.query("select pg_advisory_lock(7)");
  const waiting = stores.map((store) =>
    store.readShort((db) => sql`select pg_advisory_lock_shared(7) from contacts`.execute(db)),
  );
  const ended = Promise.allSettled(waiting);
  for (let killed = 0; killed === 0; ) {
    const { rowCount } = await holder.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    killed = rowCount ?? 0;
  }
  const names = (await ended).map((one) => one.status === "rejected" && (one.reason as Error).name);
  expect(names).toEqual(["Unavailable", "Unavailable"]);
  await holder.query("select pg_advisory_unlock(7)");
  holder.release();
  expect(await storeAt(1).readShort(emails)).toEqual([{ email: "only@agency-1.example" }]);
  expect(database.appPool.idleCount).toBe(database.appPool.totalCount);
});

test("everybody is told when the database is away", async () => {
  const gone = openTestDatabase("postgres://postgres@127.0.0.1:1/none");
  const store = gone.store("01a2090b-54fe-7508-867f-c925a7a0423b");
  const asked = await Promise.allSettled([store.readShort(emails), store.readShort(emails)]);
  expect(asked.map((one) => one.status === "rejected" && (one.reason as Error).name)).toEqual([
    "Unavailable",
    "Unavailable",
  ]);
  await gone.close();
});
