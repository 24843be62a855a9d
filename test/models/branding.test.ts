// The brand as a model: changed as a whole, one change after the other, announced to every process.
import pg from "pg";
import { expect, it, onTestFinished } from "vitest";
import { type BrandValues, changeBranding, getBranding } from "../../src/models/branding.ts";
import { databaseForTest, insertAgency, type TestDatabase } from "../support/database.ts";

async function agencies() {
  const database = await databaseForTest();
  const ids = [
    await insertAgency(database, "northwind", "Northwind"),
    await insertAgency(database, "rivermark", "Rivermark"),
  ] as const;
  const { rows } = await database.owner.query(
    "insert into members (email, name, password_hash) values ('n@n.example', 'Nora', 'x') returning id",
  );
  return { database, ids, memberId: (rows[0] as { id: string }).id };
}

const plainValues: BrandValues = {
  name: "",
  color: "#00684e",
  scheme: "system",
  headline: "",
  text: "",
  supportEmail: "",
  logoHash: null,
  faviconHash: null,
};

async function changes(
  database: TestDatabase,
): Promise<{ before: Partial<BrandValues>; after: Partial<BrandValues> }[]> {
  const { rows } = await database.owner.query("select data from events where kind = 'branding.changed' order by id");
  return (rows as { data: { before: object; after: object } }[]).map(({ data }) => data);
}

it("changes one agency and leaves the other as it was", async () => {
  const { database, ids, memberId } = await agencies();
  const untouched = await database.store(ids[1]).read((db) => getBranding(db));
  await database.store(ids[0]).write((db) => changeBranding(db, { ...plainValues, name: "Halden" }, memberId));
  const changed = await database.store(ids[0]).read((db) => getBranding(db));
  expect(changed).toMatchObject({ name: "Halden", color: "#00684e", agencyName: "Northwind", version: 2 });
  expect(await database.store(ids[1]).read((db) => getBranding(db))).toEqual(untouched);
});

it("records ten changes at once as a chain: what each found is what the one before it left", async () => {
  const { database, ids, memberId } = await agencies();
  const store = database.store(ids[0]);
  await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      store.write((db) => changeBranding(db, { ...plainValues, headline: `Headline ${i}` }, memberId)),
    ),
  );
  const chain = await changes(database);
  expect(chain).toHaveLength(10);
  for (const [i, { before }] of chain.entries())
    expect(before.headline).toBe(i === 0 ? "" : chain[i - 1]?.after.headline);
  const { headline, version } = await store.read((db) => getBranding(db));
  expect(headline).toBe(chain.at(-1)?.after.headline);
  expect(version).toBe(11);
});

it("is announced with whose it is when it changes, and not when it stays", async () => {
  const { database, ids, memberId } = await agencies();
  const listener = new pg.Client({ connectionString: database.url });
  await listener.connect();
  onTestFinished(() => listener.end());
  const told: (string | undefined)[] = [];
  listener.on("notification", ({ payload }) => told.push(payload));
  await listener.query("listen hosts_changed");
  const save = () => database.store(ids[0]).write((db) => changeBranding(db, plainValues, memberId));
  expect(await save()).toBe(true);
  await expect.poll(() => told).toEqual([ids[0]]);
  expect(await save()).toBe(false);
  // A notification that was made stands before the answer of a later statement.
  await listener.query("select 1");
  expect(told).toEqual([ids[0]]);
});
