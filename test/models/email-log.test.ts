// Searching the email log, where many contacts match and where few do.
import { beforeAll, expect, test } from "vitest";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import { countEmailLog, type LogFilter, listEmailLog } from "../../src/models/email-log.ts";
import { createTestDatabase, insertAgency, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let northwind: AgencyStore;
let rivermark: AgencyStore;

beforeAll(async () => {
  database = await createTestDatabase();
  northwind = database.store(await insertAgency(database, "northwind", "Northwind"));
  rivermark = database.store(await insertAgency(database, "rivermark", "Rivermark"));
  for (const { id } of [northwind, rivermark])
    await database.owner.query(
      `with people as (
         insert into contacts (agency_id, email, name, company)
         select $1, 'c' || n || '@acme.example', case when n % 3 = 0 then 'Grace Hansen' else 'Ada Adler' end, case when n % 500 = 0 then 'Zulu' else '' end
         from generate_series(1, 2500) n returning agency_id, id, email)
       insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds, status)
       select agency_id, 'invite', id, email, 60, case when email like 'c1%' then 'bounced' when email like 'c2%' then 'failed' else 'sent' end from people`,
      [id],
    );
  await database.owner.query(
    "insert into emails (agency_id, kind, to_email, lifetime_seconds, status) values ($1, 'invite', 'gone@acme.example', 60, 'bounced')",
    [northwind.id],
  );
  return () => database.close();
});

async function plainly({ q = "", status }: LogFilter): Promise<string[]> {
  const { rows } = await database.owner.query<{ id: string }>(
    `select emails.id from emails left join contacts on contacts.agency_id = emails.agency_id and contacts.id = emails.contact_id
     where emails.agency_id = $1 and ($2::text is null or emails.status = $2)
       and (contacts.search_text like all ($3::text[]) or emails.to_email = $4 and emails.status <> 'sent')
     order by emails.id desc`,
    [northwind.id, status ?? null, q.split(" ").map((word) => `%${word}%`), q],
  );
  return rows.map(({ id }) => id);
}

test("a search of the log finds the e-mails of those who match, many or few, page by page", async () => {
  for (const q of ["grace", "a", "zulu", "hansen c33", "zu", "c1", "c77@acme.example", "gone@acme.example", "nobody"])
    for (const status of [undefined, "bounced", "sent", "cancelled"] as const) {
      const expected = await plainly({ q, status });
      const found: string[] = [];
      let page = await northwind.read((db) => listEmailLog(db, { q, status }, { limit: 400 }));
      for (;;) {
        found.push(...page.emails.map(({ id }) => id));
        const { next } = page;
        if (!next) break;
        page = await northwind.read((db) => listEmailLog(db, { q, status }, { limit: 400, after: next }));
      }
      expect(found).toEqual(expected);
      const { previous } = page;
      if (!previous) continue;
      const back = await northwind.read((db) => listEmailLog(db, { q, status }, { limit: 400, before: previous }));
      expect(back.emails.map(({ id }) => id)).toEqual(expected.slice(-page.emails.length - 400, -page.emails.length));
    }
});

test("those who were found but had no e-mail for long are looked up after ten thousand others", async () => {
  await database.owner.query(
    `insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds, status)
     select agency_id, 'login-email', id, email, 60, 'sent' from contacts, generate_series(1, 7) where agency_id = $1 and name = 'Ada Adler'`,
    [northwind.id],
  );
  const expected = await plainly({ q: "grace" });
  const page = await northwind.read((db) => listEmailLog(db, { q: "grace" }));
  expect(page.emails.map(({ id }) => id)).toEqual(expected.slice(0, 50));
  expect(page.next).toBeDefined();
});

test("the log counts what waits by its jobs, and stops counting anything at a thousand", async () => {
  await database.owner.query(
    `with waiting as (
       insert into emails (agency_id, kind, to_email, lifetime_seconds, status)
       select $1, 'invite', 'w' || n || '@acme.example', 60, case when n % 2 = 0 then 'queued' else 'sending' end from generate_series(1, 12) n
       returning agency_id, id)
     insert into jobs (agency_id, kind, lane, email_id) select agency_id, 'send-email', 'bulk', id from waiting limit 9`,
    [rivermark.id],
  );
  expect(await rivermark.read((db) => countEmailLog(db))).toMatchObject({
    queued: 9,
    bounced: 1001,
    delayed: 0,
    all: 1001,
  });
});
