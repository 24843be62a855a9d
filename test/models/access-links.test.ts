// Access links: one redemption per grant whatever arrives at once, and every reason for which a link is dead.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import {
  allowedDestination,
  createAccessLink,
  findAccessLink,
  listAccessLinks,
  type NewAccessLink,
  recordOpening,
  redeemAccessLink,
  revokeAccessLink,
} from "../../src/models/access-links.ts";
import { findContactSession } from "../../src/models/contact-sessions.ts";
import { queueEmail } from "../../src/models/emails.ts";
import { NotFound } from "../../src/models/errors.ts";
import { markSent } from "../../src/models/sending-results.ts";
import { createTestDatabase, insertAgency, insertContact, type TestDatabase } from "../support/database.ts";

const visit = { host: "northwind.portal.localhost", address: "192.0.2.7", userAgent: "Mozilla/5.0" };
let database: TestDatabase;
let northwind: { id: string; store: AgencyStore };
let rivermark: { id: string; store: AgencyStore };
let people = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  const open = async (slug: string, name: string) => {
    const id = await insertAgency(database, slug, name);
    return { id, store: database.store(id) };
  };
  northwind = await open("northwind", "Northwind");
  rivermark = await open("rivermark", "Rivermark");
});
afterAll(() => database.close());

const makeContact = (columns: Record<string, unknown> = {}) =>
  insertContact(database, northwind.id, { email: `jane${people++}@acme.example`, name: "Jane Doe", ...columns });

const makeLink = (contactId: string, link: Partial<NewAccessLink> = {}) =>
  northwind.store.write((db) =>
    createAccessLink(db, { contactId, kind: "login", destination: "/", lifetimeSeconds: 3600, uses: "once", ...link }),
  );

const makeEmail = (contactId: string, kind: "login-email" | "invite" | "sign-in-link" = "login-email") =>
  northwind.store.write((db) => queueEmail(db, { kind, contactId, lifetimeSeconds: 3600, lane: "interactive" }));

const redeem = (token: string, agency = northwind) =>
  agency.store.write(async (db) => (await redeemAccessLink(db, token, visit)).entry);
const stateOf = (token: string) =>
  northwind.store.read(async (db) => (await findAccessLink(db, token))?.state ?? "unknown");
const contact = async (id: string) =>
  (await database.owner.query("select * from contacts where id = $1", [id])).rows[0] as Record<string, unknown>;
const sessions = async (id: string) =>
  (await database.owner.query("select * from contact_sessions where contact_id = $1", [id])).rows;
const eventKinds = async (id: string) =>
  (await database.owner.query("select kind from events where contact_id = $1 order by id", [id])).rows.map(
    ({ kind }) => kind as string,
  );
const change = (text: string, ...values: unknown[]) => database.owner.query(text, values);

