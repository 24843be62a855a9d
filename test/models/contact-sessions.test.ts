// Sessions of contacts: what ends them is felt at the next look, and a password is worth what the contact's row says now.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import { createAccessLink, redeemAccessLink } from "../../src/models/access-links.ts";
import { findContactPassword, setContactPassword, signInWithPassword } from "../../src/models/contact-passwords.ts";
import {
  endAllSessions,
  endOtherSessions,
  endSession,
  findContactSession,
  listDevices,
  renewContactSession,
  touchContactSession,
} from "../../src/models/contact-sessions.ts";
import { NotFound } from "../../src/models/errors.ts";
import { createTestDatabase, insertAgency, insertContact, type TestDatabase } from "../support/database.ts";

const visit = { host: "northwind.portal.localhost", address: "192.0.2.7", userAgent: "Mozilla/5.0" };
let database: TestDatabase;
let northwind: AgencyStore;
let rivermark: AgencyStore;
let people = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  northwind = database.store(await insertAgency(database, "northwind", "Northwind"));
  rivermark = database.store(await insertAgency(database, "rivermark", "Rivermark"));
});
afterAll(() => database.close());

async function makeContact(): Promise<{ id: string; email: string }> {
  const email = `jane${people++}@acme.example`;
  const columns = {
    email,
    joined_at: new Date(),
    email_proven_at: new Date(),
    password_hash: "hash",
    password_set_at: new Date(0),
  };
  return { id: await insertContact(database, northwind.id, columns), email };
}

async function signIn(contactId: string): Promise<string> {
  const entry = await northwind.write((db) => signInWithPassword(db, { contactId, hash: "hash" }, visit));
  if (!entry) throw new Error("The sign-in failed.");
  return entry.sessionId;
}

const find = (sessionId: string, store = northwind) => store.read((db) => findContactSession(db, sessionId));
const change = (text: string, ...values: unknown[]) => database.owner.query(text, values);

describe("a session", () => {
  it("names its contact, and nobody at another agency", async () => {
    const { id, email } = await makeContact();
    const sessionId = await signIn(id);
    expect(await find(sessionId)).toMatchObject({
      id,
      email,
      session: { method: "password" },
      mayResetPassword: false,
    });
    expect(await find(sessionId, rivermark)).toBeUndefined();
    expect(await find("made-up")).toBeUndefined();
  });

  it("keeps no copy of its id", async () => {
    const { id } = await makeContact();
    const sessionId = await signIn(id);
    const { rows } = await change("select s::text as all from contact_sessions s where contact_id = $1", id);
    expect(rows[0].all).not.toContain(sessionId);
  });

  const ends: [string, string][] = [
    [
      "after 14 days without a visit",
      "update contact_sessions set last_seen_at = now() - interval '14 days 1 second' where contact_id = $1",
    ],
    ["30 days after it began", "update contact_sessions set ends_at = now() where contact_id = $1"],
    ["when the contact's access is revoked", "update contacts set revoked_at = now() where id = $1"],
    ["when the access version rises", "update contacts set access_version = access_version + 1 where id = $1"],
    ["when the contact is deleted", "delete from contacts where id = $1"],
  ];
  it.each(ends)("ends %s", async (_, statement) => {
    const { id } = await makeContact();
    const sessionId = await signIn(id);
    await change(statement, id);
    expect(await find(sessionId)).toBeUndefined();
    expect(await northwind.read((db) => listDevices(db, id))).toEqual([]);
  });

  it("lasts 30 days from its beginning", async () => {
    const { id } = await makeContact();
    await signIn(id);
    const { rows } = await change(
      "select (ends_at - created_at)::text as life from contact_sessions where contact_id = $1",
      id,
    );
    expect(rows[0].life).toBe("30 days");
  });

  it("notes a visit at most once a minute", async () => {
    const { id } = await makeContact();
    const sessionId = await signIn(id);
    expect((await find(sessionId))?.session.stale).toBe(false);
    await change("update contact_sessions set last_seen_at = now() - interval '61 seconds' where contact_id = $1", id);
    const stale = await find(sessionId);
    expect(stale?.session.stale).toBe(true);
    await northwind.write((db) => touchContactSession(db, stale?.session.id ?? ""));
    expect((await find(sessionId))?.session.stale).toBe(false);
  });

  it("gets a new id at a change of privilege, and the old one is worth nothing", async () => {
    const { id } = await makeContact();
    const sessionId = await signIn(id);
    const row = (await find(sessionId))?.session.id ?? "";
    const renewed = await northwind.write((db) => renewContactSession(db, row));
    expect(await find(sessionId)).toBeUndefined();
    expect((await find(renewed))?.session.id).toBe(row);
  });
});

