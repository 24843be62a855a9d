// Signing in and out: the same answer whoever asks, few tries, a new session each time, and no way out of one's own agencies.
import { expect, test } from "vitest";
import { countRows, PASSWORD, worldForTest } from "../../support/world.ts";

const wrong = { password: "wrong-horse-battery" };

test("the owner signs in, lands on the agency's Client portal page and has a session that only the cookie's holder knows", async () => {
  const world = await worldForTest();
  const browser = await world.member();
  await browser.page("/sign-in");
  const answer = await browser.post("/sign-in", { email: " Owner@Northwind.example ", password: PASSWORD });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/northwind"]);
  const { rows } = await world.database.owner.query("select member_id, method, address from member_sessions");
  expect(rows).toEqual([{ member_id: world.northwind.members.owner.id, method: "password", address: "127.0.0.1" }]);
  expect((await browser.get("/")).headers.get("location")).toBe("/northwind");
  expect(await countRows(world, "events", world.northwind.id)).toBe(1);
  expect(await countRows(world, "events", world.rivermark.id)).toBe(0);
});

test("an unknown address, a wrong password and what is no address get the same status, headers and words", async () => {
  const world = await worldForTest();
  const answers = [];
  for (const email of [world.northwind.members.owner.email, "nobody@northwind.example", "not an address"]) {
    const browser = await world.member();
    await browser.page("/sign-in");
    const answer = await browser.post("/sign-in", { email, ...wrong });
    const html = (await answer.text()).replaceAll(email, "EMAIL").replace(/name="form_token" value="[^"]+"/, "");
    answers.push({ status: answer.status, headers: [...answer.headers.keys()].sort(), html });
  }
  expect(answers[0]?.status).toBe(422);
  expect(answers[0]?.html).toContain("don’t match");
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});

test("what was typed is kept, but not the password", async () => {
  const world = await worldForTest();
  const browser = await world.member();
  const html = await (
    await browser.post("/sign-in", { email: "nora@northwind.example", ...wrong, next: "/northwind" })
  ).text();
  expect(html).toContain('value="nora@northwind.example"');
  expect(html).toContain('name="next" value="/northwind"');
  expect(html).not.toContain(wrong.password);
  const empty = await browser.post("/sign-in", {});
  expect([empty.status, await empty.text()]).toEqual([422, expect.stringContaining("Enter your work email.")]);
});

