// Contacts as the dashboard lists them: orders, pages, searches, selections; and what revoking and restoring does.

import { sql } from "kysely";
import type pg from "pg";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import { kyselyOn } from "../../src/db/pool.ts";
import type { AgencyReader } from "../../src/db/schema.ts";
import { findContactSession, noLink, openContactSession } from "../../src/models/contact-sessions.ts";
import {
  type ContactRow,
  changeContact,
  contactSelection,
  countSelection,
  findContactRow,
  findContactRows,
  getContact,
  restoreContacts,
  revokeContacts,
  searchPatterns,
  selectContacts,
} from "../../src/models/contacts.ts";
import { contactsSorts, readCursor, sortOf, writeCursor } from "../../src/models/contacts-cursor.ts";
import { listContacts } from "../../src/models/contacts-list.ts";
import { NotFound } from "../../src/models/errors.ts";
import { createTestDatabase, insertAgency, insertContact, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let agencies = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  return () => database.close();
});

async function newAgency(): Promise<AgencyStore> {
  agencies += 1;
  return database.store(await insertAgency(database, `agency-${agencies}`, `Agency ${agencies}`));
}

async function newMember(): Promise<string> {
  const { rows } = await database.owner.query<{ id: string }>(
    "insert into members (email, name, password_hash) values (gen_random_uuid() || '@staff.example', 'Nora', '') returning id",
  );
  return rows[0]?.id ?? "";
}

/** Contacts in every state, some sharing name, company and moments, so that only the id tells them apart. */
async function seed(store: AgencyStore, count: number): Promise<void> {
  await database.owner.query(
    `insert into contacts (agency_id, email, name, company, invited_at, joined_at, revoked_at, last_sign_in_at)
     select $1, 'c' || n || '@acme.example', case when n % 5 = 0 then '' else 'Client ' || n % 7 end,
       case when n % 3 = 0 then '' else 'Company ' || n % 4 end,
       case when n % 4 > 0 then timestamptz '2026-11-01 00:00:00.123456Z' + (n % 6) * interval '1 microsecond' end,
       case when n % 4 > 1 then timestamptz '2026-11-02' end,
       case when n % 4 > 2 then timestamptz '2026-11-03' end,
       case when n % 8 in (2, 3) then timestamptz '2026-11-02' + n * interval '1 hour' end
     from generate_series(1, $2) n`,
    [store.id, count],
  );
}

/** The plan of the one statement that `read` makes through this client. */
async function explain(client: pg.PoolClient, read: (db: AgencyReader) => Promise<unknown>): Promise<string> {
  let plan = "";
  const asked = {
    query: async ({ text, values }: { text: string; values: unknown[] }) => {
      const { rows } = await client.query<{ "QUERY PLAN": string }>(`explain ${text}`, values);
      plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
      return client.query(text, values);
    },
  } as pg.PoolClient;
  await read(kyselyOn(asked) as unknown as AgencyReader);
  return plan;
}

const ids = (rows: readonly ContactRow[]) => rows.map((row) => row.id);