describe("devices", () => {
  it("are signed out one by one, all but this one, or all", async () => {
    const { id } = await makeContact();
    const [first, second, third] = [await signIn(id), await signIn(id), await signIn(id)];
    const mine = (await find(first))?.session.id ?? "";
    const devices = await northwind.read((db) => listDevices(db, id, mine));
    expect(devices).toHaveLength(3);
    expect(devices.filter(({ current }) => current).map((device) => device.id)).toEqual([mine]);
    const row = (await find(second))?.session.id ?? "";
    await northwind.write((db) => endSession(db, id, row));
    expect(await find(second)).toBeUndefined();
    expect(await northwind.write((db) => endOtherSessions(db, id, mine))).toBe(1);
    expect(await find(third)).toBeUndefined();
    expect(await find(first)).toBeDefined();
    expect(await northwind.write((db) => endAllSessions(db, id))).toBe(1);
    expect(await find(first)).toBeUndefined();
  });

  it("of somebody else cannot be signed out", async () => {
    const [mine, theirs] = [await makeContact(), await makeContact()];
    const sessionId = await signIn(theirs.id);
    const row = (await find(sessionId))?.session.id ?? "";
    await expect(northwind.write((db) => endSession(db, mine.id, row))).rejects.toThrow(NotFound);
    await expect(rivermark.write((db) => endSession(db, theirs.id, row))).rejects.toThrow(NotFound);
    expect(await find(sessionId)).toBeDefined();
  });
});

describe("a password", () => {
  it("is looked for in this agency, and of no revoked contact", async () => {
    const { id, email } = await makeContact();
    expect(await northwind.read((db) => findContactPassword(db, email))).toEqual({ contactId: id, hash: "hash" });
    expect(await rivermark.read((db) => findContactPassword(db, email))).toEqual({
      contactId: undefined,
      hash: undefined,
    });
    await change("update contacts set revoked_at = now() where id = $1", id);
    expect((await northwind.read((db) => findContactPassword(db, email))).hash).toBeUndefined();
  });

  it("that changed between check and sign-in signs nobody in", async () => {
    const { id } = await makeContact();
    await change("update contacts set password_hash = 'newer' where id = $1", id);
    expect(
      await northwind.write((db) => signInWithPassword(db, { contactId: id, hash: "hash" }, visit)),
    ).toBeUndefined();
  });

  it("once changed ends every other session and renews the one that changed it", async () => {
    const { id } = await makeContact();
    const [mine, other] = [await signIn(id), await signIn(id)];
    const row = (await find(mine))?.session.id ?? "";
    const set = { id, sessionId: row, address: visit.address };
    await expect(northwind.write((db) => setContactPassword(db, set, "new", "wrong"))).rejects.toThrow(NotFound);
    const renewed = await northwind.write((db) => setContactPassword(db, set, "new", "hash"));
    expect(await find(other)).toBeUndefined();
    expect(await find(mine)).toBeUndefined();
    expect(await find(renewed)).toMatchObject({ id, passwordSetAt: expect.any(Date) });
  });

  it("set by a reset link needs no old one, once, and ends other reset links", async () => {
    const { id } = await makeContact();
    const reset = () =>
      northwind.write((db) =>
        createAccessLink(db, { contactId: id, kind: "reset", destination: "/", lifetimeSeconds: 1800, uses: "once" }),
      );
    const [first, second] = [await reset(), await reset()];
    const { entry } = await northwind.write((db) => redeemAccessLink(db, first.token, visit));
    const before = await find(entry?.sessionId ?? "");
    expect(before?.mayResetPassword).toBe(true);
    const set = { id, sessionId: before?.session.id ?? "", address: visit.address };
    const renewed = await northwind.write((db) => setContactPassword(db, set, "new", undefined));
    expect((await find(renewed))?.mayResetPassword).toBe(false);
    const again = await northwind.write((db) => redeemAccessLink(db, second.token, visit));
    expect(again.entry).toBeUndefined();
    expect(again.link?.state).toBe("withdrawn");
  });

  it("is offered once, at a sign-in of a contact who has none", async () => {
    const { id } = await makeContact();
    const enter = async () => {
      const { token } = await northwind.write((db) =>
        createAccessLink(db, { contactId: id, kind: "login", destination: "/", lifetimeSeconds: 1800, uses: "once" }),
      );
      return (await northwind.write((db) => redeemAccessLink(db, token, visit))).entry?.offersPassword;
    };
    expect(await enter()).toBe(false);
    await change("update contacts set password_hash = null where id = $1", id);
    expect(await enter()).toBe(true);
    expect(await enter()).toBe(false);
  });

  it("set without an old one replaces none that was set meanwhile", async () => {
    const { id } = await makeContact();
    const row = (await find(await signIn(id)))?.session.id ?? "";
    const set = { id, sessionId: row, address: visit.address };
    await expect(northwind.write((db) => setContactPassword(db, set, "new", null))).rejects.toThrow(NotFound);
  });
});
