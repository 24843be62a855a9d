// The press of a link's button in one statement: within its limit, once, and nothing at all where it cannot tell everything.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import {
  createAccessLink,
  findAccessLink,
  type NewAccessLink,
  redeemAccessLink,
  revokeAccessLink,
} from "../../src/models/access-links.ts";
import { findContactSession } from "../../src/models/contact-sessions.ts";
import { queueEmail } from "../../src/models/emails.ts";
import { hitLimit, limits } from "../../src/models/limits.ts";
import { pressLinks } from "../../src/models/redemptions.ts";
import { createTestDatabase, insertAgency, insertContact, type TestDatabase } from "../support/database.ts";

const visit = { host: "northwind.portal.localhost", address: "192.0.2.7", userAgent: "Mozilla/5.0" };
const roomy = { limit: { name: "test-press", max: 1_000, seconds: 60 }, key: "a" };
let database: TestDatabase;
let northwind: AgencyStore;
let rivermark: AgencyStore;
let northwindId: string;
let people = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  northwindId = await insertAgency(database, "northwind", "Northwind");
  northwind = database.store(northwindId);
  rivermark = database.store(await insertAgency(database, "rivermark", "Rivermark"));
});
afterAll(() => database.close());
beforeEach(() => change("delete from limits"));

const change = (text: string, ...values: unknown[]) => database.owner.query(text, values);
const makeContact = (columns: Record<string, unknown> = {}) =>
  insertContact(database, northwindId, { email: `press${people++}@acme.example`, name: "Jane Doe", ...columns });
const makeLink = (contactId: string, link: Partial<NewAccessLink> = {}) =>
  northwind.write((db) =>
    createAccessLink(db, { contactId, kind: "login", destination: "/", lifetimeSeconds: 3600, uses: "once", ...link }),
  );
const makeEmail = (contactId: string) =>
  northwind.write((db) =>
    queueEmail(db, { kind: "login-email", contactId, lifetimeSeconds: 3600, lane: "interactive" }),
  );
const pressAll = (tokens: readonly string[], { limit, key } = roomy, store = northwind) =>
  store.writeOne((db) => {
    const presses = tokens.map((token) => ({ token, visit, key }));
    return pressLinks(db, presses, limit);
  }, "as-written");
async function press(token: string, limit = roomy, store = northwind) {
  const [pressed] = await pressAll([token], limit, store);
  if (!pressed) throw new Error("A press was not answered.");
  return pressed;
}
const find = (sessionId: string | undefined) => northwind.read((db) => findContactSession(db, sessionId ?? ""));
const rowsOf = async (text: string, id: string) => (await change(text, id)).rows as Record<string, unknown>[];
const sessionsOf = (id: string) => rowsOf("select * from contact_sessions where contact_id = $1", id);
const eventsOf = async (id: string) =>
  (await rowsOf("select kind from events where contact_id = $1 order by id", id)).map(({ kind }) => kind);

