// The three locks of tenancy, tried against the real roles and policies.
import { sql } from "kysely";
import { expect, test } from "vitest";
import { openAgencyStore } from "../../src/db/agency-store.ts";
import { Unavailable } from "../../src/models/errors.ts";
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

test("a single statement sees and stamps its agency's rows alone, and leaves no agency behind", async () => {
  const { database, northwind, rivermark } = await twoAgencies();
  const store = database.store(northwind);
  const insert = (email: string) => store.writeOne((db) => db.insertInto("contacts").values({ email }).execute());
  await insert("new@acme.example");
  const emails = await store.readOne((db) => db.selectFrom("contacts").select("email").orderBy("email").execute());
  expect(emails).toEqual([{ email: "ann@acme.example" }, { email: "new@acme.example" }]);
  const others = await database.store(rivermark).readOne((db) => db.selectFrom("contacts").select("email").execute());
  expect(others).toEqual([{ email: "bob@acme.example" }]);
  const { rows } = await database.appPool.query(
    "select current_setting('app.agency_id', true) as agency, current_setting('transaction_read_only') as reads, count(*) as n from contacts",
  );
  expect(rows[0]).toMatchObject({ reads: "off", n: 0 });
  expect(rows[0].agency || null).toBeNull();
});

test("a single statement of a read cannot write, and one that fails leaves nothing and spoils nothing", async () => {
  const { database, northwind, rivermark } = await twoAgencies();
  const store = database.store(northwind);
  const write = store.readOne((db) => sql`update contacts set name = 'x'`.execute(db));
  await expect(write).rejects.toThrow(/read-only transaction/);
  const smuggled = () =>
    store.writeOne((db) =>
      sql`with mine as (insert into contacts (email) values ('mine@acme.example'))
        insert into contacts (agency_id, email) values (${rivermark}, 'x@y.example')`.execute(db),
    );
  // Once while it is still to be prepared, once when it is.
  for (const again of [1, 2]) await expect(smuggled(), String(again)).rejects.toThrow(/row-level security/);
  await expect(store.writeOne((db) => sql`select nonsense`.execute(db))).rejects.toThrow(/nonsense/);
  await expect(store.writeOne((db) => sql`select nonsense`.execute(db))).rejects.toThrow(/nonsense/);
  const emails = () => store.readOne((db) => db.selectFrom("contacts").select("email").execute());
  expect(await Promise.all(Array.from({ length: 20 }, emails))).toEqual(
    Array.from({ length: 20 }, () => [{ email: "ann@acme.example" }]),
  );
  expect(database.appPool.idleCount).toBe(database.appPool.totalCount);
});

test("a single statement is the only one, and a transaction afterwards may have many again", async () => {
  const { database, northwind } = await twoAgencies();
  const store = database.store(northwind);
  const two = store.writeOne(async (db) => {
    await db.insertInto("contacts").values({ email: "first@acme.example" }).execute();
    await db.insertInto("contacts").values({ email: "second@acme.example" }).execute();
  });
  await expect(two).rejects.toThrow("one statement");
  const count = (db: Parameters<Parameters<typeof store.read>[0]>[0]) =>
    db.selectFrom("contacts").select("id").execute();
  for (let i = 0; i < 10; i++) {
    const found = await store.read(async (db) => [await count(db), await count(db)]);
    expect(found.map(({ length }) => length)).toEqual([2, 2]);
  }
});