describe("the list of contacts", () => {
  it("is walked forwards and backwards in every order without losing or repeating one", async () => {
    const store = await newAgency();
    await seed(store, 47);
    for (const sort of contactsSorts) {
      const whole = await store.read((db) => listContacts(db, { sort, limit: 100 }));
      expect(whole.rows).toHaveLength(47);
      expect(new Set(ids(whole.rows)).size).toBe(47);

      const forwards: string[] = [];
      const backwards: string[] = [];
      let page = await store.read((db) => listContacts(db, { sort, limit: 10 }));
      for (;;) {
        expect(page).toMatchObject({ before: forwards.length, total: 47 });
        forwards.push(...ids(page.rows));
        const { next } = page;
        if (!next) break;
        page = await store.read((db) => listContacts(db, { sort, after: next, limit: 10 }));
      }
      for (;;) {
        backwards.unshift(...ids(page.rows));
        const { previous } = page;
        if (!previous) break;
        page = await store.read((db) => listContacts(db, { sort, before: previous, limit: 10 }));
        expect(page.before).toBe(47 - backwards.length - page.rows.length);
      }
      expect(forwards).toEqual(ids(whole.rows));
      expect(backwards).toEqual(ids(whole.rows));
    }
  });

  it("puts the newest invite first and those never invited last unless told otherwise", async () => {
    const store = await newAgency();
    const add = (email: string, columns = {}) => insertContact(database, store.id, { email, ...columns });
    const older = await add("older@a.example", { invited_at: "2026-11-01T10:00:00Z" });
    const newer = await add("newer@a.example", { invited_at: "2026-11-02T10:00:00Z" });
    const never = await add("never@a.example");
    const { rows } = await store.read((db) => listContacts(db, { sort: sortOf(undefined) }));
    expect(ids(rows)).toEqual([newer, older, never]);
  });

  it("orders names as people read them, by address where there is no name", async () => {
    const store = await newAgency();
    for (const [name, email] of [
      ["Zoë", "z@a.example"],
      ["émile", "e@a.example"],
      ["", "bertha@a.example"],
      ["Adam", "x@a.example"],
    ])
      await insertContact(database, store.id, { name, email });
    const { rows } = await store.read((db) => listContacts(db, { sort: "name" }));
    expect(rows.map((row) => row.name || row.email)).toEqual(["Adam", "bertha@a.example", "émile", "Zoë"]);
  });

  it("answers a cursor that is broken, of another order or not ours with the first page", async () => {
    const store = await newAgency();
    await seed(store, 12);
    const first = await store.read((db) => listContacts(db, { sort: "name", limit: 5 }));
    const id = first.rows[0]?.id ?? "";
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const bad = [
      "x",
      "%00",
      encode(null),
      encode({}),
      encode(["name", "Client 1", id]),
      encode(["name", "Client 1", "nobody", 5]),
      encode(["name", "a\0b", id, 5]),
      encode(["name", 5, id, 5]),
      encode(["name", "Client 1", id, -1]),
      encode(["name", "Client 1", id, 1.5]),
      writeCursor("-name", { value: "Client 1", id, position: 5 }),
      "A".repeat(5000),
    ];
    for (const cursor of bad) {
      expect(await store.read((db) => listContacts(db, { sort: "name", after: cursor, limit: 5 }))).toEqual(first);
      expect(await store.read((db) => listContacts(db, { sort: "name", before: cursor, limit: 5 }))).toEqual(first);
    }
    const moments = [1e300, Number.MAX_SAFE_INTEGER + 1, 0.5, "2026-02-30", true];
    for (const moment of moments) expect(readCursor("invited", encode(["invited", moment, id, 5]))).toBeUndefined();
    for (const moment of [null, 0, -1, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER])
      await store.read((db) => listContacts(db, { sort: "invited", after: encode(["invited", moment, id, 5]) }));
  });

  it("shows the first page when the page that was asked for has gone", async () => {
    const store = await newAgency();
    await seed(store, 12);
    const first = await store.read((db) => listContacts(db, { sort: "name", limit: 10 }));
    await database.owner.query("delete from contacts where agency_id = $1 and id <> all($2)", [
      store.id,
      ids(first.rows),
    ]);
    const page = await store.read((db) => listContacts(db, { sort: "name", limit: 10, after: first.next }));
    expect(ids(page.rows)).toEqual(ids(first.rows));
    expect(page).toMatchObject({ before: 0, total: 10, previous: undefined, next: undefined });
  });

  it("begins every page at its place in an index, although row-level security bars most comparisons from one", async () => {
    const store = await newAgency();
    await seed(store, 12);
    const client = await database.appPool.connect();
    onTestFinished(() => client.release());
    await client.query("begin");
    await client.query("select set_config('app.agency_id', $1, true), set_config('enable_seqscan', 'off', true)", [
      store.id,
    ]);
    await client.query("select set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)");
    for (const sort of contactsSorts)
      for (const status of [undefined, "joined"] as const) {
        const first = await store.read((db) => listContacts(db, { sort, status, limit: 2 }));
        const explained = await explain(client, (db) =>
          listContacts(db, { sort, status, after: first.next, limit: 2 }),
        );
        expect(explained).toMatch(/Index Cond: \(\(agency_id = .*AND \(ROW\(.*[<>] ROW\(/);
        if (status) expect(explained).toMatch(/Index Cond: .*\(status(?:_rank)? = /);
      }
    await client.query("rollback");
  });

  it("keeps a tab and its total to one status, in every order", async () => {
    const store = await newAgency();
    await seed(store, 40);
    for (const sort of contactsSorts)
      for (const status of ["not-invited", "invited", "joined", "revoked"] as const) {
        const page = await store.read((db) => listContacts(db, { sort, status, limit: 6 }));
        expect(page.total).toBe(10);
        expect(page.rows.every((row) => row.status === status)).toBe(true);
        const next = await store.read((db) => listContacts(db, { sort, status, limit: 6, after: page.next }));
        expect(next.rows).toHaveLength(4);
        expect(ids(page.rows)).not.toContain(next.rows[0]?.id);
      }
  });

  it("carries the state of each contact's newest e-mail", async () => {
    const store = await newAgency();
    const id = await insertContact(database, store.id, { email: "jane@a.example" });
    expect((await store.read((db) => findContactRow(db, id)))?.lastEmail).toBeUndefined();
    await database.owner.query(
      `insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds, status, reason, queued_at)
         values ($1, 'login-email', $2, 'jane@a.example', 60, 'sent', null, now() - interval '1 day'),
                ($1, 'invite', $2, 'jane@a.example', 60, 'bounced', 'The mailbox does not exist.', now()),
                ($1, 'login-email', $2, 'jane@a.example', 60, 'sent', null, now() - interval '1 minute')`,
      [store.id, id],
    );
    const mail = { kind: "invite", status: "bounced", reason: "The mailbox does not exist." };
    const page = await store.read((db) => listContacts(db, { sort: "name" }));
    expect(page.rows[0]?.lastEmail).toMatchObject(mail);
    expect((await store.read((db) => findContactRow(db, id)))?.lastEmail).toMatchObject(mail);
    expect((await store.read((db) => getContact(db, id))).lastEmail).toMatchObject(mail);
  });
});

describe("a search", () => {
  it("finds every word in the name, the address or the company, whatever the case", async () => {
    const store = await newAgency();
    const jane = await insertContact(database, store.id, {
      email: "jane.doe@acme.example",
      name: "Jané Doe",
      company: "Brightwater",
    });
    await insertContact(database, store.id, { email: "joe@acme.example", name: "Joe", company: "Harbour" });
    const found = async (q: string) => ids((await store.read((db) => listContacts(db, { sort: "name", q }))).rows);
    for (const q of ["jané", "JANÉ", "jane.d", "bright doe", "  water   acme ", "jané".normalize("NFD")])
      expect(await found(q)).toEqual([jane]);
    expect(await found("jane harbour")).toEqual([]);
    expect(await found("   ")).toHaveLength(2);
  });

  it("takes percent, underscore, backslash and quotes as they are", async () => {
    const store = await newAgency();
    const odd = await insertContact(database, store.id, {
      email: "a_b@acme.example",
      name: String.raw`100% O'Neil \ Sons`,
      company: "",
    });
    await insertContact(database, store.id, { email: "axb@acme.example", name: "100 ONeil Sons" });
    for (const q of ["100%", "a_b", "\\", "o'neil", "% \\"]) {
      const page = await store.read((db) => listContacts(db, { sort: "name", q }));
      expect(ids(page.rows)).toEqual([odd]);
      expect(page.total).toBe(1);
    }
    expect(searchPatterns("a\0b\u0007 ")).toEqual(["%a%", "%b%"]);
    expect(searchPatterns(String.raw`50%_\ `)).toEqual([String.raw`%50\%\_\\%`]);
  });

  it("counts what it finds, under the chosen status and over all pages", async () => {
    const store = await newAgency();
    await seed(store, 40);
    const all = await store.read((db) => listContacts(db, { sort: "-name", q: "acme.example", limit: 15 }));
    expect(all).toMatchObject({ total: 40, before: 0 });
    const joined = await store.read((db) => listContacts(db, { sort: "-name", q: "acme", status: "joined", limit: 3 }));
    expect(joined.total).toBe(10);
    const second = await store.read((db) =>
      listContacts(db, { sort: "-name", q: "acme", status: "joined", limit: 3, after: joined.next }),
    );
    expect(second).toMatchObject({ total: 10, before: 3 });
    expect(await store.read((db) => listContacts(db, { sort: "name", q: "zephyr" }))).toMatchObject({
      total: 0,
      rows: [],
    });
  });

  it("walks the same pages whether it finds few or many, and says where it has not counted on", async () => {
    const store = await newAgency();
    await seed(store, 5100);
    for (const [q, total, counted] of [
      ["c1", 1111, false],
      ["acme", 5100, false],
      ["c507", 11, true],
      ["c1 acme 77", 20, true],
    ] as const)
      for (const sort of ["-invited", "name", "status"] as const) {
        const found: string[] = [];
        let page = await store.read((db) => listContacts(db, { sort, q, limit: 900 }));
        for (;;) {
          expect(page.before).toBe(found.length);
          found.push(...ids(page.rows));
          expect(page.more).toBe(!counted && page.next !== undefined);
          if (page.more) expect(page.total).toBeGreaterThan(found.length);
          else expect(page.total).toBe(total);
          expect(page.total).toBeLessThanOrEqual(total);
          const { next } = page;
          if (!next) break;
          page = await store.read((db) => listContacts(db, { sort, q, after: next, limit: 900 }));
        }
        expect(new Set(found).size).toBe(total);
        if (!page.previous) continue;
        const back = await store.read((db) => listContacts(db, { sort, q, before: page.previous, limit: 900 }));
        expect(ids(back.rows)).toEqual(found.slice(back.before, back.before + 900));
        expect(back.total).toBeGreaterThan(back.before + 900);
      }
    const joined = await store.read((db) => listContacts(db, { sort: "name", q: "acme", status: "joined" }));
    expect(joined).toMatchObject({ total: 1275, more: false });
  });

  it("selects exactly all that match, however far the list has counted", async () => {
    const store = await newAgency();
    await seed(store, 5100);
    const page = await store.read((db) => listContacts(db, { sort: "name", q: "c1" }));
    expect(page.more).toBe(true);
    const selection = contactSelection({ contacts: [], all: true, q: "c1" });
    const counted = await store.read((db) => countSelection(db, selection));
    expect(Object.values(counted).reduce((sum, one) => sum + one, 0)).toBe(1111);
    const member = await newMember();
    const alreadyRevoked = counted.revoked;
    expect(await store.write((db) => revokeContacts(db, selection, member))).toBe(1111 - alreadyRevoked);
  });

  it("finds what stands together far down the order", async () => {
    const store = await newAgency();
    await seed(store, 12_100);
    // Common enough among the oldest to be looked for along the order, and last in it.
    await database.owner.query(
      "update contacts set name = 'zz ' || email, company = 'Zulu' where agency_id = $1 and id in (select id from contacts where agency_id = $1 order by id limit 35)",
      [store.id],
    );
    for (const q of ["zulu", "zu"])
      for (const sort of ["name", "-name"] as const) {
        const page = await store.read((db) => listContacts(db, { sort, q, limit: 20 }));
        expect(page.rows).toHaveLength(20);
        expect(page.rows.every((row) => row.company === "Zulu")).toBe(true);
        const last = await store.read((db) => listContacts(db, { sort, q, after: page.next, limit: 20 }));
        expect(last).toMatchObject({ before: 20, total: 35, more: false, next: undefined });
        expect(new Set([...ids(page.rows), ...ids(last.rows)]).size).toBe(35);
      }
  });

  it("never finds another agency's contacts", async () => {
    const [mine, theirs] = [await newAgency(), await newAgency()];
    const id = await insertContact(database, theirs.id, { email: "secret@theirs.example", name: "Secret" });
    expect((await mine.read((db) => listContacts(db, { sort: "name", q: "secret" }))).total).toBe(0);
    expect(await mine.read((db) => findContactRows(db, [id]))).toEqual([]);
    await expect(mine.read((db) => getContact(db, id))).rejects.toThrow(NotFound);
  });
});

describe("a selection", () => {
  const select = (store: AgencyStore, fields: Parameters<typeof contactSelection>[0]) =>
    store.read(async (db) =>
      (await selectContacts(db, contactSelection(fields)).execute()).map((row) => row.id).sort(),
    );

  it("is the ticked contacts, each once, without what cannot be an id", async () => {
    const store = await newAgency();
    await seed(store, 5);
    const all = ids((await store.read((db) => listContacts(db, { sort: "name" }))).rows);
    const [one = "", two = ""] = all;
    const contacts = [one, two.toUpperCase(), one, "x", "", "'; drop table contacts"];
    expect(await select(store, { contacts, all: false })).toEqual([one, two].sort());
    expect(await select(store, { contacts: [], all: false })).toEqual([]);
  });

  it("is everybody that the filter matches, and nobody for a status that does not exist", async () => {
    const store = await newAgency();
    await seed(store, 20);
    expect(await select(store, { contacts: [], all: true })).toHaveLength(20);
    expect(await select(store, { contacts: [], all: true, status: "all", q: " " })).toHaveLength(20);
    expect(await select(store, { contacts: [], all: true, status: "joined" })).toHaveLength(5);
    expect(await select(store, { contacts: [], all: true, status: "joined", q: "c2@" })).toHaveLength(1);
    expect(await select(store, { contacts: [], all: true, status: "bogus" })).toEqual([]);
    expect(await store.read((db) => countSelection(db, { all: true }))).toEqual({
      "not-invited": 5,
      invited: 5,
      joined: 5,
      revoked: 5,
    });
  });
});

describe("changing contacts", () => {
  const events = async (store: AgencyStore, kind: string) => {
    const { rows } = await database.owner.query<{ contact_id: string; member_id: string }>(
      "select contact_id, member_id from events where agency_id = $1 and kind = $2 order by id",
      [store.id, kind],
    );
    return rows;
  };

  it("revokes access once, ends sessions at once and says who did it", async () => {
    const [store, member] = [await newAgency(), await newMember()];
    const id = await insertContact(database, store.id, {
      email: "jane@a.example",
      joined_at: "2026-11-01",
      invited_at: "2026-11-01",
    });
    const entry = await store.write((db) =>
      openContactSession(
        db,
        {
          method: "password",
          holder: sql`select id as contact_id, ${noLink}, false as proves, false as closes from contacts where id = ${id}`,
        },
        { host: "h.example", address: "10.0.0.1" },
      ),
    );
    const sessionId = entry?.sessionId ?? "";
    expect(await store.read((db) => findContactSession(db, sessionId))).toBeDefined();

    expect(await store.write((db) => revokeContacts(db, { ids: [id] }, member))).toBe(1);
    expect(await store.write((db) => revokeContacts(db, { ids: [id] }, member))).toBe(0);
    expect((await store.read((db) => findContactRow(db, id)))?.status).toBe("revoked");
    expect(await store.read((db) => findContactSession(db, sessionId))).toBeUndefined();
    expect(await events(store, "contact.revoked")).toEqual([{ contact_id: id, member_id: member }]);

    expect(await store.write((db) => restoreContacts(db, { ids: [id] }, member))).toBe(1);
    expect(await store.write((db) => restoreContacts(db, { ids: [id] }, member))).toBe(0);
    expect((await store.read((db) => findContactRow(db, id)))?.status).toBe("joined");
    expect(await store.read((db) => findContactSession(db, sessionId))).toBeUndefined();
    expect(await events(store, "contact.restored")).toEqual([{ contact_id: id, member_id: member }]);
  });

  it("revokes all that a filter matches in one statement, and nobody of another agency", async () => {
    const [store, other, member] = [await newAgency(), await newAgency(), await newMember()];
    await seed(store, 20);
    await seed(other, 20);
    const theirs = ids((await other.read((db) => listContacts(db, { sort: "name" }))).rows);
    expect(await store.write((db) => revokeContacts(db, { ids: theirs }, member))).toBe(0);
    expect(await store.write((db) => revokeContacts(db, { all: true, status: "joined" }, member))).toBe(5);
    expect(await store.write((db) => revokeContacts(db, { all: true, q: "c4@" }, member))).toBe(1);
    expect((await other.read((db) => countSelection(db, { all: true }))).revoked).toBe(5);
    expect((await store.read((db) => countSelection(db, { all: true }))).revoked).toBe(11);
    expect(await events(store, "contact.revoked")).toHaveLength(6);
  });

  it("changes name and company, notes it once, and knows no unknown id", async () => {
    const [store, member] = [await newAgency(), await newMember()];
    const id = await insertContact(database, store.id, { email: "jane@a.example" });
    const details = { name: "Jane Doe", company: "Acme" };
    await store.write((db) => changeContact(db, id, details, member));
    await store.write((db) => changeContact(db, id, details, member));
    expect(await store.read((db) => getContact(db, id))).toMatchObject(details);
    expect(await events(store, "contact.changed")).toHaveLength(1);
    for (const unknown of ["x", "019a0000-0000-7000-8000-000000000000"]) {
      await expect(store.write((db) => changeContact(db, unknown, details, member))).rejects.toThrow(NotFound);
      await expect(store.read((db) => getContact(db, unknown))).rejects.toThrow(NotFound);
      expect(await store.read((db) => findContactRow(db, unknown))).toBeUndefined();
    }
  });
});
