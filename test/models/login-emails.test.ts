// Login emails: the plan before, and exactly that afterwards, for one contact and for ten thousand.
import { sql } from "kysely";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import { withBudget } from "../../src/db/budget.ts";
import type { ContactSelection } from "../../src/models/contacts.ts";
import { groupOf } from "../../src/models/invitations.ts";
import { type LoginOrder, type LoginPlan, planLoginEmails, sendLoginEmails } from "../../src/models/login-emails.ts";
import { createTestDatabase, insertAgency, insertContact, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let northwind: { id: string; store: AgencyStore };
let rivermark: { id: string; store: AgencyStore };
let nora: string;
const opened: TestDatabase[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  opened.push(database);
  const open = async (slug: string, name: string) => {
    const id = await insertAgency(database, slug, name);
    return { id, store: database.store(id) };
  };
  northwind = await open("northwind", "Northwind");
  rivermark = await open("rivermark", "Rivermark");
  nora = (
    await database.owner.query(
      "insert into members (email, name, password_hash) values ('nora@x.example', 'Nora', '-') returning id",
    )
  ).rows[0].id;
});
afterAll(() => Promise.all(opened.map((one) => one.close())));

const longAgo = new Date("2026-11-20T14:40:00Z");
const states = {
  "not-invited": {},
  invited: { invited_at: longAgo },
  joined: { invited_at: longAgo, joined_at: longAgo },
  revoked: { invited_at: longAgo, revoked_at: longAgo },
} as const;
const makeContact = (status: keyof typeof states, name: string = status, agency = northwind) =>
  insertContact(database, agency.id, {
    email: `${name.toLowerCase().replaceAll(" ", ".")}@acme.example`,
    name,
    ...states[status],
  });
// Analysed as autovacuum would: plans that a connection made over an empty table do not suit a full one.
const makeMany = async (count: number) => {
  await database.owner.query(
    `insert into contacts (agency_id, email, name, invited_at, joined_at)
     select $1, 'many' || i || '@acme.example', 'Many ' || i, now(), case when i % 2 = 0 then now() end from generate_series(1, $2) i`,
    [northwind.id, count],
  );
  await database.owner.query("analyze contacts");
};

const everyone: ContactSelection = { all: true };
const plan = (contacts: ContactSelection, agency = northwind) =>
  agency.store.read((db) => planLoginEmails(db, contacts));
const send = (contacts: ContactSelection, order: Partial<LoginOrder> = {}, agency = northwind) =>
  agency.store.write((db) =>
    sendLoginEmails(db, contacts, {
      batchId: crypto.randomUUID(),
      memberId: nora,
      destination: "/",
      lifetimeSeconds: 86_400,
      invite: false,
      ...order,
    }),
  );
const counts = ({ groups }: LoginPlan) => Object.fromEntries(groups.map(({ outcome, count }) => [outcome, count]));
const rows = async (text: string, ...values: unknown[]) =>
  (await database.owner.query(text, values)).rows as Record<string, unknown>[];

describe("the plan", () => {
  it("says who gets one, who an invite instead, and who is left out and why", async () => {
    for (const status of ["not-invited", "invited", "joined", "revoked"] as const) await makeContact(status);
    await makeContact("joined", "Gone");
    await database.owner.query(
      "insert into suppressions (agency_id, email, reason) values ($1, 'gone@acme.example', 'x')",
      [northwind.id],
    );
    const had = await makeContact("joined", "Had One");
    await send({ ids: [had] });
    const found = await plan(everyone);
    expect(counts(found)).toEqual({ login: 2, invite: 1, revoked: 1, suppressed: 1, recent: 1 });
    expect(found).toMatchObject({ total: 6, logins: 2, invites: 1, waitSeconds: expect.any(Number) });
    expect(found.waitSeconds).toBeGreaterThan(540);
    expect(groupOf(found, "login")?.people.map(({ name }) => name)).toEqual(["invited", "joined"]);
  });

  it("says that sending is paused, and why", async () => {
    await database.owner.query(
      "update agencies set sending_paused_at = now(), sending_paused_reason = 'Wrong password.'",
    );
    expect((await plan(everyone)).pausedReason).toBe("Wrong password.");
  });

  it("is the same number of statements for any number of contacts", async () => {
    const statements = async () => {
      const budget = { statements: [] as string[] };
      await withBudget(budget, () => plan(everyone));
      return budget.statements.length;
    };
    await makeContact("joined");
    const one = await statements();
    await makeMany(2_000);
    expect([one, await statements()]).toEqual([2, 2]);
  });
});

