// Visitors who come at the same moment share statements, and each gets his own answer: his session, his page, or what became of his link.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../../../src/models/limits.ts";
import { portal } from "../../../src/paths.ts";
import type { Visitor } from "../../support/visitor.ts";
import { createWorld, type World, type WorldAgency } from "../../support/world.ts";
import { countSessions, enter, makeLink, restore } from "./portal-world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => restore(world));
afterAll(() => world.close());

const change = (text: string, ...values: unknown[]) => world.database.owner.query(text, values);

/** A visitor who has the page of a link open. */
async function beforeButton(agency: WorldAgency, path: string): Promise<Visitor> {
  const visitor = world.client(agency);
  await visitor.page(path);
  return visitor;
}

describe("buttons pressed at the same moment", () => {
  it("let each in as himself, at his own agency", async () => {
    const people = [world.northwind, world.rivermark].flatMap((agency) =>
      [agency.contacts.joined, agency.contacts.invited].map((contact) => ({ agency, contact })),
    );
    const ready = await Promise.all(
      people.map(async ({ agency, contact }) => {
        const path = portal.link(await makeLink(world, agency, contact.id));
        return { contact, path, visitor: await beforeButton(agency, path) };
      }),
    );
    const answers = await Promise.all(ready.map(({ visitor, path }) => visitor.post(path)));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303]);
    const pages = await Promise.all(ready.map(({ visitor }) => visitor.page(portal.profile())));
    for (const [at, { contact }] of ready.entries()) {
      expect(pages[at]).toContain(contact.email);
      expect(await countSessions(world, contact.id)).toBe(1);
    }
  });

  it("of one link let one in and tell the others that it was used, while other links work", async () => {
    const { joined, invited, "not-invited": uninvited } = world.northwind.contacts;
    const link = async ({ id }: { id: string }) => portal.link(await makeLink(world, world.northwind, id));
    const [shared, withdrawn, fine] = [await link(joined), await link(uninvited), await link(invited)];
    const ready = await Promise.all(
      [shared, withdrawn, shared, fine, shared].map(async (path) => ({
        path,
        visitor: await beforeButton(world.northwind, path),
      })),
    );
    await change("update access_links set revoked_at = now() where contact_id = $1", uninvited.id);
    const answers = await Promise.all(
      ready.map(async ({ path, visitor }) => {
        const response = await visitor.post(path);
        return { path, status: response.status, text: await response.text() };
      }),
    );
    const told = answers.filter(({ path, status }) => path === shared && status === 200);
    expect(told).toHaveLength(2);
    for (const { text } of told) expect(text).toContain("This link has been used");
    expect(answers[1]).toMatchObject({
      status: 200,
      text: expect.stringContaining("This link was withdrawn") as string,
    });
    expect(answers[3]?.status).toBe(303);
    expect(await countSessions(world, joined.id)).toBe(1);
    expect(await countSessions(world, invited.id)).toBe(1);
    expect(await countSessions(world, uninvited.id)).toBe(0);
  });

  it("are counted exactly: as many get through from one address as the limit says", async () => {
    const { joined } = world.northwind.contacts;
    const path = portal.link(
      await makeLink(world, world.northwind, joined.id, { kind: "magic", uses: "until-expired" }),
    );
    const visitors = await Promise.all(
      Array.from({ length: limits.linkUses.max + 5 }, () => beforeButton(world.northwind, path)),
    );
    const answers = await Promise.all(visitors.map((visitor) => visitor.post(path)));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(limits.linkUses.max);
    for (const { status, headers } of answers)
      if (status === 429) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

describe("pages asked for at the same moment", () => {
  it("are each reader's own", async () => {
    const people = [world.northwind, world.rivermark].flatMap((agency) =>
      [agency.contacts.joined, agency.contacts.invited].map((contact) => ({ agency, contact })),
    );
    const readers = await Promise.all(
      people.map(({ agency, contact }) => enter(world, agency, contact.id, world.client(agency))),
    );
    const asked = [...readers, ...readers, ...readers];
    const pages = await Promise.all(asked.map((reader) => reader.page(portal.home())));
    for (const [at, page] of pages.entries())
      for (const { contact } of people) {
        const mine = contact === people[at % people.length]?.contact;
        expect(page.includes(contact.email)).toBe(mine);
      }
  });

  it("are refused from the moment that access was revoked, however many others are being answered", async () => {
    const { joined, invited } = world.northwind.contacts;
    const leaver = await enter(world, world.northwind, joined.id, world.client(world.northwind));
    const other = await enter(world, world.northwind, invited.id, world.client(world.northwind));
    const stranger = await enter(
      world,
      world.rivermark,
      world.rivermark.contacts.joined.id,
      world.client(world.rivermark),
    );
    const everybody = () => [leaver, other, stranger].map(async (reader) => (await reader.get(portal.home())).status);
    const before = Array.from({ length: 5 }, everybody).flat();
    await change("update contacts set revoked_at = now() where id = $1", joined.id);
    const after = Array.from({ length: 5 }, () => Promise.all(everybody()));
    for (const statuses of await Promise.all(after)) expect(statuses).toEqual([303, 200, 200]);
    for (const status of await Promise.all(before)) expect([200, 303]).toContain(status);
  });
});