test("a single statement's answer comes after its commit, and a commit that fails is an error", async () => {
  const { database, northwind } = await twoAgencies();
  const store = database.store(northwind);
  await database.owner.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'refused at the end'; end $$;
    create constraint trigger refuse_at_end after update on contacts deferrable initially deferred
      for each row when (new.name = 'Late') execute function refuse()`);
  const rename = (name: string) => store.writeOne((db) => db.updateTable("contacts").set({ name }).executeTakeFirst());
  await expect(rename("Late")).rejects.toThrow("refused at the end");
  expect((await rename("Fine")).numUpdatedRows).toBe(1n);
  const { rows } = await database.owner.query("select name from contacts where email = 'ann@acme.example'");
  expect(rows).toEqual([{ name: "Fine" }]);
});

test("a single statement on a connection that is lost says that the database is away, and the next one has another", async () => {
  const { database, northwind } = await twoAgencies();
  const store = database.store(northwind);
  const slow = store.readOne((db) => sql`select pg_sleep(60)`.execute(db)).catch((error: unknown) => error);
  for (let ended = 0; ended === 0; ) {
    const { rows } = await database.owner.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'select pg_sleep%'",
    );
    ended = rows.length;
  }
  expect(await slow).toBeInstanceOf(Unavailable);
  expect(await store.readOne((db) => db.selectFrom("contacts").select("email").execute())).toHaveLength(1);
});

test("a single statement that was cancelled fails alone: its connection serves the next agency and no other", async () => {
  const { database, northwind, rivermark } = await twoAgencies();
  const slow = database
    .store(northwind)
    .writeOne((db) => sql`select pg_sleep(60), count(*) from contacts`.execute(db))
    .catch((error: unknown) => error);
  for (let cancelled = 0; cancelled === 0; ) {
    const { rows } = await database.owner.query(
      "select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'",
    );
    cancelled = rows.length;
  }
  expect(await slow).toMatchObject({ code: "57014" });
  expect(database.appPool.totalCount).toBe(1);
  const { rows } = await database.appPool.query("select count(*) as n from contacts");
  expect(rows[0].n).toBe(0);
  const emails = await database.store(rivermark).readOne((db) => db.selectFrom("contacts").select("email").execute());
  expect(emails).toEqual([{ email: "bob@acme.example" }]);
  expect(database.appPool.totalCount).toBe(1);
});

test("whatever fails on shared connections, every statement sees its own agency's rows, and reads never write", async () => {
  const { database, northwind, rivermark } = await twoAgencies();
  const agencies = [
    { store: database.store(northwind), own: "ann@acme.example" },
    { store: database.store(rivermark), own: "bob@acme.example" },
  ] as const;
  const emails = sql<{ email: string }>`select email from contacts order by email`;
  type Agency = (typeof agencies)[number];
  const right = async ({ own }: Agency, found: Promise<{ rows: { email: string }[] }>) =>
    expect((await found).rows).toEqual([{ email: own }]);
  const wrong = (attempt: Promise<unknown>, message: RegExp) => expect(attempt).rejects.toThrow(message);
  const ways: ((agency: Agency, at: number) => Promise<unknown>)[] = [
    (agency) =>
      right(
        agency,
        agency.store.readOne((db) => emails.execute(db)),
      ),
    (agency) =>
      right(
        agency,
        agency.store.writeOne((db) => emails.execute(db)),
      ),
    (agency) =>
      right(
        agency,
        agency.store.read((db) => emails.execute(db)),
      ),
    ({ store }) =>
      wrong(
        store.readOne((db) => sql`update contacts set name = 'x'`.execute(db)),
        /read-only/,
      ),
    ({ store }) =>
      wrong(
        store.readOne((db) => sql`select 1 / 0 from contacts`.execute(db)),
        /division by zero/,
      ),
    // of its own text each time, so that it is never prepared
    ({ store }, at) =>
      wrong(
        store.writeOne((db) => sql`select ${sql.raw(`nonsense${at}`)}`.execute(db)),
        /nonsense/,
      ),
    ({ store }) =>
      wrong(
        store.writeOne((db) => sql`set transaction read write`.execute(db).then(() => emails.execute(db))),
        /one statement/,
      ),
    ({ store }) =>
      wrong(
        store.readOne((db) => sql`select set_config('transaction_read_only', 'off', true)`.execute(db)),
        /read-write mode/,
      ),
    // nothing was asked at all
    ({ store }) =>
      wrong(
        store.readOne(() => Promise.reject(new Error("changed my mind"))),
        /changed my mind/,
      ),
    ({ store }) =>
      wrong(
        store.write((db) => sql`select 1 / 0 from contacts`.execute(db)),
        /division by zero/,
      ),
  ];
  const all = Array.from({ length: 40 }, (_, round) =>
    agencies.flatMap((agency, of) => ways.map((way, at) => way(agency, 100 * round + 10 * at + of))),
  );
  await Promise.all(all.flat());
  expect(database.appPool.totalCount).toBeLessThanOrEqual(10);
  const { rows } = await database.appPool.query("select count(*) as n from contacts");
  expect(rows[0].n).toBe(0);
});
