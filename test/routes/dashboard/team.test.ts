// The team page over HTTP: who sees it, asking somebody in, roles, letting somebody go, in both agencies and every role.
import { expect, test } from "vitest";
import { createMemberLink } from "../../../src/models/members.ts";
import { type World, worldForTest } from "../../support/world.ts";

const PAGE = "/northwind/settings/team";
const TUVA = { name: "Tuva Berg", email: "Tuva@Northwind.example ", role: "member" };

const rowsOf = async <T>(world: World, text: string, values: unknown[] = []) =>
  (await world.database.owner.query(text, values)).rows as T[];

async function idOf(world: World, email: string): Promise<string> {
  const [row] = await rowsOf<{ id: string }>(world, "select id from members where email = $1", [email]);
  return row?.id ?? "";
}

const roleOf = async (world: World, memberId: string) =>
  (
    await rowsOf<{ role: string }>(world, "select role from memberships where member_id = $1 and agency_id = $2", [
      memberId,
      world.northwind.id,
    ])
  )[0]?.role;

test("everybody on the team sees who is on it, and nobody of another agency", async () => {
  const world = await worldForTest();
  for (const role of ["owner", "admin", "member", "viewer"] as const) {
    const visitor = await world.member(world.northwind.members[role]);
    const html = await visitor.page(PAGE);
    for (const { name, email } of Object.values(world.northwind.members)) {
      expect(html).toContain(name);
      expect(html).toContain(email);
    }
    expect(html).not.toContain("rivermark");
    expect([role, html.includes("Add a person")]).toEqual([role, role === "owner" || role === "admin"]);
    expect([role, html.includes(`${PAGE}/${world.northwind.members.owner.id}/`)]).toEqual([role, false]);
  }
  const rafael = await world.member(world.rivermark.members.owner);
  expect((await rafael.get(PAGE)).status).toBe(404);
});

test("a new person is asked in by mail, waits, and is on the team once he has chosen a password", async () => {
  const world = await worldForTest();
  const admin = await world.member(world.northwind.members.admin);
  const answer = await admin.post(PAGE, TUVA);
  expect([answer.status, answer.headers.get("location")]).toEqual([303, PAGE]);
  const tuva = await idOf(world, "tuva@northwind.example");
  expect(await roleOf(world, tuva)).toBe("member");
  const waiting = await admin.page(PAGE);
  expect(waiting).toContain("Waiting to sign in");
  expect(waiting).toContain("by Northwind admin");
  expect(await rowsOf(world, "select kind, email, agency_id from member_mail_requests")).toEqual([
    { kind: "invite", email: "tuva@northwind.example", agency_id: world.northwind.id },
  ]);
  expect(await rowsOf(world, "select kind, lane from jobs")).toEqual([
    { kind: "send-member-reset", lane: "interactive" },
  ]);
  expect(await rowsOf(world, "select member_id, data from events where kind = 'member.added'")).toEqual([
    { member_id: world.northwind.members.admin.id, data: { member: tuva, before: null, after: "member" } },
  ]);
  expect((await admin.post(`${PAGE}/${tuva}/mails`)).status).toBe(303);
  expect(await rowsOf(world, "select from member_mail_requests")).toHaveLength(2);

  const token = await world.deps.globals.run((db) => createMemberLink(db, tuva, 600));
  const browser = await world.member();
  await browser.page(`/reset-password/${token}`);
  const entered = await browser.post(`/reset-password/${token}`, { password: "nineteen quiet herons" });
  expect([entered.status, entered.headers.get("location")]).toEqual([303, "/northwind"]);
  expect(await browser.page(PAGE)).toContain("Tuva Berg");
  expect(await admin.page(PAGE)).not.toContain("Waiting to sign in");
  expect((await admin.post(`${PAGE}/${tuva}/mails`)).status).toBe(404);
});

test("somebody with an account gets a place beside his others, and neither name nor visits are told before he comes", async () => {
  const world = await worldForTest();
  const nora = await world.member(world.northwind.members.owner);
  const { email, name, id } = world.rivermark.members.viewer;
  expect((await nora.post(PAGE, { name: "Somebody", email, role: "viewer" })).status).toBe(303);
  const html = await nora.page(PAGE);
  expect(html).toContain(email);
  expect(html).not.toContain(name);
  for (const path of ["role", "removal"]) {
    await nora.post(`${PAGE}/${id}/${path}`, { role: "member" });
    const said = await nora.page(PAGE);
    expect([said.includes(`${email} is`), said.includes(name)]).toEqual([true, false]);
  }
  expect((await nora.post(PAGE, { name: "Somebody", email, role: "viewer" })).status).toBe(303);
  expect(await rowsOf(world, "select role from memberships where member_id = $1 order by role", [id])).toHaveLength(2);
  const visitor = await world.member(world.rivermark.members.viewer);
  expect((await visitor.get(PAGE)).status).toBe(200);
  expect(await rowsOf(world, "select from member_links where member_id = $1", [id])).toEqual([]);
});

