// Invitations: one outcome for each address, in two agencies that know nothing of each other.
import { sql } from "kysely";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import { withBudget } from "../../src/db/budget.ts";
import {
  groupOf,
  type InviteList,
  type InviteOutcome,
  planInvitations,
  sendInvitations,
} from "../../src/models/invitations.ts";
import { parsePastedAddresses } from "../../src/models/pasted-addresses.ts";
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
const suppress = (email: string) =>
  database.owner.query("insert into suppressions (agency_id, email, reason) values ($1, $2, 'No such address.')", [
    northwind.id,
    email,
  ]);

const paste = (text: string, remind = true): InviteList => ({
  contacts: { ids: [] },
  people: parsePastedAddresses(text).people,
  remind,
});
const pick = (...ids: string[]): InviteList => ({ contacts: { ids }, people: [], remind: true });
const plan = (list: InviteList, agency = northwind) => agency.store.read((db) => planInvitations(db, list));
const send = (list: InviteList, batchId: string = crypto.randomUUID(), message = "", agency = northwind) =>
  agency.store.write((db) => sendInvitations(db, list, { batchId, memberId: nora, message }));
const counts = (found: { groups: { outcome: InviteOutcome; count: number }[] }) =>
  Object.fromEntries(found.groups.map(({ outcome, count }) => [outcome, count]));
const rows = async (text: string, ...values: unknown[]) =>
  (await database.owner.query(text, values)).rows as Record<string, unknown>[];
const contact = async (id: string) => (await rows("select * from contacts where id = $1", id))[0];
const settle = () => database.owner.query("update emails set status = 'sent', sent_at = now()");

describe("a pasted list", () => {
  it("has an outcome for each address before anything is sent", async () => {
    for (const status of ["not-invited", "invited", "joined", "revoked"] as const) await makeContact(status);
    await suppress("gone@acme.example");
    const found = await plan(
      paste(
        "not-invited@acme.example, invited@acme.example, joined@acme.example, revoked@acme.example, gone@acme.example, new@acme.example",
      ),
    );
    expect(counts(found)).toEqual({ new: 1, invite: 1, remind: 1, joined: 1, revoked: 1, suppressed: 1 });
    expect(found).toMatchObject({ emails: 3, reminders: 1, lifetimeSeconds: 1_209_600, pausedReason: null });
    expect(groupOf(found, "remind")?.people).toMatchObject([{ name: "invited", invitedAt: longAgo }]);
    expect(await rows("select count(*)::int as n from emails")).toEqual([{ n: 0 }]);
  });

  it("makes contacts, marks them invited and queues one e-mail and one job each, in one transaction", async () => {
    const known = await makeContact("not-invited");
    const result = await send(paste("New Person <new@acme.example>\nnot-invited@acme.example"), undefined, "Welcome");
    expect(result).toMatchObject({ sent: 2, repeated: false });
    const contacts = await rows(
      "select name, email, status, created_at = invited_at as at_once from contacts order by email",
    );
    expect(contacts).toEqual([
      { name: "New Person", email: "new@acme.example", status: "invited", at_once: true },
      { name: "not-invited", email: "not-invited@acme.example", status: "invited", at_once: false },
    ]);
    const emails = await rows(
      `select e.kind, e.to_email, e.personal_message, e.lifetime_seconds, j.kind as job, j.lane
       from emails e join jobs j on j.email_id = e.id join contacts c on c.id = e.contact_id order by to_email`,
    );
    const each = { kind: "invite", personal_message: "Welcome", lifetime_seconds: 1_209_600, job: "send-email" };
    expect(emails).toEqual([
      { ...each, to_email: "new@acme.example", lane: "bulk" },
      { ...each, to_email: "not-invited@acme.example", lane: "bulk" },
    ]);
    const events = await rows("select kind, data from events where contact_id = $1 order by kind", known);
    expect(events.map(({ kind }) => kind)).toEqual(["contact.invited", "email.queued"]);
    expect(await rows("select kind from events where kind = 'contact.created'")).toHaveLength(1);
    expect(await rows("select kind, total, member_id from email_batches")).toEqual([
      { kind: "invite", total: 2, member_id: nora },
    ]);
  });

  it("leaves reminders out when they are not wanted", async () => {
    await makeContact("invited");
    const list = paste("invited@acme.example, new@acme.example", false);
    expect(await plan(list)).toMatchObject({ emails: 1, reminders: 0 });
    expect((await send(list)).sent).toBe(1);
    expect(await rows("select to_email from emails")).toEqual([{ to_email: "new@acme.example" }]);
  });

  it("counts an address that is also a picked contact once", async () => {
    const id = await makeContact("not-invited");
    const list = { ...paste("not-invited@acme.example"), contacts: { ids: [id] } };
    expect(counts(await plan(list))).toEqual({ invite: 1 });
  });

  it("makes no batch when everybody is left out", async () => {
    await makeContact("joined");
    expect((await send(paste("joined@acme.example"))).sent).toBe(0);
    expect(await rows("select from email_batches")).toHaveLength(0);
  });
});

