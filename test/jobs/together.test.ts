// Transactions that are wanted at the same moment: shared when all is well, apart when one is in trouble.
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { AgencyDb } from "../../src/db/schema.ts";
import { createTogether, type Linger } from "../../src/jobs/together.ts";
import { recordEvent } from "../../src/models/events.ts";
import { databaseForTest, insertAgency } from "../support/database.ts";

const transaction = async (db: AgencyDb) => {
  const { rows } = await sql<{ id: string }>`select pg_current_xact_id()::text as id`.execute(db);
  return rows[0]?.id ?? "";
};

type Told = { address: string; transaction: string; size: number };

const tellAll = async (db: AgencyDb, addresses: readonly string[]): Promise<Told[]> => {
  const id = await transaction(db);
  for (const address of addresses) await recordEvent(db, { kind: "agency.created", address });
  return addresses.map((address) => ({ address, transaction: id, size: addresses.length }));
};

async function setUp(work = tellAll, linger?: Linger) {
  const database = await databaseForTest();
  const northwind = database.store(await insertAgency(database, "northwind", "Northwind"));
  const rivermark = database.store(await insertAgency(database, "rivermark", "Rivermark"));
  const told = async (store = northwind) => {
    const rows = await store.read((db) => db.selectFrom("events").select("address").orderBy("address").execute());
    return rows.map(({ address }) => address);
  };
  return { northwind, rivermark, told, together: createTogether(work, linger) };
}

test("what one agency wants at the same moment shares a transaction, and another agency's does not", async () => {
  const { northwind, rivermark, told, together } = await setUp();
  const [one, two, other] = await Promise.all([
    together(northwind, "1"),
    together(northwind, "2"),
    together(rivermark, "3"),
  ]);
  expect(one).toMatchObject({ address: "1", size: 2 });
  expect(two).toMatchObject({ address: "2", transaction: one.transaction });
  expect(other.transaction).not.toBe(one.transaction);
  expect(await told()).toEqual(["1", "2"]);
  expect(await told(rivermark)).toEqual(["3"]);
});

test("what comes while a transaction is under way shares the next, at most a hundred at once", async () => {
  const { northwind, told, together } = await setUp();
  const first = together(northwind, "000");
  await Promise.resolve();
  await Promise.resolve();
  const rest = await Promise.all(Array.from({ length: 150 }, (_, n) => together(northwind, String(n + 1))));
  expect((await first).size).toBe(1);
  expect(new Set(rest.map(({ transaction: id }) => id)).size).toBe(2);
  expect(Math.max(...rest.map(({ size }) => size))).toBe(100);
  expect(await told()).toHaveLength(151);
});

test("after a group of many the next waits for more, until there are enough", async () => {
  const { northwind, told, together } = await setUp(tellAll, { ms: 600_000, many: 3, enough: 4 });
  const three = await Promise.all(["1", "2", "3"].map((address) => together(northwind, address)));
  expect(three.map(({ size }) => size)).toEqual([3, 3, 3]);
  const late = [together(northwind, "4"), together(northwind, "5")];
  // another transaction of the agency's own, so that those two have had their time
  await told();
  expect(await told()).toEqual(["1", "2", "3"]);
  late.push(together(northwind, "6"), together(northwind, "7"));
  expect((await Promise.all(late)).map(({ size }) => size)).toEqual([4, 4, 4, 4]);
});

test("after a group of few nothing waits", async () => {
  const { northwind, together } = await setUp(tellAll, { ms: 600_000, many: 3, enough: 4 });
  await Promise.all(["1", "2"].map((address) => together(northwind, address)));
  expect((await together(northwind, "3")).size).toBe(1);
});

test("one that throws takes nothing from the others and leaves nothing of its own", async () => {
  const { northwind, told, together } = await setUp(async (db, addresses) => {
    const answers = await tellAll(db, addresses);
    if (addresses.includes("bad")) throw new Error("Not this one.");
    if (addresses.includes("refused")) await sql`select 1 / 0`.execute(db);
    return answers;
  });
  const settled = await Promise.allSettled(["1", "bad", "refused", "2"].map((address) => together(northwind, address)));
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
  expect(await told()).toEqual(["1", "2"]);
});