test("five wrong passwords lock an account for a while, for the right one too, and nobody else's", async () => {
  const world = await worldForTest();
  const { owner, admin } = world.northwind.members;
  const browser = await world.member();
  for (let i = 0; i < 5; i++)
    expect((await browser.post("/sign-in", { email: owner.email, ...wrong })).status).toBe(422);
  const locked = await browser.post("/sign-in", { email: owner.email, password: PASSWORD });
  expect(locked.status).toBe(429);
  expect(Number(locked.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await locked.text()).toContain("Too many tries.");
  expect((await browser.post("/sign-in", { email: admin.email, password: PASSWORD })).status).toBe(303);
});

test("an account that nobody has locks in the same way", async () => {
  const world = await worldForTest();
  const browser = await world.member();
  const statuses = [];
  for (let i = 0; i < 6; i++)
    statuses.push((await browser.post("/sign-in", { email: "nobody@nowhere.example", ...wrong })).status);
  expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
});

test("ten wrong passwords from one address end its tries, whatever the accounts, and those at once count too", async () => {
  const world = await worldForTest();
  const browser = await world.member();
  const tries = Array.from({ length: 14 }, (_, i) =>
    browser.post("/sign-in", { email: `nobody${i}@nowhere.example`, ...wrong }),
  );
  const statuses = (await Promise.all(tries)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 422)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(4);
});

test("a right password forgets the wrong ones before it and costs its address nothing", async () => {
  const world = await worldForTest();
  const { owner } = world.northwind.members;
  for (let round = 0; round < 4; round++) {
    const browser = await world.member();
    for (let i = 0; i < 2; i++) await browser.post("/sign-in", { email: owner.email, ...wrong });
    expect((await browser.post("/sign-in", { email: owner.email, password: PASSWORD })).status).toBe(303);
  }
  const { rows } = await world.database.owner.query("select key, hits from limits where key like 'password-%'");
  expect(rows).toEqual([{ key: "password-address:127.0.0.1", hits: 8 }]);
});

test("when limits cannot be kept, signing in is refused rather than let through", async () => {
  const world = await worldForTest();
  await world.database.owner.query("alter table limits rename to limits_away");
  const browser = await world.member();
  const answer = await browser.post("/sign-in", { email: world.northwind.members.owner.email, password: PASSWORD });
  expect(answer.status).toBeGreaterThanOrEqual(500);
  expect(browser.cookies.has("member")).toBe(false);
});

test("signing in never takes over a session id that the browser brought, and ends the session it had", async () => {
  const world = await worldForTest();
  const { owner, admin } = world.northwind.members;
  const browser = await world.member(owner);
  const before = browser.cookies.get("member");
  const answer = await browser.post("/sign-in", { email: admin.email, password: PASSWORD });
  expect(answer.status).toBe(303);
  expect(browser.cookies.get("member")).not.toBe(before);
  const { rows } = await world.database.owner.query("select member_id from member_sessions");
  expect(rows).toEqual([{ member_id: admin.id }]);
});

test("the next page is one of the member's own agencies or the usual one, never another host or agency", async () => {
  const world = await worldForTest();
  const { owner } = world.northwind.members;
  for (const [next, location] of [
    [
      "/northwind/contacts/0198c0de-aaaa-7000-8000-1234567890ab",
      "/northwind/contacts/0198c0de-aaaa-7000-8000-1234567890ab",
    ],
    ["/rivermark", "/northwind"],
    ["//evil.example/northwind", "/northwind"],
    ["https://evil.example", "/northwind"],
  ] as const) {
    const browser = await world.member();
    expect(await browser.page(`/sign-in?next=${encodeURIComponent(next)}`)).toContain("Sign in");
    const answer = await browser.post("/sign-in", { email: owner.email, password: PASSWORD, next });
    expect(answer.headers.get("location")).toBe(location);
    expect((await browser.get(`/sign-in?next=${encodeURIComponent(next)}`)).headers.get("location")).toBe(location);
  }
});

test("a page that needs a member leads to signing in and back", async () => {
  const world = await worldForTest();
  const browser = await world.member();
  const answer = await browser.get("/agencies/new");
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in?next=%2Fagencies%2Fnew"]);
  expect((await browser.get("/")).headers.get("location")).toBe("/sign-in");
});

test("signing out ends the row, so the old cookie opens nothing, and asking twice is no error", async () => {
  const world = await worldForTest();
  const browser = await world.member(world.northwind.members.owner);
  const cookie = browser.cookies.get("member") ?? "";
  expect((await browser.get("/agencies")).status).toBe(200);
  const answer = await browser.post("/sign-out");
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in"]);
  expect(browser.cookies.has("member")).toBe(false);
  browser.cookies.set("member", cookie);
  expect((await browser.get("/agencies")).status).toBe(303);
  expect((await browser.post("/sign-out")).status).toBe(303);
  const other = await world.member(world.northwind.members.admin);
  await other.get("/sign-out");
  expect((await other.get("/agencies")).status).toBe(200);
});

test("no address and no password is in the log in clear", async () => {
  const world = await worldForTest();
  const browser = await world.member();
  await browser.post("/sign-in", { email: world.northwind.members.owner.email, password: PASSWORD });
  await browser.post("/sign-in", { email: world.northwind.members.owner.email, ...wrong });
  const log = world.logged.join("");
  for (const secret of [world.northwind.members.owner.email, PASSWORD, wrong.password])
    expect(log).not.toContain(secret);
});

test("a sign-in form from another site is refused", async () => {
  const world = await worldForTest();
  const browser = await world.member();
  for (const site of ["cross-site", "same-site", "none"]) {
    const answer = await browser.post(
      "/sign-in",
      { email: "a@b.example", ...wrong },
      { headers: { "sec-fetch-site": site } },
    );
    expect(answer.status).toBe(403);
  }
});