describe("A press", () => {
  it("gives one session to 50 at once", async () => {
    const id = await makeContact();
    const { token } = await makeLink(id);
    const presses = await Promise.all(Array.from({ length: 50 }, () => press(token)));
    expect(presses.filter(({ entered }) => entered)).toHaveLength(1);
    expect(await sessionsOf(id)).toHaveLength(1);
    expect((await eventsOf(id)).filter((kind) => kind === "contact.signed-in")).toHaveLength(1);
  });

  it("joins the contact, proves his mailbox, offers a password once and records all of it", async () => {
    const id = await makeContact({ invited_at: new Date() });
    const emailed = async (kind: "invite" | "login") =>
      makeLink(id, { kind, emailId: await makeEmail(id), destination: "/profile" });
    const { entered } = await press((await emailed("invite")).token);
    expect(entered).toMatchObject({
      entry: { contactId: id, joined: true, offersPassword: true },
      link: { kind: "invite", destination: "/profile" },
    });
    expect(await eventsOf(id)).toEqual([
      "email.queued",
      "link.made",
      "contact.joined",
      "contact.signed-in",
      "link.used",
    ]);
    const [row] = await rowsOf("select joined_at, email_proven_at, last_sign_in_at from contacts where id = $1", id);
    expect(Object.values(row ?? {}).every((moment) => moment instanceof Date)).toBe(true);
    expect(await find(entered?.entry.sessionId)).toMatchObject({ id, firstVisit: true });
    const again = await press((await emailed("login")).token);
    expect(again.entered?.entry).toMatchObject({ joined: false, offersPassword: false });
    expect(await find(entered?.entry.sessionId)).toBeDefined();
  });

  it("drops a password and sessions from before the first proof of the mailbox", async () => {
    const id = await makeContact({ joined_at: new Date(), password_hash: "planted", password_offered_at: new Date() });
    const planted = await press((await makeLink(id)).token);
    const own = await press((await makeLink(id, { emailId: await makeEmail(id) })).token);
    const [row] = await rowsOf("select password_hash from contacts where id = $1", id);
    expect(row).toEqual({ password_hash: null });
    expect(await find(planted.entered?.entry.sessionId)).toBeUndefined();
    expect(await find(own.entered?.entry.sessionId)).toBeDefined();
    expect(own.entered?.entry.offersPassword).toBe(true);
  });

  it("changes nothing with a link that is dead, unknown, another agency's or about a new address", async () => {
    const id = await makeContact();
    const spoilt = async (spoil: (link: { token: string; linkId: string }) => Promise<unknown>, link = {}) => {
      const made = await makeLink(id, link);
      await spoil(made);
      return made.token;
    };
    const set = (column: string) => (link: { linkId: string }) =>
      change(`update access_links set ${column} where id = $1`, link.linkId);
    const tokens = [
      await spoilt(set("expires_at = now()")),
      await spoilt(set("used_at = now()")),
      await spoilt(set("access_version = 0")),
      await spoilt(({ linkId }) => change("update access_links set revoked_at = now() where id = $1", linkId)),
      await spoilt(async () => undefined, { kind: "confirm", newEmail: "new@acme.example" }),
      "A".repeat(43),
      "no token",
    ];
    for (const token of tokens) expect(await press(token)).toEqual({ retryAfter: undefined, entered: undefined });
    const { token } = await makeLink(id);
    expect((await press(token, roomy, rivermark)).entered).toBeUndefined();
    await change("update contacts set revoked_at = now() where id = $1", id);
    expect((await press(token)).entered).toBeUndefined();
    expect(await sessionsOf(id)).toEqual([]);
    expect(await eventsOf(id)).not.toContain("contact.signed-in");
  });

  it("beyond its limit is refused with the wait and leaves the link alive", async () => {
    const two = { limit: { name: "test-press", max: 2, seconds: 60 }, key: "b" };
    const { token } = await makeLink(await makeContact());
    await database.globals.run((db) => hitLimit(db, two.limit, two.key));
    expect(await press("A".repeat(43), two)).toEqual({ retryAfter: undefined, entered: undefined });
    const refused = await press(token, two);
    expect(refused.entered).toBeUndefined();
    expect(refused.retryAfter).toBeGreaterThan(0);
    expect((await database.globals.run((db) => hitLimit(db, two.limit, two.key))).allowed).toBe(false);
    expect((await northwind.read((db) => findAccessLink(db, token)))?.state).toBe("live");
    await change("update limits set window_ends_at = now()");
    expect((await press(token, two)).entered).toBeDefined();
  });

  it("counts as many as are let through when they come at once", async () => {
    const few = { limit: limits.linkUses, key: "c" };
    const id = await makeContact();
    const { token } = await makeLink(id, { kind: "magic", uses: "until-expired" });
    const presses = await Promise.all(Array.from({ length: 40 }, () => press(token, few)));
    expect(presses.filter(({ retryAfter }) => retryAfter === undefined)).toHaveLength(limits.linkUses.max);
  });

  it("is refused while the limits cannot be counted", async () => {
    const { token } = await makeLink(await makeContact());
    await change("alter table limits rename to limits_away");
    try {
      await expect(press(token)).rejects.toMatchObject({ name: "Unavailable" });
    } finally {
      await change("alter table limits_away rename to limits");
    }
    expect((await northwind.read((db) => findAccessLink(db, token)))?.state).toBe("live");
  });

  it("waits for nobody: a contact whom another sign-in holds is left to the longer way, which ends that session", async () => {
    const id = await makeContact({ joined_at: new Date(), email_proven_at: new Date() });
    const reset = await makeLink(id, { kind: "reset", emailId: await makeEmail(id) });
    const { token } = await makeLink(id);
    const first = await northwind.write(async (db) => {
      const { entry } = await redeemAccessLink(db, token, visit);
      expect(await press(reset.token)).toEqual({ retryAfter: undefined, entered: undefined });
      return entry;
    });
    expect((await northwind.read((db) => findAccessLink(db, reset.token)))?.state).toBe("live");
    expect(await find(first?.sessionId)).toBeDefined();
    const { entry } = await northwind.write((db) => redeemAccessLink(db, reset.token, visit));
    expect(await find(entry?.sessionId)).toMatchObject({ mayResetPassword: true });
    expect(await find(first?.sessionId)).toBeUndefined();
  });

  it("that began before another sign-in had committed does nothing", async () => {
    const id = await makeContact({ joined_at: new Date(), email_proven_at: new Date() });
    const reset = await makeLink(id, { kind: "reset", emailId: await makeEmail(id) });
    const { token } = await makeLink(id);
    const { pressing, entry } = await whileCounting(
      () => press(reset.token),
      () => northwind.write((db) => redeemAccessLink(db, token, visit)),
    );
    expect(pressing).toEqual({ retryAfter: undefined, entered: undefined });
    expect((await northwind.read((db) => findAccessLink(db, reset.token)))?.state).toBe("live");
    expect(await find(entry?.sessionId)).toBeDefined();
  });

  it("is too late for a link that was withdrawn after it began", async () => {
    const id = await makeContact();
    const { token, linkId } = await makeLink(id);
    const member = await change(
      "insert into members (email, name, password_hash) values ('m@n.example', 'M', '-') returning id",
    );
    const { pressing } = await whileCounting(
      () => press(token),
      () => northwind.write((db) => revokeAccessLink(db, linkId, member.rows[0].id)),
    );
    expect(pressing.entered).toBeUndefined();
    expect(await sessionsOf(id)).toEqual([]);
  });
});

