// A forgotten password: asking tells nothing, looking changes nothing, and a link sets one password once.
import { expect, test } from "vitest";
import { createMemberLink } from "../../../src/models/members.ts";
import { PASSWORD, type World, worldForTest } from "../../support/world.ts";

const fresh = "another few words in a row";

const linkFor = (world: World, memberId: string, seconds = 60) =>
  world.deps.globals.run((db) => createMemberLink(db, memberId, seconds));

test("asking for a link answers the same for an address with an account and for one without", async () => {
  const world = await worldForTest();
  const answers = [];
  for (const email of [world.northwind.members.owner.email, "nobody@nowhere.example"]) {
    const browser = await world.member();
    await browser.page("/forgot-password");
    const answer = await browser.post("/forgot-password", { email });
    const page = await browser.page(answer.headers.get("location") ?? "");
    answers.push({
      status: answer.status,
      location: answer.headers.get("location"),
      headers: [...answer.headers.keys()].sort(),
      page,
    });
  }
  expect(answers[0]).toMatchObject({ status: 303, location: "/forgot-password?sent" });
  expect(answers[0]?.page).toContain("Check your email");
  expect(answers[1]).toEqual(answers[0]);
  const { rows } = await world.database.owner.query("select kind from jobs");
  expect(rows).toEqual([{ kind: "send-member-reset" }, { kind: "send-member-reset" }]);
});

test("what is no address is told at its field", async () => {
  const world = await worldForTest();
  const answer = await (await world.member()).post("/forgot-password", { email: "nora" });
  expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining("Enter an email address")]);
});

test("looking at a link any number of times changes nothing and shows the account masked", async () => {
  const world = await worldForTest();
  const token = await linkFor(world, world.northwind.members.owner.id);
  const browser = await world.member();
  for (let i = 0; i < 5; i++) {
    await browser.head(`/reset-password/${token}`);
    const html = await browser.page(`/reset-password/${token}`);
    expect(html).toContain("o•••@northwind.example");
    expect(html).not.toContain(world.northwind.members.owner.email);
  }
  const { rows } = await world.database.owner.query("select used_at from member_links");
  expect(rows).toEqual([{ used_at: null }]);
});

test("the link sets the password once, ends every session and signs this browser in", async () => {
  const world = await worldForTest();
  const { owner } = world.northwind.members;
  const elsewhere = await world.member(owner);
  const other = await world.member(world.rivermark.members.owner);
  const token = await linkFor(world, owner.id);
  const browser = await world.member();
  await browser.page(`/reset-password/${token}`);
  const answer = await browser.post(`/reset-password/${token}`, { password: fresh });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/northwind"]);
  expect((await browser.get("/agencies")).status).toBe(200);
  expect((await elsewhere.get("/agencies")).status).toBe(303);
  expect((await other.get("/agencies")).status).toBe(200);
  const again = await browser.post(`/reset-password/${token}`, { password: `${fresh} more` });
  expect([again.status, await again.text()]).toEqual([410, expect.stringContaining("This link has been used")]);
  const later = await world.member();
  expect((await later.post("/sign-in", { email: owner.email, password: PASSWORD })).status).toBe(422);
  expect((await later.post("/sign-in", { email: owner.email, password: fresh })).status).toBe(303);
});

test("a password that will not do leaves the link as it was", async () => {
  const world = await worldForTest();
  const token = await linkFor(world, world.northwind.members.owner.id);
  const browser = await world.member();
  const answer = await browser.post(`/reset-password/${token}`, { password: "short" });
  expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining("Use 15 characters or more.")]);
  expect((await browser.post(`/reset-password/${token}`, { password: fresh })).status).toBe(303);
});

test("a dead link says what happened and offers another", async () => {
  const world = await worldForTest();
  const browser = await world.member();
  const expired = await linkFor(world, world.northwind.members.owner.id, -1);
  for (const [token, status, words] of [
    [expired, 410, "This link has expired"],
    ["A".repeat(43), 404, "This link does not work"],
    ["x", 404, "This link does not work"],
  ] as const) {
    for (const answer of [
      await browser.get(`/reset-password/${token}`),
      await browser.post(`/reset-password/${token}`, { password: fresh }),
    ]) {
      const html = await answer.text();
      expect([answer.status, html]).toEqual([status, expect.stringContaining(words)]);
      expect(html).toContain('href="/forgot-password"');
    }
  }
});

test("the link of one member opens nothing of another, and no log line holds it", async () => {
  const world = await worldForTest();
  const token = await linkFor(world, world.rivermark.members.owner.id);
  const browser = await world.member(world.northwind.members.owner);
  expect((await browser.post(`/reset-password/${token}`, { password: fresh })).headers.get("location")).toBe(
    "/rivermark",
  );
  expect((await browser.get("/northwind")).status).not.toBe(200);
  expect(world.logged.join("")).not.toContain(token);
});

test("one address asks for twenty links an hour and no more", async () => {
  const world = await worldForTest();
  const browser = await world.member();
  const statuses = [];
  for (let i = 0; i < 21; i++)
    statuses.push((await browser.post("/forgot-password", { email: `n${i}@nowhere.example` })).status);
  expect(statuses.slice(0, 20)).toEqual(Array(20).fill(303));
  expect(statuses[20]).toBe(429);
});
