// Choosing between agencies, and adding one: each member sees his own, and only where the operator allows it is there another.
import { expect, test } from "vitest";
import { countRows, worldForTest } from "../../support/world.ts";

test("a member of two agencies chooses between them; one of a single agency never has to", async () => {
  const world = await worldForTest();
  const { owner } = world.northwind.members;
  await world.database.owner.query("insert into memberships (agency_id, member_id, role) values ($1, $2, 'viewer')", [
    world.rivermark.id,
    owner.id,
  ]);
  const nora = await world.member(owner);
  expect((await nora.get("/")).headers.get("location")).toBe("/agencies");
  const html = await nora.page("/agencies");
  expect(html).toContain('href="/northwind"');
  expect(html).toContain('href="/rivermark"');
  expect(html).toContain("Viewer");
  const rafael = await world.member(world.rivermark.members.owner);
  expect((await rafael.get("/")).headers.get("location")).toBe("/rivermark");
  expect(await rafael.page("/agencies")).not.toContain("northwind");
});

test("a member adds an agency and owns it; his old ones and everybody else's stay as they are", async () => {
  const world = await worldForTest();
  const nora = await world.member(world.northwind.members.viewer);
  expect(await nora.page("/agencies/new")).toContain("Add an agency");
  const answer = await nora.post("/agencies/new", { agency: "Second", slug: "" });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/second"]);
  const { rows } = await world.database.owner.query(
    "select member_id, role from memberships join agencies on id = agency_id where slug = 'second'",
  );
  expect(rows).toEqual([{ member_id: world.northwind.members.viewer.id, role: "owner" }]);
  expect(await countRows(world, "memberships", world.rivermark.id)).toBe(4);
});

test("a taken or impossible address is told at its field and what was typed is kept", async () => {
  const world = await worldForTest();
  const nora = await world.member(world.northwind.members.owner);
  const taken = await nora.post("/agencies/new", { agency: "Mine", slug: "rivermark" });
  expect([taken.status, await taken.text()]).toEqual([
    422,
    expect.stringContaining("Another agency has this address."),
  ]);
  const empty = await nora.post("/agencies/new", { agency: "", slug: "Fine" });
  const html = await empty.text();
  expect([empty.status, html]).toEqual([422, expect.stringContaining("Enter the agency’s name.")]);
  expect(html).toContain('value="Fine"');
});

test("where sign-up is closed members add no agencies either", async () => {
  const world = await worldForTest({ SIGNUPS: "closed" });
  const nora = await world.member(world.northwind.members.owner);
  expect((await nora.get("/agencies/new")).status).toBe(403);
  expect((await nora.post("/agencies/new", { agency: "Second" })).status).toBe(403);
  expect(await nora.page("/agencies")).not.toContain("/agencies/new");
});
