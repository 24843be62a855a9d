// The cookies of sessions: sealed by us, opened by iron-session; either may have made them, under any secret that is still there.
import { sealData, unsealData } from "iron-session";
import { expect, test } from "vitest";
import { createKeys } from "../../src/web/keys.ts";
import { sealSessionId } from "../../src/web/sessions.ts";
import { type World, worldForTest } from "../support/world.ts";

const config = { appUrl: new URL("https://app.portico.example") };
const [older, newer] = [
  "the older of two secrets, which is going away 1",
  "the newer of two secrets, which has come to stay 2",
];
const DAY = 86_400;

async function startSession(world: World): Promise<string> {
  const visitor = await world.member(world.northwind.members.owner);
  const sealed = visitor.cookies.get("member") ?? "";
  const { sid } = await unsealData<{ sid?: string }>(sealed, {
    password: world.deps.keys.passwords("member-session").every,
  });
  return sid ?? "";
}

async function statusWith(world: World, cookie: string): Promise<number> {
  const visitor = await world.member();
  visitor.cookies.set("member", cookie);
  return (await visitor.get("/northwind")).status;
}

test("a cookie that iron-session sealed opens a session as ours does, and no longer than a week after", async () => {
  const world = await worldForTest();
  const sid = await startSession(world);
  const { every: password } = world.deps.keys.passwords("member-session");
  expect(await statusWith(world, await sealData({ sid }, { password, ttl: 7 * DAY }))).toBe(200);
  expect(await statusWith(world, await sealData({ sid }, { password, ttl: -120 }))).toBe(303);
  expect(await statusWith(world, await sealData({ sid: [sid] }, { password, ttl: 7 * DAY }))).toBe(303);
  expect(await statusWith(world, await sealData({ sid }, { password: older.padEnd(32), ttl: 7 * DAY }))).toBe(303);
});

test.each([
  ["member", "member-session", 7],
  ["contact", "contact-session", 30],
] as const)(
  "the cookie of a %s is sealed by the newest secret for as long as its session may last",
  async (who, purpose, days) => {
    const keys = createKeys([newer, older]);
    const before = Date.now();
    const [name, sealed] = sealSessionId(who, "id", config, keys);
    expect(name).toBe(`__Host-${who}`);
    const until = sealed.split("*")[5];
    expect(Number(until) - before).toBeGreaterThanOrEqual(days * DAY * 1_000);
    expect(Number(until) - Date.now()).toBeLessThanOrEqual(days * DAY * 1_000);
    const open = (secrets: string[], of: typeof purpose | "flash" = purpose) =>
      unsealData(sealed, { password: createKeys(secrets).passwords(of).every, ttl: days * DAY });
    expect(await open([newer, older])).toEqual({ sid: "id" });
    expect(await open([newer, older], "flash")).toEqual({});
    expect(await open([older])).toEqual({});
  },
);

test("a cookie opens for as long as the secret that sealed it is there, whatever stands before or behind it", async () => {
  const open = (sealed: string, secrets: string[]) =>
    unsealData(sealed, { password: createKeys(secrets).passwords("member-session").every });
  const [, old] = sealSessionId("member", "id", config, createKeys([older]));
  expect(await open(old, [newer, older])).toEqual({ sid: "id" });
  expect(await open(old, [newer])).toEqual({});
  const [, sealed] = sealSessionId("member", "id", config, createKeys([newer, older]));
  for (const secrets of [[newer], ["a third secret, made when the older one had gone 3", newer]])
    expect(await open(sealed, secrets)).toEqual({ sid: "id" });
});
