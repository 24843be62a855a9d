// Six-digit codes: bound to one browser, five tries whatever arrives at once, one use.
import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import { findContactSession } from "../../src/models/contact-sessions.ts";
import { queueEmail } from "../../src/models/emails.ts";
import { createSignInCode, parseCode, redeemSignInCode } from "../../src/models/sign-in-codes.ts";
import { createTestDatabase, insertAgency, insertContact, type TestDatabase } from "../support/database.ts";

const visit = { host: "northwind.portal.localhost", address: "192.0.2.7", userAgent: "Mozilla/5.0" };
const key = randomBytes(32);
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

const newBrowser = () => createHash("sha256").update(randomBytes(16)).digest();

async function makeCode(columns: Record<string, unknown> = {}) {
  const contactId = await insertContact(database, northwind.id, { email: `jane${people++}@acme.example`, ...columns });
  const browserHash = newBrowser();
  const emailId = await makeEmail(contactId);
  const code = await northwind.write((db) => createSignInCode(db, { emailId, contactId, browserHash }, key));
  return { contactId, browserHash, emailId, code };
}

const makeEmail = (contactId: string) =>
  northwind.write((db) =>
    queueEmail(db, { kind: "sign-in-link", contactId, lifetimeSeconds: 1800, lane: "interactive" }),
  );

const enter = (code: string, browserHash: Buffer, store = northwind, withKey = key) =>
  store.write((db) => redeemSignInCode(db, { code, browserHash }, withKey, visit));

const other = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

it("signs in the browser that asked, once, and proves the mailbox", async () => {
  const { code, browserHash, contactId } = await makeCode({ password_hash: "planted", joined_at: new Date() });
  expect(code).toMatch(/^\d{6}$/);
  const entry = await enter(code, browserHash);
  expect(entry?.contactId).toBe(contactId);
  const signedIn = await northwind.read((db) => findContactSession(db, entry?.sessionId ?? ""));
  expect(signedIn?.passwordSetAt).toBeNull();
  expect(await enter(code, browserHash)).toBeUndefined();
  const { rows } = await database.owner.query("select password_hash, email_proven_at from contacts where id = $1", [
    contactId,
  ]);
  expect(rows[0]).toMatchObject({ password_hash: null, email_proven_at: expect.any(Date) });
});

it("gives one session to 50 correct codes at once", async () => {
  const { code, browserHash, contactId } = await makeCode();
  await Promise.all(Array.from({ length: 50 }, () => enter(code, browserHash)));
  const { rows } = await database.owner.query("select 1 from contact_sessions where contact_id = $1", [contactId]);
  expect(rows.length).toBe(1);
});

it("is worth nothing after five wrong tries, also when they come at once", async () => {
  const { code, browserHash, emailId } = await makeCode();
  await Promise.all(Array.from({ length: 20 }, () => enter(other(code), browserHash)));
  expect(await enter(code, browserHash)).toBeUndefined();
  const { rows } = await database.owner.query("select tries from sign_in_codes where email_id = $1", [emailId]);
  expect(rows[0].tries).toBe(5);
});

it("still works at the fifth try", async () => {
  const { code, browserHash } = await makeCode();
  for (let i = 0; i < 4; i++) expect(await enter(other(code), browserHash)).toBeUndefined();
  expect(await enter(code, browserHash)).toBeDefined();
});

it("does not work in another browser, and such tries cost nothing", async () => {
  const { code, browserHash } = await makeCode();
  for (let i = 0; i < 8; i++) expect(await enter(code, newBrowser())).toBeUndefined();
  expect(await enter(code, browserHash)).toBeDefined();
});

it("does not work at another agency, with another server key, late, or after a change of access", async () => {
  const first = await makeCode();
  expect(await enter(first.code, first.browserHash, rivermark)).toBeUndefined();
  expect(await enter(first.code, first.browserHash, northwind, randomBytes(32))).toBeUndefined();
  await database.owner.query("update sign_in_codes set expires_at = now() where email_id = $1", [first.emailId]);
  expect(await enter(first.code, first.browserHash)).toBeUndefined();
  const second = await makeCode();
  await database.owner.query("update contacts set access_version = 2 where id = $1", [second.contactId]);
  expect(await enter(second.code, second.browserHash)).toBeUndefined();
  const third = await makeCode();
  await database.owner.query("update contacts set revoked_at = now() where id = $1", [third.contactId]);
  expect(await enter(third.code, third.browserHash)).toBeUndefined();
});

it("replaces an earlier code of the same e-mail and keeps those of other e-mails", async () => {
  const { code, browserHash, emailId, contactId } = await makeCode();
  const newer = await northwind.write((db) => createSignInCode(db, { emailId, contactId, browserHash }, key));
  expect(newer === code || (await enter(code, browserHash)) === undefined).toBe(true);
  const secondMail = await makeEmail(contactId);
  const second = await northwind.write((db) =>
    createSignInCode(db, { emailId: secondMail, contactId, browserHash }, key),
  );
  expect(await enter(newer, browserHash)).toBeDefined();
  expect(await enter(second, browserHash)).toBeDefined();
});

it("reads what people type and paste", () => {
  expect(parseCode(" 418 203 ")).toBe("418203");
  expect(parseCode("418-203")).toBe("418203");
  expect(parseCode("４１８２０３")).toBe("418203");
  for (const text of ["", "41820", "4182030", "41820a", "418.203"]) expect(parseCode(text)).toBeUndefined();
});
