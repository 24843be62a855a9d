// Agencies: what a name becomes in an address, who gets an address that two want, and what a new agency starts with.
import { describe, expect, test } from "vitest";
import {
  chooseSlug,
  createAgency,
  findAgencyId,
  listAgencies,
  refuseSlug,
  suggestFreeSlug,
  suggestSlug,
} from "../../src/models/agencies.ts";
import { Invalid } from "../../src/models/errors.ts";
import { createMember } from "../../src/models/members.ts";
import { portalUrl } from "../../src/models/portal-url.ts";
import { databaseForTest, insertAgency } from "../support/database.ts";

test.each([
  ["Northwind", "northwind"],
  ["  Halden & Rye ", "halden-and-rye"],
  ["O’Brien's Büro", "obriens-buro"],
  ["Straße 12, Ltd.", "strasse-12-ltd"],
  ["Łódź — Øst", "lodz-ost"],
  ["李小龍", ""],
  ["Admin", ""],
  ["x", ""],
  ["a".repeat(60), "a".repeat(40)],
  [`${"a".repeat(39)} b`, "a".repeat(39)],
])("the name %j suggests the address %j", (name, slug) => {
  expect(suggestSlug(name)).toBe(slug);
});

describe("an address", () => {
  test.each(["ab", "northwind", "n0rth-wind", "1st", "a".repeat(40), "a-b--c"])("may be %j", (slug) => {
    expect(refuseSlug(slug)).toBeUndefined();
  });
  test.each([
    "",
    "a",
    "a".repeat(41),
    "-ab",
    "ab-",
    "Ab",
    "a_b",
    "a.b",
    "ä-b",
    "xn--80ak6aa92e",
    "admin",
    "sign-in",
    "www",
    "a b",
    "a/b",
    "ab\n",
  ])("may not be %j", (slug) => {
    expect(refuseSlug(slug)).toBeTypeOf("string");
  });
});

test("an address that is taken is refused when it was typed, and numbered when it was suggested", async () => {
  const database = await databaseForTest();
  await insertAgency(database, "northwind", "Northwind");
  await insertAgency(database, "northwind-2", "Northwind");
  await expect(database.globals.run((db) => chooseSlug(db, { name: "Northwind", slug: "northwind" }))).rejects.toThrow(
    Invalid,
  );
  expect(await database.globals.run((db) => chooseSlug(db, { name: "Northwind", slug: "" }))).toBe("northwind-3");
  expect(await database.globals.run((db) => suggestFreeSlug(db, "李小龍"))).toBe("");
  await expect(database.globals.run((db) => chooseSlug(db, { name: "李小龍", slug: "" }))).rejects.toThrow(Invalid);
});

test("of many who want one address at once one gets it, and the others leave nothing behind", async () => {
  const { globals, owner } = await databaseForTest();
  const results = await Promise.allSettled(
    Array.from({ length: 6 }, (_, i) =>
      globals.write(async (db) => {
        const ownerId = await createMember(db, { email: `owner${i}@example.com`, name: "Owner", passwordHash: "x" });
        return await createAgency(db, { slug: "northwind", name: "Northwind", ownerId });
      }),
    ),
  );
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  for (const table of ["members", "agencies", "memberships", "hosts", "events"]) {
    const { rows } = await owner.query(`select count(*) as n from ${table}`);
    expect([table, rows[0].n]).toEqual([table, 1]);
  }
});

test("a new agency has an owner, a portal at its own host and the first line of its record", async () => {
  const { globals, owner, store } = await databaseForTest();
  const ownerId = await globals.run((db) =>
    createMember(db, { email: "nora@northwind.example", name: "Nora", passwordHash: "x" }),
  );
  const id = await globals.write((db) =>
    createAgency(db, { slug: "northwind", name: "Northwind", ownerId, address: "192.0.2.1" }),
  );
  const origin = { scheme: "http", portalDomain: "portal.localhost:3000" } as const;
  expect(await store(id).read((db) => portalUrl(db, origin))).toBe("http://northwind.portal.localhost:3000");
  expect(await globals.run((db) => findAgencyId(db, "northwind"))).toBe(id);
  expect(await globals.run(listAgencies)).toMatchObject([
    { id, slug: "northwind", name: "Northwind", owners: ["nora@northwind.example"] },
  ]);
  const events = await owner.query("select kind, member_id, address from events");
  expect(events.rows).toEqual([{ kind: "agency.created", member_id: ownerId, address: "192.0.2.1" }]);
});