describe("inviting again", () => {
  it("is a resend that keeps the moment of the first invite", async () => {
    const id = await makeContact("invited");
    expect((await send(pick(id))).sent).toBe(1);
    expect((await contact(id))?.["invited_at"]).toEqual(longAgo);
    const [event] = await rows("select data from events where kind = 'contact.invited'");
    expect(event).toEqual({ data: { again: true } });
  });

  it("waits for an invite that is still on its way", async () => {
    const id = await makeContact("not-invited");
    await send(pick(id));
    expect(counts(await plan(pick(id)))).toEqual({ waiting: 1 });
    await settle();
    expect((await send(pick(id))).sent).toBe(1);
  });

  it("of the same form does nothing", async () => {
    const id = await makeContact("not-invited");
    const key = crypto.randomUUID();
    expect(await send(pick(id), key)).toMatchObject({ sent: 1, repeated: false });
    await settle();
    expect(await send(pick(id), key)).toMatchObject({ sent: 0, repeated: true });
    expect(await rows("select from emails")).toHaveLength(1);
  });

  it("twice at the same moment sends once", async () => {
    const id = await makeContact("not-invited");
    const key = crypto.randomUUID();
    const results = await Promise.all(Array.from({ length: 6 }, () => send(pick(id), key)));
    expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(await rows("select from emails")).toHaveLength(1);
  });
});

describe("a revoked contact", () => {
  it("is left out of a list and restored when invited by itself", async () => {
    const id = await makeContact("revoked");
    const other = await makeContact("not-invited");
    expect(counts(await plan(pick(id, other)))).toEqual({ revoked: 1, invite: 1 });
    expect(counts(await plan(pick(id)))).toEqual({ restore: 1 });
    expect((await send(pick(id))).sent).toBe(1);
    expect(await contact(id)).toMatchObject({ revoked_at: null, invited_at: longAgo, status: "invited" });
    expect(await rows("select emails.kind, lane from emails join jobs on email_id = emails.id")).toEqual([
      { kind: "invite", lane: "interactive" },
    ]);
  });

  it("who had joined gets a login email, since an invite would not open for him", async () => {
    const id = await insertContact(database, northwind.id, {
      email: "back@acme.example",
      invited_at: longAgo,
      joined_at: longAgo,
      revoked_at: longAgo,
    });
    expect((await send(pick(id))).sent).toBe(1);
    expect(await contact(id)).toMatchObject({ status: "joined" });
    expect(await rows("select kind, lifetime_seconds from emails")).toEqual([
      { kind: "login-email", lifetime_seconds: 86_400 },
    ]);
  });
});

