// Statements that several requests share: whose they are, when they begin, and what one's trouble is to the others.
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import { withBudget } from "../../src/db/budget.ts";
import { gather } from "../../src/web/gather.ts";
import {
  databaseForTest,
  insertAgency,
  insertContact,
  openTestDatabase,
  type TestDatabase,
} from "../support/database.ts";

let database: TestDatabase;
let northwind: AgencyStore;
let rivermark: AgencyStore;

beforeEach(async () => {
  database = await databaseForTest();
  northwind = database.store(await insertAgency(database, "northwind", "Northwind"));
  rivermark = database.store(await insertAgency(database, "rivermark", "Rivermark"));
});

/** Divides 100 by each number, in groups whose sizes it notes. */
function division() {
  const groups: number[][] = [];
  const divide = gather(async (store, numbers: readonly number[]) => {
    groups.push([...numbers]);
    const { rows } = await store.readOne(
      (db) =>
        sql<{ quotient: number }>`
          select 100 / number as quotient from unnest(${numbers}::int[]) with ordinality asked (number, place) order by place
        `.execute(db),
      "as-written",
    );
    return rows.map(({ quotient }) => quotient);
  });
  return { divide, groups };
}

test("who comes alone goes alone, and those who come together share a statement, each with his own answer", async () => {
  const { divide, groups } = division();
  expect(await divide(northwind, 4)).toBe(25);
  expect(await Promise.all([1, 2, 5].map((number) => divide(northwind, number)))).toEqual([100, 50, 20]);
  expect(groups).toEqual([[4], [1, 2, 5]]);
});

test("no more than 32 go together, and nobody is forgotten", async () => {
  const { divide, groups } = division();
  const numbers = Array.from({ length: 70 }, (_, at) => at + 1);
  const answers = await Promise.all(numbers.map((number) => divide(northwind, number)));
  expect(answers).toEqual(numbers.map((number) => Math.floor(100 / number)));
  expect(groups.map(({ length }) => length)).toEqual([32, 32, 6]);
});

test("what one asks in vain spoils nobody's answer", async () => {
  const { divide, groups } = division();
  const asked = await Promise.allSettled([4, 0, 10].map((number) => divide(northwind, number)));
  expect(asked.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(asked.map((one) => (one.status === "fulfilled" ? one.value : String(one.reason)))).toEqual([
    25,
    expect.stringContaining("division by zero"),
    10,
  ]);
  expect(groups).toEqual([[4, 0, 10], [4], [0], [10]]);
  expect(await divide(northwind, 2)).toBe(50);
});

test("agencies do not share, and each sees its own", async () => {
  for (const [store, email] of [
    [northwind, "nora@acme.example"],
    [rivermark, "rick@acme.example"],
  ] as const)
    await insertContact(database, store.id, { email });
  const groups: number[] = [];
  const count = gather(async (store, emails: readonly string[]) => {
    groups.push(emails.length);
    const found = await store.readOne((db) => db.selectFrom("contacts").select("email").execute());
    return emails.map((email) => found.some((contact) => contact.email === email));
  });
  const asked = [northwind, rivermark].flatMap((store) =>
    ["nora@acme.example", "rick@acme.example"].map((email) => count(store, email)),
  );
  expect(await Promise.all(asked)).toEqual([true, false, false, true]);
  expect(groups).toEqual([2, 2]);
});

test("a statement begins after it was asked for, so what was committed before counts", async () => {
  const id = await insertContact(database, northwind.id, { email: "ann@acme.example" });
  const holder = await database.owner.connect();
  let groups = 0;
  const isRevoked = gather(async (store, asked: readonly string[]) => {
    const waits = ++groups === 1;
    const { rows } = await store.readOne((db) =>
      sql<{ revoked: boolean }>`
        select revoked_at is not null as revoked from contacts, lateral (select case when ${waits} then pg_advisory_lock_shared(7) end) waited
        where id = ${id}`.execute(db),
    );
    return asked.map(() => rows[0]?.revoked);
  });
  await holder.query("select pg_advisory_lock(7)");
  const before = isRevoked(northwind, "before");
  await untilWaiting();
  await database.owner.query("update contacts set revoked_at = now() where id = $1", [id]);
  const after = [isRevoked(northwind, "after"), isRevoked(northwind, "after")];
  await holder.query("select pg_advisory_unlock(7)");
  holder.release();
  expect(await before).toBe(false);
  expect(await Promise.all(after)).toEqual([true, true]);
  expect(groups).toBe(2);
});

test("nobody waits for long behind a statement that hangs", async () => {
  const holder = await database.owner.connect();
  const lock = gather(async (store, keys: readonly number[]) => {
    await store.writeOne((db) => sql`select pg_advisory_xact_lock(key) from unnest(${keys}::int[]) key`.execute(db));
    return keys;
  });
  await holder.query("select pg_advisory_lock(1)");
  const hanging = lock(northwind, 1);
  await untilWaiting();
  expect(await Promise.all([2, 3].map((key) => lock(northwind, key)))).toEqual([2, 3]);
  expect(await lock(northwind, 4)).toBe(4);
  await untilWaiting();
  await holder.query("select pg_advisory_unlock(1)");
  holder.release();
  expect(await hanging).toBe(1);
});

test("everybody in a group is told when the database is away, and the next one who asks is answered again", async () => {
  const gone = openTestDatabase("postgres://postgres@127.0.0.1:1/none");
  const { divide, groups } = division();
  const away = gone.store(northwind.id);
  const asked = await Promise.allSettled([divide(away, 1), divide(away, 2)]);
  expect(asked.map((one) => one.status === "rejected" && (one.reason as Error).name)).toEqual([
    "Unavailable",
    "Unavailable",
  ]);
  expect(groups).toEqual([[1, 2]]);
  expect(await divide(northwind, 4)).toBe(25);
  await gone.close();
});

test("a shared statement counts for each request that had a part in it, and for no other", async () => {
  const { divide } = division();
  const budgets = [{ statements: [] as string[] }, { statements: [] as string[] }, { statements: [] as string[] }];
  await Promise.all(
    budgets.slice(0, 2).map((budget) => withBudget(budget, async () => void (await divide(northwind, 4)))),
  );
  expect(budgets.map(({ statements }) => statements.length)).toEqual([1, 1, 0]);
});

async function untilWaiting(): Promise<void> {
  for (;;) {
    const { rows } = await database.owner.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
  }
}