describe("making a link", () => {
  it("stores only the hash of a token of 43 characters", async () => {
    const { token, linkId } = await makeLink(await makeContact());
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const { rows } = await database.owner.query(
      "select t::text || l::text as all from access_tokens t join access_links l on l.id = t.link_id where l.id = $1",
      [linkId],
    );
    expect(rows[0].all).not.toContain(token);
  });

  it("adds a sibling token for a retried e-mail and resets nothing", async () => {
    const id = await makeContact();
    const emailId = await makeEmail(id);
    const first = await makeLink(id, { emailId });
    const second = await makeLink(id, { emailId, lifetimeSeconds: 60 });
    expect(second.linkId).toBe(first.linkId);
    expect(second.expiresAt).toEqual(first.expiresAt);
    expect(second.token).not.toBe(first.token);
    expect((await eventKinds(id)).filter((kind) => kind === "link.made")).toHaveLength(1);
  });

  it("carries a live token in a retried e-mail after access was revoked and restored, and no earlier one", async () => {
    const id = await makeContact();
    const emailId = await makeEmail(id);
    const before = await makeLink(id, { emailId });
    await change("update contacts set access_version = access_version + 1 where id = $1", id);
    const after = await makeLink(id, { emailId });
    expect(await redeem(before.token)).toBeUndefined();
    expect(await redeem(after.token)).toBeDefined();
  });

  it("refuses a revoked contact, and one of another agency", async () => {
    const revoked = await makeContact({ revoked_at: new Date() });
    await expect(makeLink(revoked)).rejects.toThrow(NotFound);
    const id = await makeContact();
    await expect(
      rivermark.store.write((db) =>
        createAccessLink(db, { contactId: id, kind: "magic", destination: "/", lifetimeSeconds: 60, uses: "once" }),
      ),
    ).rejects.toThrow(NotFound);
  });

  it("leads only to pages of the portal", async () => {
    for (const unsafe of ["//evil.example", "https://evil.example", "/\\evil", "/nowhere", "javascript:alert(1)", ""])
      expect(allowedDestination(unsafe)).toBe("/");
    const { token } = await makeLink(await makeContact(), { destination: "//evil.example/profile" });
    expect((await northwind.store.read((db) => findAccessLink(db, token)))?.destination).toBe("/");
    const good = await makeLink(await makeContact(), { destination: "/profile" });
    expect((await northwind.store.read((db) => findAccessLink(db, good.token)))?.destination).toBe("/profile");
  });

  it("counts the lifetime from the moment the relay accepted the mail", async () => {
    const id = await makeContact();
    const emailId = await makeEmail(id);
    const { token } = await makeLink(id, { emailId });
    await change("update access_links set expires_at = now() - interval '1 hour' where email_id = $1", emailId);
    expect(await stateOf(token)).toBe("expired");
    await northwind.store.write((db) => markSent(db, emailId));
    expect(await stateOf(token)).toBe("live");
  });
});