describe("limits", () => {
  it("let a new agency invite 200 people a day and say who is over", async () => {
    const list = paste(Array.from({ length: 205 }, (_, i) => `person${i}@acme.example`).join("\n"));
    expect(counts(await plan(list))).toEqual({ new: 200, "over-limit": 5 });
    expect((await send(list)).sent).toBe(200);
    expect(counts(await plan(paste("late@acme.example")))).toEqual({ "over-limit": 1 });
    expect(await rows("select from contacts")).toHaveLength(200);
    expect(groupOf(await plan(list), "over-limit")?.people[0]?.email).toBe("person200@acme.example");
  });

  it("grow to 5,000 after a week", async () => {
    await database.owner.query("update agencies set created_at = now() - interval '8 days'");
    const list = paste(Array.from({ length: 5_002 }, (_, i) => `person${i}@acme.example`).join("\n"));
    expect(counts(await plan(list))).toEqual({ new: 5_000, "over-limit": 2 });
  });

  it("hold when two lists are sent at once", async () => {
    const list = (of: string) => paste(Array.from({ length: 150 }, (_, i) => `${of}${i}@acme.example`).join("\n"));
    const results = await Promise.all([send(list("a")), send(list("b"))]);
    expect(results.map(({ sent }) => sent).toSorted((a, b) => a - b)).toEqual([50, 150]);
  });

  it("count each agency for itself", async () => {
    await send(paste(Array.from({ length: 200 }, (_, i) => `person${i}@acme.example`).join("\n")));
    expect(counts(await plan(paste("late@acme.example"), rivermark))).toEqual({ new: 1 });
  });
});

describe("everybody who matches", () => {
  it("is invited with a search and a status", async () => {
    await makeContact("not-invited", "Maya Okafor");
    await makeContact("not-invited", "Maya Lind");
    await makeContact("not-invited", "Oliver");
    await makeContact("joined", "Maya Joined");
    const list: InviteList = { contacts: { all: true, status: "not-invited", q: "maya" }, people: [], remind: true };
    expect(counts(await plan(list))).toEqual({ invite: 2 });
    expect((await send(list)).sent).toBe(2);
    expect(await rows("select to_email from emails order by to_email")).toEqual([
      { to_email: "maya.lind@acme.example" },
      { to_email: "maya.okafor@acme.example" },
    ]);
  });
});

describe("another agency", () => {
  it("neither sees nor is seen: its contact's id is nobody and its address is new", async () => {
    const theirs = await makeContact("joined", "Jane", rivermark);
    expect((await plan(pick(theirs))).groups).toEqual([]);
    expect(counts(await plan(paste("jane@acme.example")))).toEqual({ new: 1 });
    expect((await send(paste("jane@acme.example"))).sent).toBe(1);
    expect(await contact(theirs)).toMatchObject({ status: "joined" });
    expect(await rows("select agency_id from emails")).toEqual([{ agency_id: northwind.id }]);
  });
});

it("leaves nothing behind when it fails in the middle", async () => {
  const id = await makeContact("not-invited");
  const order = { batchId: crypto.randomUUID(), memberId: nora, message: "" };
  const broken = northwind.store.write(async (db) => {
    await sendInvitations(db, { ...paste("new@acme.example"), contacts: { ids: [id] } }, order);
    await sql`select 1 / 0`.execute(db);
  });
  await expect(broken).rejects.toThrow(/division by zero/);
  for (const table of ["emails", "jobs", "events", "email_batches"])
    expect(await rows(`select from ${table}`)).toEqual([]);
  expect(await rows("select status from contacts")).toEqual([{ status: "not-invited" }]);
});

it("takes as many statements for a thousand as for one", async () => {
  await database.owner.query("update agencies set created_at = now() - interval '8 days'");
  const count = async (list: InviteList) => {
    const budget = { statements: [] as string[] };
    await withBudget(budget, () => send(list));
    return budget.statements.length;
  };
  const one = await count(paste("first@acme.example"));
  const thousand = await count(paste(Array.from({ length: 1_000 }, (_, i) => `person${i}@acme.example`).join("\n")));
  expect(thousand).toBe(one);
  expect(one).toBeLessThanOrEqual(8);
});