describe("Presses in one statement", () => {
  it("of one link give one session", async () => {
    const id = await makeContact();
    const { token } = await makeLink(id);
    const presses = await pressAll([token, token, token]);
    expect(presses.map(({ entered }) => entered?.entry.contactId)).toEqual([id, undefined, undefined]);
    expect(await sessionsOf(id)).toHaveLength(1);
    expect((await northwind.write((db) => redeemAccessLink(db, token, visit))).link?.state).toBe("used");
  });

  it("of two links of one contact sign him in once, and the other link stays alive for the longer way", async () => {
    const id = await makeContact({ joined_at: new Date(), email_proven_at: new Date() });
    const [one, reset] = [await makeLink(id), await makeLink(id, { kind: "reset", emailId: await makeEmail(id) })];
    const [first, second] = await pressAll([one.token, reset.token]);
    expect(second).toEqual({ retryAfter: undefined, entered: undefined });
    expect(await find(first?.entered?.entry.sessionId)).toBeDefined();
    const { entry } = await northwind.write((db) => redeemAccessLink(db, reset.token, visit));
    expect(await find(entry?.sessionId)).toBeDefined();
    expect(await find(first?.entered?.entry.sessionId)).toBeUndefined();
  });

  it("end as each would have ended alone", async () => {
    const ids = await Promise.all([
      makeContact(),
      makeContact({ joined_at: new Date() }),
      makeContact(),
      makeContact(),
    ]);
    const [plain, old, revoked, confirming] = ids;
    const links = {
      plain: await makeLink(plain, { kind: "magic", destination: "/profile" }),
      old: await makeLink(old, { kind: "reset", emailId: await makeEmail(old) }),
      revoked: await makeLink(revoked),
      used: await makeLink(plain),
      expired: await makeLink(plain),
      confirming: await makeLink(confirming, { kind: "confirm", newEmail: "new@acme.example" }),
    };
    const before = await press((await makeLink(old)).token);
    await change("update contacts set revoked_at = now() where id = $1", revoked);
    await change("update access_links set used_at = now() where id = $1", links.used.linkId);
    await change("update access_links set expires_at = now() where id = $1", links.expired.linkId);
    const { used, expired, ...rest } = links;
    const order = [used, rest.revoked, rest.plain, expired, rest.old, rest.confirming].map(({ token }) => token);
    const presses = await pressAll([...order, "A".repeat(43), "no token"]);
    expect(presses.map(({ entered }) => entered?.entry.contactId)).toEqual([
      undefined,
      undefined,
      plain,
      undefined,
      old,
      undefined,
      undefined,
      undefined,
    ]);
    expect(presses[2]?.entered).toMatchObject({
      entry: { joined: true, offersPassword: true },
      link: { kind: "magic", destination: "/profile" },
    });
    expect(presses[4]?.entered).toMatchObject({ entry: { joined: false }, link: { kind: "reset" } });
    expect(await find(presses[2]?.entered?.entry.sessionId)).toMatchObject({ id: plain });
    expect(await find(presses[4]?.entered?.entry.sessionId)).toMatchObject({ id: old, mayResetPassword: true });
    expect(await find(before.entered?.entry.sessionId)).toBeUndefined();
    expect((await eventsOf(plain)).filter((kind) => kind === "link.used")).toHaveLength(1);
    expect(await eventsOf(revoked)).toEqual(["link.made"]);
    expect(await pressAll(order, roomy, rivermark)).toEqual(
      order.map(() => ({ retryAfter: undefined, entered: undefined })),
    );
  });

  it("are counted each, and those beyond the limit leave their links alive", async () => {
    const three = { name: "test-press", max: 3, seconds: 60 };
    const ids = await Promise.all(Array.from({ length: 5 }, () => makeContact()));
    const tokens = await Promise.all(ids.map(async (id) => (await makeLink(id)).token));
    await database.globals.run((db) => hitLimit(db, three, "d"));
    const keys = ["d", "d", "e", "d", "d"];
    const pressEach = () =>
      northwind.writeOne((db) => {
        const presses = tokens.map((token, at) => ({ token, visit, key: keys[at] ?? "" }));
        return pressLinks(db, presses, three);
      }, "as-written");
    const presses = await pressEach();
    expect(presses.map(({ entered }) => entered !== undefined)).toEqual([true, true, true, false, false]);
    expect(presses.map(({ retryAfter }) => retryAfter !== undefined)).toEqual([false, false, false, true, true]);
    expect(presses[3]?.retryAfter).toBeGreaterThan(50);
    expect((await northwind.read((db) => findAccessLink(db, tokens[3] ?? "")))?.state).toBe("live");
    const { rows } = await change("select key, hits from limits order by key");
    expect(rows).toEqual([
      { key: "test-press:d", hits: 3 },
      { key: "test-press:e", hits: 1 },
    ]);
    await change("update limits set window_ends_at = now() + interval '5 seconds' where key = 'test-press:d'");
    expect((await pressEach()).map(({ retryAfter }) => retryAfter)).toEqual([5, 5, undefined, 5, 5]);
    await change("update limits set window_ends_at = now()");
    expect((await pressEach()).map(({ retryAfter }) => retryAfter)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      expect.any(Number),
    ]);
  });
});

