// The search over contacts against a plain comparison of texts: every word, order and tab; changes; and nobody else's contacts.
import fc from "fast-check";
import { sql } from "kysely";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import type { ContactStatus } from "../../src/db/schema.ts";
import { changeContact, contactSelection, contactStatuses, selectContacts } from "../../src/models/contacts.ts";
import { type ContactsSort, contactsSorts, sortParts } from "../../src/models/contacts-cursor.ts";
import { listContacts } from "../../src/models/contacts-list.ts";
import { createTestDatabase, insertAgency, insertContact, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let northwind: AgencyStore;
let rivermark: AgencyStore;
let texts: string[];

const given =
  "Ada Grace Zoë Émile Łukasz Øyvind Søren Chloé Иван 玲 Ngozi O'Neil Anne-Marie Z Ål Straße Þór Ñandú 100% a_b C:\\x".split(
    " ",
  );
const family = "Adler Hansen Gräfe Øster Li Ωmega Петров 田中 de-la-Cruz Smith-Jones O'Brien Graceland Q Zzyzx".split(
  " ",
);
const companies = [
  "",
  "Larch Ltd",
  "Brightwater Foods",
  "Grace & Co.",
  "Zulu_Werke",
  "ÉCLAIR S.A.",
  "Ада",
  "(blue)",
  "ltd",
  "100%",
];

beforeAll(async () => {
  database = await createTestDatabase();
  northwind = database.store(await insertAgency(database, "northwind", "Northwind"));
  rivermark = database.store(await insertAgency(database, "rivermark", "Rivermark"));
  // More than a search reads along before it looks elsewhere, and what belongs together stands together in several orders.
  for (const [store, many] of [
    [northwind, 6_000],
    [rivermark, 300],
  ] as const)
    await database.owner.query(
      `insert into contacts (agency_id, email, name, company, invited_at, joined_at, revoked_at)
       select $1, 'c' || n || '.' || substr(md5(n::text), 1, n % 7) || '@' || ($5::text[])[1 + n / 700 % 5] || '.example',
         case when n % 11 = 0 then '' else ($2::text[])[1 + n / 300 % cardinality($2)] || ' ' || ($3::text[])[1 + n % cardinality($3)] end,
         ($4::text[])[1 + n / 40 % cardinality($4)],
         case when n % 4 > 0 then timestamptz '2026-11-01' + (n / 500) * interval '1 hour' end,
         case when n % 4 > 1 then timestamptz '2026-11-02' end, case when n % 97 = 0 then timestamptz '2026-11-03' end
       from generate_series(1, $6) n`,
      [store.id, given, family, companies, ["larch", "grace-co", "x-y", "zulu", "ada.adler"], many],
    );
  const { rows } = await database.owner.query<{ text: string }>(
    "select distinct on (name, company) lower(name || ' ' || email || ' ' || company) as text from contacts where agency_id = $1",
    [northwind.id],
  );
  texts = rows.map(({ text }) => text);
  return () => database.close();
});

/** Compares texts one by one, as whoever may see everything. */
async function plainly(
  words: readonly string[],
  sort: ContactsSort,
  status: ContactStatus | undefined,
): Promise<string[]> {
  const { field, descending } = sortParts(sort);
  const columns = {
    name: "sort_name",
    company: "sort_company",
    status: "status_rank",
    invited: "coalesce(invited_at, '-infinity')",
    "last-sign-in": "coalesce(last_sign_in_at, '-infinity')",
  };
  const way = descending ? "desc" : "asc";
  const { rows } = await database.owner.query<{ id: string }>(
    `select id from contacts
     where agency_id = $1 and ($2::text is null or status = $2)
       and not exists (select from unnest($3::text[]) word where position(lower(word) in lower(name || ' ' || email || ' ' || company)) = 0)
     order by ${columns[field]} ${way}, id ${way}`,
    [northwind.id, status ?? null, words],
  );
  return rows.map(({ id }) => id);
}

const piece = fc
  .tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 9 }), fc.boolean())
  .map(([which, from, length, loud]) => {
    const word = fitting((texts[which % texts.length] ?? "").split(" ").filter(Boolean), which);
    const letters = [...word];
    const start = from % letters.length;
    const found = letters.slice(start, start + length).join("");
    // Some letters have capitals of another length, from which there is no way back.
    return loud && found.toUpperCase().toLowerCase() === found ? found.toUpperCase() : found;
  });
const fitting = (words: readonly string[], which: number) => words[which % words.length] ?? "a";
const nonsense = fc.constantFrom(
  "zx",
  "qqq",
  "%",
  "_",
  "\\",
  "'",
  "&",
  "!",
  ":*",
  "|",
  "(",
  "ж",
  "ß",
  "zephyr",
  "c1",
  "9",
  ".",
  "@",
);

