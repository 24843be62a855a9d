// Revoking and restoring access from the list, from the contact's page and in bulk, with and without JavaScript.
import { describe, expect, it } from "vitest";
import { createAccessLink, findAccessLink } from "../../../src/models/access-links.ts";
import { app } from "../../../src/paths.ts";
import { type World, worldForTest } from "../../support/world.ts";

async function statusOf(world: World, id: string): Promise<string> {
  const { rows } = await world.database.owner.query<{ status: string }>("select status from contacts where id = $1", [
    id,
  ]);
  return rows[0]?.status ?? "gone";
}

const text = (html: string) => html.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");

describe("revoking access", () => {
  it("answers a row's button with that row, the figures and the tabs, and kills links at once", async () => {
    const world = await worldForTest();
    const { id, slug, contacts, members } = world.northwind;
    const contact = contacts.joined;
    const store = world.deps.agencies.open(id);
    const link = await store.write((db) =>
      createAccessLink(db, {
        contactId: contact.id,
        kind: "magic",
        destination: "/",
        lifetimeSeconds: 3600,
        uses: "once",
      }),
    );
    const visitor = await world.member(members.member);
    const headers = { "hx-current-url": `http://localhost:3000/${slug}?status=joined` };
    const options = { htmx: `contact-${contact.id}`, headers };
    const html = await (await visitor.post(app.revocations(slug), { contact: contact.id }, options)).text();
    expect(html.match(/<tr/g)).toHaveLength(1);
    expect(html).toContain(`hx-target="#contact-${contact.id}"`);
    expect(text(html)).toContain("Access of Northwind joined client revoked");
    expect(text(html)).toContain("Joined 0 Revoked 2");
    expect(html).toContain(`href="/${slug}?status=revoked"`);
    expect(await statusOf(world, contact.id)).toBe("revoked");
    expect((await store.read((db) => findAccessLink(db, link.token)))?.state).toBe("withdrawn");

    const restored = await (await visitor.post(app.restorations(slug), { contact: contact.id }, options)).text();
    expect(text(restored)).toContain("Access of Northwind joined client restored");
    expect(await statusOf(world, contact.id)).toBe("joined");
    expect((await store.read((db) => findAccessLink(db, link.token)))?.state).toBe("withdrawn");
  });

  it("leads a plain form back to the list it came from, or to the contact's page", async () => {
    const world = await worldForTest();
    const { slug, contacts, members } = world.northwind;
    const visitor = await world.member(members.member);
    const fields = { contact: contacts.invited.id, status: "invited", q: "client", sort: "name" };
    const done = await visitor.post(app.revocations(slug), fields);
    expect([done.status, done.headers.get("location")]).toEqual([303, `/${slug}?status=invited&q=client&sort=name`]);
    expect(await visitor.page(app.portal(slug))).toContain("Access of Northwind invited client revoked");
    const there = await visitor.post(app.restorations(slug), { contact: contacts.invited.id, from: "contact" });
    expect(there.headers.get("location")).toBe(app.contact(slug, contacts.invited.id));
    expect(await statusOf(world, contacts.invited.id)).toBe("invited");
  });

  it("asks first when several are chosen, and says how many and who is left out", async () => {
    const world = await worldForTest();
    const { slug, contacts, members } = world.northwind;
    const visitor = await world.member(members.member);
    const chosen = Object.values(contacts)
      .map(({ id }) => `contact=${id}`)
      .join("&");
    const ask = await visitor.page(`${app.revocations(slug)}?${chosen}`);
    expect(ask).toContain("Revoke access of 3 contacts");
    expect(ask).toContain("1 contact is left out: access is revoked already.");
    expect(ask).toContain("<dialog");
    expect(await statusOf(world, contacts.joined.id)).toBe("joined");
    const dialog = await visitor.page(`${app.revocations(slug)}?all=1&status=joined`, { htmx: "dialog" });
    expect(dialog).toMatch(/^<dialog/);
    expect(dialog).toContain("Revoke access of 1 contact<");
    expect(dialog).toContain('name="status" value="joined"');
    const one = await visitor.post(app.revocations(slug), { contact: contacts["not-invited"].id }, { htmx: "dialog" });
    expect(await one.text()).toContain('<hx-partial hx-target="#dialog" hx-swap="innerHTML"></hx-partial>');
    const all = await visitor.post(app.revocations(slug), { all: "1", q: "northwind" });
    expect(all.headers.get("location")).toBe(app.portal(slug));
    for (const { id } of Object.values(contacts)) expect(await statusOf(world, id)).toBe("revoked");
    const nobody = await visitor.page(`${app.revocations(slug)}?all=1&status=bogus`);
    expect(nobody).toContain("Nobody is chosen who has access.");
  });

  it("lets the open list ask for itself again after a bulk action", async () => {
    const world = await worldForTest();
    const { slug, contacts, members } = world.northwind;
    const visitor = await world.member(members.member);
    const headers = { "hx-current-url": `http://localhost:3000/${slug}?q=client` };
    const fields = { contact: [contacts.joined.id, contacts.invited.id] };
    const html = await (await visitor.post(app.revocations(slug), fields, { htmx: "dialog", headers })).text();
    expect(html).toContain("Access of 2 contacts revoked");
    expect(html).toMatch(new RegExp(`hx-get="/${slug}\\?q=client"[^>]*hx-trigger="load"`));
    const elsewhere = { "hx-current-url": "https://evil.example/northwind" };
    expect(
      await (await visitor.post(app.restorations(slug), fields, { htmx: "dialog", headers: elsewhere })).text(),
    ).not.toContain("evil");
  });

  it("needs a member, and never reaches another agency", async () => {
    const world = await worldForTest();
    const { slug, contacts, members } = world.northwind;
    const { id } = contacts.joined;
    const viewer = await world.member(members.viewer);
    for (const path of [app.revocations(slug), app.restorations(slug)])
      expect((await viewer.post(path, { contact: id })).status).toBe(403);
    expect((await viewer.get(app.revocations(slug))).status).toBe(403);
    const rafael = await world.member(world.rivermark.members.owner);
    for (const path of [app.revocations(world.rivermark.slug), app.restorations(world.rivermark.slug)])
      for (const unknown of [id, "019a0000-0000-7000-8000-000000000000"])
        expect((await rafael.post(path, { contact: unknown })).status).toBe(404);
    await rafael.post(app.revocations(world.rivermark.slug), { contact: [id, contacts.invited.id] });
    await rafael.post(app.revocations(world.rivermark.slug), { all: "1" });
    expect((await rafael.post(app.revocations(slug), { contact: id })).status).toBe(404);
    expect(await statusOf(world, id)).toBe("joined");
    expect(await statusOf(world, contacts.invited.id)).toBe("invited");
  });
});