describe("Statements with the same presses", () => {
  it("let each link in once, in whatever order they name them, and count each press once", async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => makeContact()));
    const links = await Promise.all(ids.map((id) => makeLink(id)));
    const tokens = links.map(({ token }) => token);
    const turned = (by: number) => tokens.map((_, at) => tokens[(at * (by % 2 ? 5 : 7) + by) % tokens.length] ?? "");
    const groups = await Promise.all(Array.from({ length: 8 }, (_, by) => pressAll(turned(by))));
    const entered = groups.flat().flatMap((pressed) => pressed.entered?.entry.contactId ?? []);
    expect(entered.toSorted((a, b) => a.localeCompare(b))).toEqual(ids.toSorted((a, b) => a.localeCompare(b)));
    for (const id of ids) expect(await sessionsOf(id)).toHaveLength(1);
    const { rows } = await change("select hits from limits");
    expect(rows).toEqual([{ hits: 96 }]);
  });

  it("leave nothing behind when their connection is lost", async () => {
    const ids = await Promise.all([makeContact(), makeContact()]);
    const links = await Promise.all(ids.map((id) => makeLink(id)));
    const { pressing } = await whileCounting(
      () => pressAll(links.map(({ token }) => token)).catch((error: unknown) => error),
      async () => {
        await change(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        );
        return {};
      },
    );
    expect(pressing).toMatchObject({ name: "Unavailable" });
    for (const { token } of links)
      expect((await northwind.read((db) => findAccessLink(db, token)))?.state).toBe("live");
    for (const id of ids) expect(await sessionsOf(id)).toEqual([]);
    const { rows } = await change("select hits from limits");
    expect(rows).toEqual([{ hits: 0 }]);
    expect((await pressAll(links.map(({ token }) => token))).every(({ entered }) => entered)).toBe(true);
  });
});

// The statement has begun when its hit waits to be counted; what happens meanwhile commits before it goes on.
async function whileCounting<P, T>(begin: () => Promise<P>, meanwhile: () => Promise<T>) {
  const holder = await database.owner.connect();
  try {
    await change("insert into limits values ('test-press:a', 0, now() + interval '1 minute')");
    await holder.query("begin");
    await holder.query("select from limits for update");
    const pressing = begin();
    await untilWaiting();
    const done = await meanwhile();
    await holder.query("commit");
    return { ...done, pressing: await pressing };
  } finally {
    holder.release();
  }
}

async function untilWaiting(): Promise<void> {
  for (;;) {
    const { rows } = await change(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
  }
}
