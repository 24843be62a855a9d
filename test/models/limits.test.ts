// Limits: counted in the database, exact under parallel hits, and forgotten when their window ends.
import { expect, test } from "vitest";
import { addressKey, clearLimit, hitLimit, limits, peekLimit, requireLimit } from "../../src/models/limits.ts";
import { databaseForTest } from "../support/database.ts";

const limit = limits.passwordByAccount;

test("a limit lets through what it says and not one more", async () => {
  const { globals } = await databaseForTest();
  const hits = await Promise.all(Array.from({ length: 20 }, () => globals.run((db) => hitLimit(db, limit, "a"))));
  expect(hits.filter((hit) => hit.allowed)).toHaveLength(limit.max);
  expect(hits.every((hit) => hit.retryAfter > 0 && hit.retryAfter <= limit.seconds)).toBe(true);
});

test("a refused hit does not make the wait longer", async () => {
  const { globals, owner } = await databaseForTest();
  for (let i = 0; i < limit.max; i++) await globals.run((db) => hitLimit(db, limit, "a"));
  const { rows: before } = await owner.query("select * from limits");
  await globals.run((db) => hitLimit(db, limit, "a"));
  expect((await owner.query("select * from limits")).rows).toEqual(before);
});

test("a new window begins when the old one has ended", async () => {
  const { globals, owner } = await databaseForTest();
  for (let i = 0; i < limit.max; i++) await globals.run((db) => hitLimit(db, limit, "a"));
  expect((await globals.run((db) => peekLimit(db, limit, "a"))).allowed).toBe(false);
  await owner.query("update limits set window_ends_at = now() - interval '1 second'");
  expect((await globals.run((db) => peekLimit(db, limit, "a"))).allowed).toBe(true);
  expect(await globals.run((db) => hitLimit(db, limit, "a"))).toMatchObject({ allowed: true, left: limit.max - 1 });
});

test("keys and limits do not share their counts, and a key can be forgotten", async () => {
  const { globals } = await databaseForTest();
  for (let i = 0; i < limit.max; i++) await globals.run((db) => hitLimit(db, limit, "a"));
  expect((await globals.run((db) => hitLimit(db, limit, "b"))).allowed).toBe(true);
  expect((await globals.run((db) => hitLimit(db, limits.passwordByAddress, "a"))).allowed).toBe(true);
  await globals.run((db) => clearLimit(db, limit, "a"));
  expect((await globals.run((db) => hitLimit(db, limit, "a"))).allowed).toBe(true);
});

test("many at once count as many, and too many at once as none", async () => {
  const { globals } = await databaseForTest();
  const invites = limits.invitesFirstWeek;
  expect((await globals.run((db) => hitLimit(db, invites, "x", 201))).allowed).toBe(false);
  expect((await globals.run((db) => hitLimit(db, invites, "x", 150))).left).toBe(50);
  expect((await globals.run((db) => hitLimit(db, invites, "x", 51))).allowed).toBe(false);
  expect((await globals.run((db) => hitLimit(db, invites, "x", 50))).allowed).toBe(true);
});

test("a required limit throws with the seconds to wait", async () => {
  const { globals } = await databaseForTest();
  for (let i = 0; i < limit.max; i++) await globals.run((db) => requireLimit(db, limit, "a", "Wait."));
  await expect(globals.run((db) => requireLimit(db, limit, "a", "Wait."))).rejects.toMatchObject({
    name: "LimitReached",
    message: "Wait.",
  });
});

test("an IPv6 address counts by its /64, an IPv4 one by itself", () => {
  expect(addressKey("2001:db8:1:2:3:4:5:6")).toBe(addressKey("2001:db8:1:2::9"));
  expect(addressKey("2001:db8:1:2::1")).not.toBe(addressKey("2001:db8:1:3::1"));
  expect(addressKey("::1")).toBe("0:0:0:0::/64");
  expect(addressKey("::ffff:192.0.2.7")).toBe("192.0.2.7");
  expect(addressKey("192.0.2.7")).not.toBe(addressKey("192.0.2.8"));
});