describe("sending", () => {
  it("to one contact uses the interactive lane and keeps destination and lifetime", async () => {
    const id = await makeContact("joined");
    expect(await send({ ids: [id] }, { destination: "/profile", lifetimeSeconds: 3_600 })).toMatchObject({ sent: 1 });
    expect(
      await rows(
        "select e.kind, destination, lifetime_seconds, lane, sent_by from emails e join jobs on email_id = e.id",
      ),
    ).toEqual([
      { kind: "login-email", destination: "/profile", lifetime_seconds: 3_600, lane: "interactive", sent_by: nora },
    ]);
    expect(await rows("select kind, total from email_batches")).toEqual([{ kind: "login-email", total: 1 }]);
  });

  it("sends invites to those not invited yet when asked to, and to nobody twice", async () => {
    await makeContact("not-invited");
    await makeContact("joined");
    expect((await send(everyone, { invite: true })).sent).toBe(2);
    expect(await rows("select kind, to_email from emails order by kind")).toEqual([
      { kind: "invite", to_email: "not-invited@acme.example" },
      { kind: "login-email", to_email: "joined@acme.example" },
    ]);
    expect(await rows("select status from contacts where email = 'not-invited@acme.example'")).toEqual([
      { status: "invited" },
    ]);
    expect(await rows("select data from events where kind = 'contact.invited'")).toEqual([{ data: { again: false } }]);
  });

  it("leaves those not invited alone when not asked to", async () => {
    await makeContact("not-invited");
    expect(await send(everyone)).toMatchObject({ sent: 0, repeated: false });
    expect(await rows("select from email_batches")).toHaveLength(0);
  });

  it("sends the same contact one in ten minutes, also when asked twice at once", async () => {
    const id = await makeContact("joined");
    const results = await Promise.all(Array.from({ length: 5 }, () => send({ ids: [id] })));
    expect(results.map(({ sent }) => sent).toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 1]);
    await database.owner.query("update emails set queued_at = now() - interval '601 seconds'");
    expect((await send({ ids: [id] })).sent).toBe(1);
  });

  it("does not count one that never went out", async () => {
    const id = await makeContact("joined");
    await send({ ids: [id] });
    await database.owner.query("update emails set status = 'failed'");
    expect((await send({ ids: [id] })).sent).toBe(1);
  });

  it("of the same form twice does nothing more", async () => {
    await makeMany(10);
    const batchId = crypto.randomUUID();
    expect((await send(everyone, { batchId })).sent).toBe(10);
    await database.owner.query("update emails set queued_at = now() - interval '1 hour'");
    expect(await send(everyone, { batchId })).toMatchObject({ sent: 0, repeated: true });
    expect(await rows("select from emails")).toHaveLength(10);
  });

  it("takes as many statements for 10,000 as for one, with one job each", async () => {
    const id = await makeContact("joined");
    const statements = async (contacts: ContactSelection) => {
      const budget = { statements: [] as string[] };
      const { sent } = await withBudget(budget, () => send(contacts));
      return { sent, statements: budget.statements.length };
    };
    const one = await statements({ ids: [id] });
    await makeMany(10_000);
    const all = await statements({ all: true, status: undefined, q: "many" });
    expect(all).toEqual({ sent: 10_000, statements: one.statements });
    expect(one.statements).toBeLessThanOrEqual(6);
    const [{ n, lanes } = {}] = await rows(
      "select count(*)::int as n, array_agg(distinct lane) as lanes from jobs where email_id is not null",
    );
    expect({ n, lanes }).toEqual({ n: 10_001, lanes: ["bulk", "interactive"] });
    expect(await rows("select distinct contact_id from emails")).toHaveLength(10_001);
  });

  it("leaves nothing behind when it fails in the middle", async () => {
    await makeMany(5);
    const order = {
      batchId: crypto.randomUUID(),
      memberId: nora,
      destination: "/",
      lifetimeSeconds: 3_600,
      invite: true,
    };
    const broken = northwind.store.write(async (db) => {
      await sendLoginEmails(db, everyone, order);
      await sql`select 1 / 0`.execute(db);
    });
    await expect(broken).rejects.toThrow(/division by zero/);
    for (const table of ["emails", "jobs", "events", "email_batches"])
      expect(await rows(`select from ${table}`)).toEqual([]);
  });

  it("to everybody who matches a search reaches those and nobody of another agency", async () => {
    await makeContact("joined", "Maya Okafor");
    await makeContact("joined", "Oliver");
    const theirs = await makeContact("joined", "Maya Elsewhere", rivermark);
    expect((await send({ all: true, q: "maya" })).sent).toBe(1);
    expect((await plan({ ids: [theirs] })).total).toBe(0);
    expect(await rows("select to_email from emails")).toEqual([{ to_email: "maya.okafor@acme.example" }]);
  });
});
