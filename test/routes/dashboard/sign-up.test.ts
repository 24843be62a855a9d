// Signing up: an agency, its owner and a session, or nothing at all; and only where the operator allows it.
import { expect, test } from "vitest";
import { worldForTest } from "../../support/world.ts";

const halden = {
  agency: "Halden & Rye",
  slug: "",
  name: "Ingrid Rye",
  email: "Ingrid@Haldenrye.example",
  password: "a few words in a row",
};

test("somebody new creates an agency, is signed in and sees its page; the other agencies are not his", async () => {
  const world = await worldForTest();
  const browser = await world.member();
  expect(await browser.page("/sign-up")).toContain("Create an agency");
  const answer = await browser.post("/sign-up", halden);
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/halden-and-rye"]);
  expect((await browser.get("/")).headers.get("location")).toBe("/halden-and-rye");
  const { rows } = await world.database.owner.query(
    "select a.name, m.email, m.name as owner, role, h.name as host, h.selected_at is not null as selected from agencies a join memberships on agency_id = a.id join members m on m.id = member_id join hosts h on h.agency_id = a.id where slug = 'halden-and-rye'",
  );
  expect(rows).toEqual([
    {
      name: "Halden & Rye",
      email: "ingrid@haldenrye.example",
      owner: "Ingrid Rye",
      role: "owner",
      host: "halden-and-rye",
      selected: true,
    },
  ]);
  expect((await browser.get("/sign-in?next=%2Frivermark")).headers.get("location")).toBe("/halden-and-rye");
});

test("the new portal has its own host at once", async () => {
  const world = await worldForTest();
  const browser = await world.member();
  expect((await browser.post("/sign-up", { ...halden, slug: "halden" })).status).toBe(303);
  const door = await world.deps.hosts.find("halden.portal.localhost:3000");
  expect(door).toMatchObject({ kind: "portal", portal: { slug: "halden", name: "Halden & Rye", selected: true } });
});

test.each([
  ["agency", { agency: "  " }, "Enter the agency’s name."],
  ["slug", { slug: "sign-in" }, "kept for Portico"],
  ["slug", { slug: "a" }, "Use 2 to 40 characters."],
  ["slug", { slug: "bad_slug" }, "Use small letters"],
  ["slug", { slug: "rivermark" }, "Another agency has this address."],
  ["slug", { agency: "李小龍" }, "No address can be made from this name."],
  ["name", { name: "" }, "Enter your name."],
  ["email", { email: "ingrid" }, "Enter an email address"],
  ["email", { email: "owner@northwind.example" }, "has an account already"],
  ["password", { password: "too short" }, "Use 15 characters or more."],
  ["password", { password: "passwordpassword" }, "others would try"],
])("a wrong %s is told at its field, the rest is kept and nothing is made: %j", async (field, change, words) => {
  const world = await worldForTest();
  const browser = await world.member();
  const answer = await browser.post("/sign-up", { ...halden, ...change });
  const html = await answer.text();
  expect(answer.status).toBe(422);
  const error = new RegExp(`id="${field}-error"[^>]*>.*?</p>`, "s").exec(html)?.[0];
  expect(error).toContain(words);
  expect(html).not.toContain(halden.password);
  expect(html).toContain(`value="${{ ...halden, ...change }.email}"`);
  expect(browser.cookies.has("member")).toBe(false);
  const { rows } = await world.database.owner.query("select count(*) as n from agencies");
  expect(rows[0].n).toBe(2);
});

test("every fault is told at once", async () => {
  const world = await worldForTest();
  const html = await (await (await world.member()).post("/sign-up", {})).text();
  for (const field of ["agency", "name", "email", "password"]) expect(html).toContain(`id="${field}-error"`);
});

test("the address is suggested from the name as it is typed, free, and never over one that was typed", async () => {
  const world = await worldForTest();
  const browser = await world.member();
  const suggest = (query: string) => browser.page(`/sign-up?${query}`, { htmx: "slug-field" });
  expect(await suggest("agency=Rivermark")).toContain('value="rivermark-2"');
  expect(await suggest("agency=Halden+%26+Rye&slug=mine")).toContain('value="mine"');
  expect(await suggest("agency=Harlow&slug=halden&suggested=halden")).toContain('value="harlow"');
  expect(await suggest("agency=Halden")).toMatch(/^<div id="slug-field">/);
});

test("where sign-up is closed the page says so, nothing is made, and the sign-in page does not offer it", async () => {
  const world = await worldForTest({ SIGNUPS: "closed" });
  const browser = await world.member();
  const page = await browser.get("/sign-up");
  expect([page.status, await page.text()]).toEqual([403, expect.stringContaining("Sign-up is closed")]);
  expect((await browser.post("/sign-up", halden)).status).toBe(403);
  expect(await browser.page("/sign-in")).not.toContain("Create an agency");
  const { rows } = await world.database.owner.query("select count(*) as n from agencies");
  expect(rows[0].n).toBe(2);
});

test("one address creates ten agencies an hour and no more", async () => {
  const world = await worldForTest();
  const browser = await world.member();
  const statuses = [];
  for (let i = 0; i < 11; i++) {
    browser.cookies.delete("member");
    statuses.push((await browser.post("/sign-up", { ...halden, email: `ingrid${i}@haldenrye.example` })).status);
  }
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(303));
  expect(statuses[10]).toBe(429);
});

test("a body that is too large is refused before it is read", async () => {
  const world = await worldForTest();
  expect((await (await world.member()).post("/sign-up", { ...halden, name: "a".repeat(5000) })).status).toBe(413);
});