describe("redeeming", () => {
  it("gives one session to 50 redemptions at once", async () => {
    const id = await makeContact();
    const { token } = await makeLink(id);
    const entries = await Promise.all(Array.from({ length: 50 }, () => redeem(token)));
    expect(entries.filter(Boolean)).toHaveLength(1);
    expect(await sessions(id)).toHaveLength(1);
  });

  it("gives one session to sibling tokens and to two invites of one contact at once", async () => {
    const id = await makeContact({ invited_at: new Date() });
    const mails = [await makeEmail(id, "invite"), await makeEmail(id, "invite")];
    const invite = (emailId: string | undefined) => makeLink(id, { emailId, kind: "invite", uses: "until-joined" });
    const links = await Promise.all([invite(mails[0]), invite(mails[0]), invite(mails[1]), invite(mails[1])]);
    const entries = await Promise.all([...links, ...links].map(({ token }) => redeem(token)));
    expect(entries.filter(Boolean)).toHaveLength(1);
    expect(await sessions(id)).toHaveLength(1);
    expect(await Promise.all(links.map(({ token }) => stateOf(token)))).toEqual(["used", "used", "used", "used"]);
  });

  it("joins the contact at his first own sign-in and records it", async () => {
    const id = await makeContact({ invited_at: new Date() });
    const emailId = await makeEmail(id, "invite");
    const { token } = await makeLink(id, { emailId, kind: "invite", uses: "until-joined" });
    const entry = await redeem(token);
    expect(entry).toMatchObject({ contactId: id, joined: true });
    const after = await contact(id);
    expect(after["joined_at"]).toBeInstanceOf(Date);
    expect(after["email_proven_at"]).toBeInstanceOf(Date);
    expect(after["last_sign_in_at"]).toBeInstanceOf(Date);
    expect(await eventKinds(id)).toEqual(
      expect.arrayContaining(["link.made", "link.used", "contact.joined", "contact.signed-in"]),
    );
    const signedIn = await northwind.store.read((db) => findContactSession(db, entry?.sessionId ?? ""));
    expect(signedIn?.id).toBe(id);
  });

  it("does not join him twice", async () => {
    const id = await makeContact({ joined_at: new Date("2026-01-01"), email_proven_at: new Date("2026-01-01") });
    const entry = await redeem((await makeLink(id)).token);
    expect(entry?.joined).toBe(false);
    expect((await contact(id))["joined_at"]).toEqual(new Date("2026-01-01"));
    expect(await eventKinds(id)).not.toContain("contact.joined");
  });

  it("lets a contact who was never invited in with a magic link, without taking it as proof of a mailbox", async () => {
    const id = await makeContact();
    expect(await redeem((await makeLink(id, { kind: "magic" })).token)).toBeDefined();
    const after = await contact(id);
    expect(after["invited_at"]).toBeNull();
    expect(after["joined_at"]).not.toBeNull();
    expect(after["email_proven_at"]).toBeNull();
  });

  it("opens a magic link until it expires when that was chosen", async () => {
    const id = await makeContact();
    const { token } = await makeLink(id, { kind: "magic", uses: "until-expired" });
    expect(await redeem(token)).toBeDefined();
    expect(await redeem(token)).toBeDefined();
    await change("update access_links set expires_at = now() where contact_id = $1", id);
    expect(await redeem(token)).toBeUndefined();
    const [listed] = await northwind.store.read((db) => listAccessLinks(db, id));
    expect(listed).toMatchObject({ state: "expired", useCount: 2 });
  });

  it("drops a password and sessions from before the first proof of the mailbox", async () => {
    const id = await makeContact({
      joined_at: new Date(),
      password_hash: "planted",
      password_set_at: new Date(),
      password_offered_at: new Date(),
    });
    const planted = await redeem((await makeLink(id, { kind: "magic" })).token);
    expect((await contact(id))["password_hash"]).toBe("planted");
    const own = await redeem((await makeLink(id, { emailId: await makeEmail(id) })).token);
    expect((await contact(id))["password_hash"]).toBeNull();
    expect(await northwind.store.read((db) => findContactSession(db, planted?.sessionId ?? ""))).toBeUndefined();
    expect(await northwind.store.read((db) => findContactSession(db, own?.sessionId ?? ""))).toBeDefined();
  });

  it("keeps a password that was set after the mailbox was proven", async () => {
    const id = await makeContact({ joined_at: new Date(), email_proven_at: new Date(), password_hash: "own" });
    await redeem((await makeLink(id, { emailId: await makeEmail(id) })).token);
    expect((await contact(id))["password_hash"]).toBe("own");
  });

  it("ends every other session with a reset link", async () => {
    const id = await makeContact({ joined_at: new Date(), email_proven_at: new Date(), password_hash: "old" });
    const before = await redeem((await makeLink(id)).token);
    const reset = await redeem((await makeLink(id, { kind: "reset", emailId: await makeEmail(id) })).token);
    expect(await northwind.store.read((db) => findContactSession(db, before?.sessionId ?? ""))).toBeUndefined();
    const signedIn = await northwind.store.read((db) => findContactSession(db, reset?.sessionId ?? ""));
    expect(signedIn?.mayResetPassword).toBe(true);
  });

  it("moves a contact to a confirmed address, tells the old one and kills everything from before", async () => {
    const id = await makeContact({ email: "old@acme.example", joined_at: new Date(), email_proven_at: new Date() });
    const session = await redeem((await makeLink(id)).token);
    const earlier = await makeLink(id);
    const confirm = await makeLink(id, { kind: "confirm", newEmail: "new@acme.example" });
    const entry = await redeem(confirm.token);
    expect(entry).toMatchObject({ email: "new@acme.example", oldEmail: "old@acme.example" });
    expect(await northwind.store.read((db) => findContactSession(db, session?.sessionId ?? ""))).toBeUndefined();
    expect(await northwind.store.read((db) => findContactSession(db, entry?.sessionId ?? ""))).toBeDefined();
    expect(await stateOf(earlier.token)).toBe("withdrawn");
    const { rows } = await database.owner.query("select kind, to_email from emails where contact_id = $1", [id]);
    expect(rows).toEqual([{ kind: "email-changed", to_email: "old@acme.example" }]);
  });

  it("does not give a contact an address that another contact holds", async () => {
    await makeContact({ email: "taken@acme.example" });
    const id = await makeContact();
    const { token } = await makeLink(id, { kind: "confirm", newEmail: "taken@acme.example" });
    expect(await redeem(token)).toBeUndefined();
    expect(await sessions(id)).toHaveLength(0);
  });
});

