// The Client portal page in one statement is what the models say one by one, in every order, and of one agency alone.
import { beforeAll, describe, expect, it } from "vitest";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import { type ClientPortal, getClientPortal, isPlain, searchClientPortal } from "../../src/models/client-portal.ts";
import { contactStatuses } from "../../src/models/contacts.ts";
import { contactsSorts } from "../../src/models/contacts-cursor.ts";
import type { ContactsQuery } from "../../src/models/contacts-list.ts";
import { createTestDatabase, insertAgency, insertContact, type TestDatabase } from "../support/database.ts";

const origin = { scheme: "https", portalDomain: "portals.example" } as const;
// What a line must carry unharmed, whatever a check elsewhere lets through.
const oddNames = [
  '"quoted", [in] {brackets}',
  "two\nlines\r\n",
  "a\tb\u001f\u007fe",
  "Zoë 💛 Ζωή",
  "\\n \\u0041 \\",
  "\u2028",
];

let database: TestDatabase;
let northwind: AgencyStore;
let rivermark: AgencyStore;

beforeAll(async () => {
  database = await createTestDatabase();
  northwind = database.store(await insertAgency(database, "northwind", "Northwind"));
  rivermark = database.store(await insertAgency(database, "rivermark", "Rivermark"));
  await fill(northwind.id);
  await insertContact(database, rivermark.id, { email: "rick@acme.example", name: "Rick" });
  return () => database.close();
});

/** Contacts in every state, some sharing name and moments to the microsecond; mails, tags, hosts and trouble. */
async function fill(id: string): Promise<void> {
  await database.owner.query(
    `insert into contacts (agency_id, email, name, company, invited_at, joined_at, revoked_at, last_sign_in_at)
     select $1, 'c' || n || '@acme.example', coalesce(($2::text[])[n], case when n % 5 = 0 then '' else 'Client ' || n % 7 end),
       case when n % 3 = 0 then '' else 'Company ' || n % 4 end,
       case when n % 4 > 0 then timestamptz '2026-11-01 00:00:00.123456Z' + (n % 6) * interval '1 microsecond' end,
       case when n % 4 > 1 then timestamptz '2026-11-02 10:00:00.5Z' end,
       case when n % 4 > 2 then timestamptz '2026-11-03' end,
       case when n % 8 in (2, 3) then timestamptz '1969-12-31 23:59:58.000001Z' + n * interval '1 hour' end
     from generate_series(1, 40) n`,
    [id, oddNames],
  );
  await database.owner.query(
    `insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds, status, reason, queued_at)
     select $1, (array['invite', 'login-email'])[1 + mail], id, email, 60,
       (array['queued', 'sent', 'bounced', 'failed'])[1 + (length(name) + mail) % 4],
       case when (length(name) + mail) % 4 > 1 then 'The mailbox says "no".' || chr(10) || 'Twice.' end, now() - mail * interval '1 day'
     from contacts, generate_series(0, 1) mail where agency_id = $1 and length(email) % 2 = 0`,
    [id],
  );
  await database.owner.query(
    `insert into contact_tags (agency_id, contact_id, tag)
     select $1, id, tag from contacts, unnest(array['Gold, "24k"', 'A']) tag where agency_id = $1 and company = 'Company 1'`,
    [id],
  );
  await database.owner.query(
    "update agencies set sending_paused_at = now(), sending_paused_reason = 'Refused: 535.' where id = $1",
    [id],
  );
}

const bare = ({ list: { contacts, ...frame }, ...portal }: ClientPortal) => ({
  ...portal,
  frame,
  rows: contacts.all().map(({ read }) => read()),
  shown: contacts.shown,
});

async function bothOf(store: AgencyStore, query: ContactsQuery) {
  const one = bare(await store.readOne((db) => getClientPortal(db, query, origin)));
  expect(one).toEqual(bare(await store.read((db) => searchClientPortal(db, query, origin))));
  return one;
}

describe("the page in one statement", () => {
  it("is the same as in many, for every order and status, from the first page to the last and back", async () => {
    for (const sort of contactsSorts)
      for (const status of [undefined, ...contactStatuses]) {
        const query = { sort, status, limit: 7 };
        let page = await bothOf(northwind, query);
        const seen = page.rows.map(({ id }) => id);
        while (page.frame.next) {
          page = await bothOf(northwind, { ...query, after: page.frame.next });
          seen.push(...page.rows.map(({ id }) => id));
        }
        expect(new Set(seen).size).toBe(page.frame.total);
        expect(seen).toHaveLength(page.frame.total);
        while (page.frame.previous) {
          page = await bothOf(northwind, { ...query, before: page.frame.previous });
          expect(page.rows.map(({ id }) => id)).toEqual(seen.slice(page.frame.before, page.frame.before + page.shown));
        }
        expect(page.frame.before).toBe(0);
      }
  });

  it("carries every letter of a name unharmed", async () => {
    const { rows } = await bothOf(northwind, { sort: "name", limit: 100 });
    const names = new Set(rows.map(({ name }) => name));
    expect(oddNames.filter((name) => !names.has(name))).toEqual([]);
  });

  it("knows the tags of contacts from the first one on", async () => {
    expect((await bothOf(rivermark, { sort: "name" })).rows.map(({ tags }) => tags)).toEqual([[]]);
    await database.owner.query(
      "insert into contact_tags (agency_id, contact_id, tag) select $1, id, 'first' from contacts where agency_id = $1",
      [rivermark.id],
    );
    expect((await bothOf(rivermark, { sort: "name" })).rows.map(({ tags }) => tags)).toEqual([["first"]]);
  });

  it("shows nothing of another agency, and an empty one as it is", async () => {
    const empty = database.store(await insertAgency(database, "empty", "Empty"));
    expect(await bothOf(empty, { sort: "name" })).toMatchObject({ rows: [], shown: 0, counts: { all: 0 } });
    const { rows, hosts, trouble, counts } = await bothOf(rivermark, { sort: "-invited" });
    expect(rows.map(({ name }) => name)).toEqual(["Rick"]);
    expect(hosts.map(({ name }) => name)).toEqual(["rivermark.portals.example"]);
    expect(trouble).toEqual({ pausedReason: undefined, failingDomain: undefined });
    expect(counts.all).toBe(1);
  });

  it("takes another agency's cursor for a place in its own order", async () => {
    const { list } = await northwind.readOne((db) => getClientPortal(db, { sort: "name", limit: 1 }, origin));
    const mine = await rivermark.readOne((db) => getClientPortal(db, { sort: "name", after: list.next }, origin));
    expect(mine.list.contacts.all().map(({ read }) => read().name)).toEqual(["Rick"]);
  });

  it("is not for a search or a tag", () => {
    expect(
      [{}, { q: "a" }, { tag: "A" }, { status: "joined" } as const].map((query) => isPlain({ sort: "name", ...query })),
    ).toEqual([true, false, false, true]);
  });
});