test("what is wrong is told at its field, and what was typed stays", async () => {
  const world = await worldForTest();
  const nora = await world.member(world.northwind.members.owner);
  const wrong: [Partial<typeof TUVA>, string][] = [
    [{ name: " " }, "Enter a name."],
    [{ email: "tuva" }, "Enter an email address such as"],
    [{ role: "king" }, "Choose a role."],
    [{ email: world.northwind.members.viewer.email }, "This person is on the team already."],
  ];
  for (const [more, words] of wrong) {
    const answer = await nora.post(PAGE, { ...TUVA, ...more });
    const html = await answer.text();
    expect([more, answer.status, html.includes(words)]).toEqual([more, 422, true]);
    if (!("email" in more)) expect(html).toContain("Tuva@Northwind.example");
  }
  expect(await rowsOf(world, "select from member_mail_requests")).toEqual([]);
});

test("a role counts from the next request on, and is in the record with before and after", async () => {
  const world = await worldForTest();
  const { owner, viewer } = world.northwind.members;
  const nora = await world.member(owner);
  const visitor = await world.member(viewer);
  expect((await visitor.get(`${PAGE}/new`)).status).toBe(403);
  expect((await nora.post(`${PAGE}/${viewer.id}/role`, { role: "admin" })).status).toBe(303);
  expect((await visitor.get(`${PAGE}/new`)).status).toBe(200);
  await nora.post(`${PAGE}/${viewer.id}/role`, { role: "admin" });
  expect(await rowsOf(world, "select member_id, data from events where kind = 'member.role-changed'")).toEqual([
    { member_id: owner.id, data: { member: viewer.id, before: "viewer", after: "admin" } },
  ]);
});

test("nobody gives more than he has, changes somebody above him, or himself", async () => {
  const world = await worldForTest();
  const { owner, admin, viewer } = world.northwind.members;
  const visitor = await world.member(admin);
  expect((await visitor.post(PAGE, { ...TUVA, role: "owner" })).status).toBe(403);
  expect((await visitor.post(`${PAGE}/${viewer.id}/role`, { role: "owner" })).status).toBe(403);
  expect((await visitor.post(`${PAGE}/${owner.id}/role`, { role: "viewer" })).status).toBe(403);
  expect((await visitor.post(`${PAGE}/${owner.id}/removal`)).status).toBe(403);
  expect(await visitor.page(`${PAGE}/new`)).not.toContain('value="owner"');
  const nora = await world.member(owner);
  await nora.post(`${PAGE}/${owner.id}/role`, { role: "viewer" });
  await nora.post(`${PAGE}/${owner.id}/removal`);
  expect([await roleOf(world, owner.id), await roleOf(world, viewer.id)]).toEqual(["owner", "viewer"]);
  for (const role of ["member", "viewer"] as const) {
    const other = await world.member(world.northwind.members[role]);
    expect((await other.post(PAGE, TUVA)).status).toBe(403);
    expect((await other.post(`${PAGE}/${admin.id}/removal`)).status).toBe(403);
  }
});

test("of two owners who take each other off the team in one moment, one stays", async () => {
  const world = await worldForTest();
  const { owner, admin } = world.northwind.members;
  await world.database.owner.query("update memberships set role = 'owner' where member_id = $1", [admin.id]);
  const [one, other] = [await world.member(owner), await world.member(admin)];
  await Promise.all([one.post(`${PAGE}/${admin.id}/removal`), other.post(`${PAGE}/${owner.id}/removal`)]);
  const owners = await rowsOf(world, "select from memberships where agency_id = $1 and role = 'owner'", [
    world.northwind.id,
  ]);
  expect(owners).toHaveLength(1);
});

test("whoever is taken off the team is out with the next request, and a withdrawn mail's link leads nowhere", async () => {
  const world = await worldForTest();
  const nora = await world.member(world.northwind.members.owner);
  const { member } = world.northwind.members;
  const visitor = await world.member(member);
  expect(await nora.page(`${PAGE}/${member.id}/removal`)).toContain(`Remove ${member.name}`);
  await nora.post(`${PAGE}/${member.id}/removal`);
  expect((await visitor.get("/northwind")).status).toBe(404);
  await nora.post(PAGE, TUVA);
  const tuva = await idOf(world, "tuva@northwind.example");
  const token = await world.deps.globals.run((db) => createMemberLink(db, tuva, 600));
  await nora.post(`${PAGE}/${tuva}/removal`);
  const browser = await world.member();
  expect((await browser.get(`/reset-password/${token}`)).status).toBe(410);
  const strange = world.rivermark.members.member.id;
  expect((await nora.post(`${PAGE}/${strange}/removal`)).status).toBe(404);
  expect((await nora.post(`${PAGE}/${strange}/role`, { role: "viewer" })).status).toBe(404);
  expect(await rowsOf(world, "select role from memberships where member_id = $1", [strange])).toEqual([
    { role: "member" },
  ]);
});
