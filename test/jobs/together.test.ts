// Transactions that are wanted at the same moment: shared when all is well, apart when one is in trouble.
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { AgencyDb } from "../../src/db/schema.ts";
import { createTogether } from "../../src/jobs/together.ts";
import { recordEvent } from "../../src/models/events.ts";
import { databaseForTest, insertAgency } from "../support/database.ts";

const transaction = async (db: AgencyDb) => {
  const { rows } = await sql<{ id: string }>`select pg_current_xact_id()::text as id`.execute(db);
  return rows[0]?.id ?? "";
};

async function setUp() {
  const database = await databaseForTest();
  const northwind = database.store(await insertAgency(database, "northwind", "Northwind"));
  const rivermark = database.store(await insertAgency(database, "rivermark", "Rivermark"));
  const told = async (store = northwind) => {
    const rows = await store.read((db) => db.selectFrom("events").select("address").orderBy("address").execute());
    return rows.map(({ address }) => address);
  };
  return { northwind, rivermark, told, together: createTogether() };
}

const tell = (address: string) => async (db: AgencyDb) => {
  await recordEvent(db, { kind: "agency.created", address });
  return await transaction(db);
};

test("what one agency wants at the same moment shares a transaction, and another agency's does not", async () => {
  const { northwind, rivermark, told, together } = await setUp();
  const [one, two, other] = await Promise.all([
    together.write(northwind, tell("1")),
    together.write(northwind, tell("2")),
    together.write(rivermark, tell("3")),
  ]);
  expect(one).toBe(two);
  expect(other).not.toBe(one);
  expect(await told()).toEqual(["1", "2"]);
  expect(await told(rivermark)).toEqual(["3"]);
});

test("one that throws takes nothing from the others and leaves nothing of its own", async () => {
  const { northwind, told, together } = await setUp();
  const bad = async (db: AgencyDb) => {
    await recordEvent(db, { kind: "agency.created", address: "bad" });
    throw new Error("Not this one.");
  };
  const refused = async (db: AgencyDb) => void (await sql`select 1 / 0`.execute(db));
  const settled = await Promise.allSettled([
    together.write(northwind, tell("1")),
    together.write(northwind, bad),
    together.write(northwind, refused),
    together.write(northwind, tell("2")),
  ]);
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
  expect(await told()).toEqual(["1", "2"]);
});

test("what is asked once is asked once for all that share the transaction, and again in the next", async () => {
  const { northwind, together } = await setUp();
  let asked = 0;
  const ask = () =>
    together.write(northwind, (db, once) =>
      once("portal", async () => {
        asked += 1;
        return await transaction(db);
      }),
    );
  const [one, two] = await Promise.all([ask(), ask()]);
  expect(one).toBe(two);
  expect(asked).toBe(1);
  expect(await ask()).not.toBe(one);
  expect(asked).toBe(2);
});
