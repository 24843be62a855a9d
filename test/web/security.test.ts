// Whose address a client has, and the cookies that hold a session.
import type { Context } from "hono";
import { expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { createKeys } from "../../src/web/keys.ts";
import { clientAddress } from "../../src/web/security.ts";
import { worldForTest } from "../support/world.ts";

const secret = "f0b2c9d4e8a1730596bd4c2e1f8a7d3b";

function addressOf(socket: string, forwarded: string | undefined, trusted: string): string {
  const config = readConfig({ SESSION_SECRET: secret, TRUSTED_PROXIES: trusted });
  const c = {
    env: { incoming: { socket: { remoteAddress: socket } } },
    req: { header: () => forwarded },
  } as unknown as Context;
  return clientAddress(c, config);
}

test("X-Forwarded-For counts only from a trusted proxy, and only what no proxy of ours added", () => {
  expect(addressOf("203.0.113.9", "198.51.100.1", "")).toBe("203.0.113.9");
  expect(addressOf("10.0.0.2", "198.51.100.1", "10.0.0.0/8")).toBe("198.51.100.1");
  expect(addressOf("10.0.0.2", "1.1.1.1, 198.51.100.1, 10.0.0.3", "10.0.0.0/8")).toBe("198.51.100.1");
  expect(addressOf("::ffff:10.0.0.2", "2001:db8::7", "10.0.0.0/8")).toBe("2001:db8::7");
  expect(addressOf("10.0.0.2", "not an address", "10.0.0.0/8")).toBe("10.0.0.2");
});

test("a key rotates: what the old secret sealed still opens, and what was sealed for another purpose never does", () => {
  const old = createKeys([secret]);
  const both = createKeys(["a newer secret of sufficient length 91", secret]);
  const signature = old.sign("flash", "words");
  expect(both.verify("flash", "words", signature)).toBe(true);
  expect(both.verify("csrf", "words", signature)).toBe(false);
  expect(both.sign("flash", "words")).not.toBe(signature);
  expect(both.verify("flash", "other", signature)).toBe(false);
});

test("a cookie that we did not seal, a cut one, and a contact's cookie at the dashboard are nobody", async () => {
  const world = await worldForTest();
  const visitor = await world.member(world.northwind.members.owner);
  expect((await visitor.get("/northwind")).status).toBe(200);
  const seal = visitor.cookies.get("member") ?? "";
  for (const forged of [seal.slice(0, -5), `x${seal}`, "Fe26.2*1*a*b*c*d*e*f", ""]) {
    visitor.cookies.set("member", forged);
    expect((await visitor.get("/northwind")).status).toBe(303);
  }
  const { sealSessionId } = await import("../../src/web/sessions.ts");
  const [, contactSeal] = sealSessionId("contact", "anything", world.config, world.deps.keys);
  visitor.cookies.set("member", contactSeal);
  expect((await visitor.get("/northwind")).status).toBe(303);
});

test("a session that ended in the database is over on the next request", async () => {
  const world = await worldForTest();
  const visitor = await world.member(world.northwind.members.owner);
  expect((await visitor.get("/northwind")).status).toBe(200);
  await world.database.owner.query("delete from member_sessions");
  expect((await visitor.get("/northwind")).status).toBe(303);
});

test("a member's session is over after 12 hours without a request, and after 7 days in all", async () => {
  const world = await worldForTest();
  const visitor = await world.member(world.northwind.members.owner);
  const age = (column: string, by: string) =>
    world.database.owner.query(`update member_sessions set ${column} = ${column} - interval '${by}'`);
  await age("last_seen_at", "11 hours 59 minutes");
  expect((await visitor.get("/northwind")).status).toBe(200);
  await age("last_seen_at", "12 hours");
  expect((await visitor.get("/northwind")).status).toBe(303);
  const other = await world.member(world.northwind.members.admin);
  await age("ends_at", "7 days");
  expect((await other.get("/northwind")).status).toBe(303);
});
