// Magic links: shown once, redeemed as their maker chose, dead when withdrawn.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import { redeemAccessLink } from "../../src/models/access-links.ts";
import { NotFound } from "../../src/models/errors.ts";
import { createMagicLink, type NewMagicLink, revokeMagicLink } from "../../src/models/magic-links.ts";
import { createTestDatabase, insertAgency, insertContact, type TestDatabase } from "../support/database.ts";

const origin = { scheme: "https", portalDomain: "portal.example" } as const;
const visit = { host: "northwind.portal.example", address: "192.0.2.7", userAgent: "Mozilla/5.0" };
let database: TestDatabase;
let northwind: AgencyStore;
let rivermark: AgencyStore;
let nora: string;
let contactId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const id = await insertAgency(database, "northwind", "Northwind");
  northwind = database.store(id);
  rivermark = database.store(await insertAgency(database, "rivermark", "Rivermark"));
  nora = (
    await database.owner.query(
      "insert into members (email, name, password_hash) values ('nora@x.example', 'Nora', '-') returning id",
    )
  ).rows[0].id;
  contactId = await insertContact(database, id, { email: "maya@acme.example", name: "Maya" });
});
afterAll(() => database.close());

const create = (link: Partial<NewMagicLink> = {}, store = northwind) =>
  store.write((db) =>
    createMagicLink(
      db,
      { contactId, destination: "/", lifetimeSeconds: 3_600, uses: "once", madeBy: nora, ...link },
      origin,
    ),
  );
const tokenOf = ({ url }: { url: string }) => url.split("/").at(-1) ?? "";
const redeem = async (link: { url: string }) =>
  (await northwind.write((db) => redeemAccessLink(db, tokenOf(link), visit))).entry !== undefined;

it("stands on the agency's own host, is under 200 characters and is kept nowhere", async () => {
  const link = await create();
  expect(link.url).toMatch(/^https:\/\/northwind\.portal\.example\/l\/[A-Za-z0-9_-]{43}$/);
  expect(link.url.length).toBeLessThan(200);
  for (const table of ["access_links", "access_tokens", "events", "jobs"]) {
    const { rows } = await database.owner.query(`select string_agg(t::text, ' ') as everything from ${table} t`);
    expect(rows[0].everything ?? "").not.toContain(tokenOf(link));
  }
});

it("works once, or until it expires", async () => {
  const once = await create();
  expect([await redeem(once), await redeem(once)]).toEqual([true, false]);
  const many = await create({ uses: "until-expired" });
  expect([await redeem(many), await redeem(many)]).toEqual([true, true]);
  await database.owner.query("update access_links set expires_at = now() where id = $1", [many.linkId]);
  expect(await redeem(many)).toBe(false);
});

it("is dead once it is withdrawn, and the record says by whom", async () => {
  const link = await create();
  expect(await northwind.write((db) => revokeMagicLink(db, link.linkId, nora))).toEqual({ contactId });
  expect(await redeem(link)).toBe(false);
  const { rows } = await database.owner.query("select kind, member_id from events where link_id = $1 order by id", [
    link.linkId,
  ]);
  expect(rows.slice(0, 2)).toEqual([
    { kind: "link.made", member_id: nora },
    { kind: "link.revoked", member_id: nora },
  ]);
});

it("is neither made nor withdrawn by another agency, nor made for a revoked contact", async () => {
  const link = await create();
  await expect(create({}, rivermark)).rejects.toThrow(NotFound);
  await expect(rivermark.write((db) => revokeMagicLink(db, link.linkId, nora))).rejects.toThrow(NotFound);
  expect(await redeem(link)).toBe(true);
  const id = await insertContact(database, northwind.id, { email: "gone@acme.example", revoked_at: new Date() });
  await expect(create({ contactId: id })).rejects.toThrow(NotFound);
});