test("a search finds the same contacts in the same order as comparing every text, for any words, order and tab", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 5, arbitrary: piece }, nonsense), { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...contactsSorts),
      fc.option(fc.constantFrom(...contactStatuses), { nil: undefined, freq: 2 }),
      fc.constantFrom(1, 20, 300),
      async (words, sort, status, limit) => {
        const expected = await plainly(words, sort, status);
        const q = words.join(" ");
        const first = await northwind.read((db) => listContacts(db, { q, sort, status, limit }));
        expect(first.rows.map(({ id }) => id)).toEqual(expected.slice(0, limit));
        if (first.more) expect(first.total).toBeLessThanOrEqual(expected.length);
        else expect(first.total).toBe(expected.length);
        expect(first.next === undefined).toBe(expected.length <= limit);
        if (!first.next) return;
        const second = await northwind.read((db) => listContacts(db, { q, sort, status, limit, after: first.next }));
        expect(second.rows.map(({ id }) => id)).toEqual(expected.slice(limit, 2 * limit));
        const back = await northwind.read((db) =>
          listContacts(db, { q, sort, status, limit, before: second.previous }),
        );
        expect(back.rows.map(({ id }) => id)).toEqual(expected.slice(0, limit));
      },
    ),
    { numRuns: 250, endOnFailure: true },
  );
}, 120_000);

test("everybody that a search finds is who a selection by the same words holds", async () => {
  for (const q of ["grace", "zu", "ö", "ada.adler", "c1 ltd", "%", "_w"]) {
    const expected = await plainly(q.split(" "), "name", undefined);
    const selected = await northwind.read((db) =>
      selectContacts(db, contactSelection({ contacts: [], all: true, q })).execute(),
    );
    expect(selected.map(({ id }) => id).sort()).toEqual(expected.toSorted());
  }
});

test("those whose name or company begins with the word come in their places among those who have it elsewhere", async () => {
  for (const sort of ["name", "-name", "company", "-company"] as const)
    for (const q of ["gra", "grace", "zulu", "la", "larch ltd", "100%", "ada"]) {
      const expected = await plainly(q.split(" "), sort, undefined);
      const found: string[] = [];
      for (let after: string | undefined, more = true; more; ) {
        const page = await northwind.read((db) => listContacts(db, { q, sort, limit: 150, after }));
        found.push(...page.rows.map(({ id }) => id));
        after = page.next;
        more = after !== undefined;
      }
      expect(found).toEqual(expected);
    }
});

test("a contact is found by what it is called now, and by nothing once it is gone", async () => {
  const id = await insertContact(database, rivermark.id, {
    email: "old.address@a.example",
    name: "Oldname",
    company: "Oldco",
  });
  const found = async (q: string) => (await rivermark.read((db) => listContacts(db, { q, sort: "name" }))).total;
  expect(await found("oldname oldco old.address")).toBe(1);
  const { rows } = await database.owner.query<{ id: string }>(
    "insert into members (email, name, password_hash) values ('nora@staff.example', 'Nora', '') returning id",
  );
  await rivermark.write((db) => changeContact(db, id, { name: "Newname", company: "Newco" }, rows[0]?.id ?? ""));
  await rivermark.write((db) =>
    db.updateTable("contacts").set({ email: "new.address@b.example" }).where("id", "=", id).execute(),
  );
  expect(await found("newname newco new.address@b")).toBe(1);
  for (const q of ["oldname", "oldco", "old.address"]) expect(await found(q)).toBe(0);
  await rivermark.write((db) => db.deleteFrom("contacts").where("id", "=", id).execute());
  expect(await found("newname")).toBe(0);
  const left = await database.owner.query("select from contact_texts where contact_id = $1", [id]);
  expect(left.rowCount).toBe(0);
});

test("no search reaches another agency's contacts, not even one whose id ends alike, and none works without an agency", async () => {
  const secret = { email: "secret@theirs.example", name: "Secret Zebra" };
  const alike = `00000000-0000-4000-8000-000000${northwind.id.slice(-6)}`;
  await database.owner.query("insert into agencies (id, slug, name) values ($1, 'alike', 'Alike')", [alike]);
  await insertContact(database, alike, secret);
  await insertContact(database, rivermark.id, secret);
  const ids = (patterns: string[]) => sql<{ id: string }>`select search_contact_ids(${patterns}::text[]) as id`;
  for (const q of ["zebra", "secret@theirs", "ze", "z"]) {
    const found = (await northwind.read((db) => ids([`%${q}%`]).execute(db))).rows.map(({ id }) => id);
    expect(found.toSorted()).toEqual((await plainly([q], "name", undefined)).toSorted());
    expect((await database.store(alike).read((db) => ids([`%${q}%`]).execute(db))).rows).toHaveLength(1);
  }
  expect(
    (await rivermark.read((db) => sql`select from contact_texts where text like '%zebra%'`.execute(db))).rows,
  ).toHaveLength(1);
  const client = await database.appPool.connect();
  onTestFinished(() => client.release());
  expect((await client.query("select search_contact_ids(array['%zebra%'])")).rows).toEqual([]);
  expect((await client.query("select from contact_texts")).rows).toEqual([]);
});
