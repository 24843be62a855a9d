// Tags on contacts: added and taken away one by one and by the list, seen in the row, and a filter that every action on "all" keeps to.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { app } from "../../../src/paths.ts";
import type { Visitor } from "../../support/visitor.ts";
import { createWorld, type World } from "../../support/world.ts";

let world: World;
let owner: Visitor;
beforeAll(async () => {
  world = await createWorld();
  owner = await world.member(world.northwind.members.owner);
});
beforeEach(async () => {
  for (const table of ["contact_tags", "events"]) await world.database.owner.query(`delete from ${table}`);
  await owner.page(app.portal("northwind"));
});
afterAll(() => world.close());

const TAGS = app.contactTags("northwind");
const tagged = async (tag: string) =>
  (
    await world.database.owner.query("select contact_id from contact_tags where tag = $1 order by contact_id", [tag])
  ).rows.map(({ contact_id }) => contact_id as string);
const add = (fields: Record<string, string | string[]>) => owner.post(TAGS, { change: "add", ...fields });

describe("tags", () => {
  it("are added to one contact, in one spelling, and stand in his row and on his page", async () => {
    const { joined } = world.northwind.contacts;
    await add({ contact: joined.id, tags: "  VIP , Q4  launch,vip" });
    expect(await tagged("vip")).toEqual([joined.id]);
    expect(await tagged("q4 launch")).toEqual([joined.id]);
    for (const path of [app.portal("northwind"), app.contact("northwind", joined.id)])
      expect(await owner.page(path)).toMatch(/class="badge" href="\/northwind\?tag=vip"/);
    const { rows } = await world.database.owner.query(
      "select kind, data from events where kind like 'contact.%tagged'",
    );
    expect(rows).toEqual([{ kind: "contact.tagged", data: { tags: ["q4 launch", "vip"] } }]);
  });

  it("are added to all that a filter matches and taken from some of them", async () => {
    const { rows } = await world.database.owner.query(
      "select id from contacts where agency_id = $1 and status = 'invited'",
      [world.northwind.id],
    );
    await add({ all: "1", status: "invited", tags: "chase" });
    expect((await tagged("chase")).length).toBe(rows.length);
    const two = rows.slice(0, 1).map(({ id }) => id as string);
    await owner.post(TAGS, { change: "remove", contact: two, tags: "chase" });
    expect(await tagged("chase")).not.toContain(two[0]);
    expect((await tagged("chase")).length).toBe(rows.length - 1);
  });

  it("narrow the list by its address, together with a status and a search, and page through it", async () => {
    const { joined, invited } = world.northwind.contacts;
    await add({ contact: [joined.id, invited.id], tags: "vip" });
    const rowsIn = (html: string) =>
      [...html.matchAll(/id="contact-([0-9a-f-]{36})"/g)].map(([, id = ""]) => id).sort((a, b) => a.localeCompare(b));
    const list = (filters: object) => owner.page(app.portal("northwind", { tag: "vip", ...filters }));
    expect(rowsIn(await list({}))).toEqual([joined.id, invited.id].sort((a, b) => a.localeCompare(b)));
    expect(rowsIn(await list({ status: "joined" }))).toEqual([joined.id]);
    expect(rowsIn(await list({ q: invited.email }))).toEqual([invited.id]);
    expect(await list({ status: "revoked" })).toContain("Nobody here has the tag “vip”");
    expect(await list({})).toContain("Tagged <b>vip</b>");
  });

  it("an action on all that match keeps to the tag", async () => {
    const { joined } = world.northwind.contacts;
    await add({ contact: joined.id, tags: "vip" });
    for (const path of [
      app.loginEmails("northwind"),
      app.invitations("northwind"),
      TAGS,
      app.revocations("northwind"),
    ]) {
      const html = await owner.page(`${path}?all=1&tag=vip`);
      expect(html).toContain('name="tag" value="vip"');
    }
    expect(await owner.page(`${app.revocations("northwind")}?all=1&tag=vip`)).toContain("Revoke access of 1 contact");
  });

  it("that cannot be are refused in words, and what was typed is kept", async () => {
    const { joined } = world.northwind.contacts;
    for (const [tags, words] of [
      [" , ", "Write a tag."],
      ["x".repeat(41), "A tag has at most 40 characters."],
      [Array.from({ length: 11 }, (_, at) => `t${at}`).join(","), "Use at most 10 tags at once."],
    ] as const) {
      const response = await add({ contact: joined.id, tags });
      expect(response.status).toBe(422);
      expect(await response.text()).toContain(words);
    }
  });

  it("are nothing to another agency and a viewer", async () => {
    const theirs = world.rivermark.contacts.joined;
    expect((await add({ contact: theirs.id, tags: "vip" })).status).toBe(404);
    expect(await tagged("vip")).toEqual([]);
    await add({ contact: world.northwind.contacts.joined.id, tags: "vip" });
    const rival = await world.member(world.rivermark.members.owner);
    expect(await rival.page(app.contactTags("rivermark"))).not.toContain("vip");
    const viewer = await world.member(world.northwind.members.viewer);
    expect((await viewer.get(TAGS)).status).toBe(403);
  });
});