describe("a dead link", () => {
  const dead: [string, string, (id: string, linkId: string) => Promise<unknown>][] = [
    [
      "that has expired",
      "expired",
      (_, linkId) => change("update access_links set expires_at = now() where id = $1", linkId),
    ],
    ["that was used", "used", (_, linkId) => change("update access_links set used_at = now() where id = $1", linkId)],
    [
      "that was withdrawn",
      "withdrawn",
      (_, linkId) => change("update access_links set revoked_at = now() where id = $1", linkId),
    ],
    ["of a revoked contact", "withdrawn", (id) => change("update contacts set revoked_at = now() where id = $1", id)],
    [
      "from before a change of access",
      "withdrawn",
      (id) => change("update contacts set access_version = access_version + 1 where id = $1", id),
    ],
    ["of a deleted contact", "unknown", (id) => change("delete from contacts where id = $1", id)],
  ];
  it.each(dead)("%s opens nothing and says why", async (_, state, kill) => {
    const id = await makeContact();
    const { token, linkId } = await makeLink(id);
    await kill(id, linkId);
    expect(await redeem(token)).toBeUndefined();
    expect(await stateOf(token)).toBe(state);
    expect(await sessions(id)).toHaveLength(0);
    expect((await eventKinds(id)).includes("link.failed")).toBe(state !== "unknown");
  });

  it("is an invite as soon as the contact has joined by another way", async () => {
    const id = await makeContact({ invited_at: new Date() });
    const invite = await makeLink(id, { kind: "invite", uses: "until-joined" });
    await redeem((await makeLink(id)).token);
    expect(await stateOf(invite.token)).toBe("used");
    expect(await redeem(invite.token)).toBeUndefined();
  });

  it("is one of a kind that was not asked for", async () => {
    const id = await makeContact();
    const { token } = await makeLink(id, { kind: "magic" });
    const { entry } = await northwind.store.write((db) => redeemAccessLink(db, token, visit, ["login", "invite"]));
    expect(entry).toBeUndefined();
    expect(await stateOf(token)).toBe("live");
  });

  it("does not exist at another agency, nor do made-up ones", async () => {
    const id = await makeContact();
    const { token } = await makeLink(id);
    expect(await redeem(token, rivermark)).toBeUndefined();
    expect(await rivermark.store.read((db) => findAccessLink(db, token))).toBeUndefined();
    expect(await rivermark.store.read((db) => listAccessLinks(db, id))).toEqual([]);
    for (const made of ["", "x", "A".repeat(43), `${token}=`, `${token} `]) expect(await redeem(made)).toBeUndefined();
    expect(await redeem(token)).toBeDefined();
  });
});

describe("looking at a link", () => {
  it("notes the first opening and changes nothing else", async () => {
    const id = await makeContact();
    const { token } = await makeLink(id);
    const link = await northwind.store.read((db) => findAccessLink(db, token));
    if (!link) throw new Error("The link was not found.");
    await northwind.store.write((db) => recordOpening(db, link, "192.0.2.1"));
    await northwind.store.write((db) => recordOpening(db, link, "192.0.2.2"));
    expect((await eventKinds(id)).filter((kind) => kind === "link.opened")).toHaveLength(1);
    expect(await stateOf(token)).toBe("live");
    expect((await contact(id))["joined_at"]).toBeNull();
    expect(await redeem(token)).toBeDefined();
  });

  it("is withdrawn by a member once, and not by another agency's", async () => {
    const id = await makeContact();
    const { token, linkId } = await makeLink(id, { kind: "magic" });
    const member = "018f0000-0000-7000-8000-000000000000";
    await expect(rivermark.store.write((db) => revokeAccessLink(db, linkId, member))).rejects.toThrow(NotFound);
    await northwind.store.write((db) => revokeAccessLink(db, linkId, member));
    await northwind.store.write((db) => revokeAccessLink(db, linkId, member));
    expect(await stateOf(token)).toBe("withdrawn");
    expect((await eventKinds(id)).filter((kind) => kind === "link.revoked")).toHaveLength(1);
  });
});
