// The contact page: what it tells, what can be changed on it, and that it belongs to one agency.
import { describe, expect, it } from "vitest";
import { createAccessLink, redeemAccessLink } from "../../../src/models/access-links.ts";
import { queueEmail } from "../../../src/models/emails.ts";
import { app } from "../../../src/paths.ts";
import { countRows, type World, worldForTest } from "../../support/world.ts";

const UNKNOWN = "019a0000-0000-7000-8000-000000000000";
const text = (html: string) =>
  html
    .replace(/<template.*?<\/template>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");

/** Gives a contact an invite, a magic link that he used, and so a session. */
async function live(world: World, contactId: string) {
  const store = world.deps.agencies.open(world.northwind.id);
  const madeBy = world.northwind.members.owner.id;
  return store.write(async (db) => {
    await queueEmail(db, {
      kind: "login-email",
      contactId,
      sentBy: madeBy,
      lifetimeSeconds: 3600,
      lane: "interactive",
    });
    const link = await createAccessLink(db, {
      contactId,
      kind: "magic",
      destination: "/profile",
      lifetimeSeconds: 86_400,
      uses: "until-expired",
      madeBy,
    });
    await redeemAccessLink(db, link.token, {
      host: world.northwind.host,
      address: "192.0.2.7",
      userAgent:
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
    });
    return link;
  });
}

describe("the contact page", () => {
  it("tells what happened in words, and shows links and sessions", async () => {
    const world = await worldForTest();
    const { slug, contacts, members } = world.northwind;
    await live(world, contacts.joined.id);
    const html = text(await (await world.member(members.owner)).page(app.contact(slug, contacts.joined.id)));
    expect(html).toContain("Northwind joined client");
    expect(html).toContain("Signed in With a magic link, from 192.0.2.7");
    expect(html).toContain("Magic link created by Northwind owner Opens Profile, until it expires, 24 hours");
    expect(html).toContain("Login email queued By Northwind owner");
    expect(html).toMatch(
      /Magic link Works Made today, \d\d:\d\d by Northwind owner; used today, \d\d:\d\d; works until it expires/,
    );
    expect(html).toMatch(/Safari on iPhone 192\.0\.2\.7 · Today/);
  });

  it("asks the database at most six times", async () => {
    const world = await worldForTest();
    const { slug, contacts, members } = world.northwind;
    const visitor = await world.member(members.owner);
    await visitor.get(app.contact(slug, contacts.joined.id));
    const line = world.logged.findLast((entry) => entry.includes('"msg":"request"')) ?? "{}";
    expect((JSON.parse(line) as { queries: number }).queries).toBeLessThanOrEqual(6);
  });

  it("narrows the story to one kind and pages back through it", async () => {
    const world = await worldForTest();
    const { id, slug, contacts, members } = world.northwind;
    const { joined } = contacts;
    await live(world, joined.id);
    await world.database.owner.query(
      "insert into events (agency_id, kind, contact_id, at, data) select $1, 'contact.signed-in', $2, now() - n * interval '1 day', '{\"method\": \"password\"}' from generate_series(1, 70) n",
      [id, joined.id],
    );
    const visitor = await world.member(members.owner);
    const part = (query: string) =>
      visitor.page(`${app.contact(slug, joined.id)}${query}`, { htmx: "contact-activity" });
    const access = text(await part("?show=access"));
    expect(access).toContain("Magic link created");
    expect(access).not.toContain("Signed in");
    let count = 0;
    let query: string | undefined = "?show=sign-ins";
    while (query) {
      const html: string = await part(query);
      expect(html).toMatch(/^<section[^>]+id="contact-activity"/);
      count += html.split(">Signed in<").length - 1;
      query = /<a href="[^"?]+(\?show=sign-ins&amp;before=[^"]+)"/.exec(html)?.[1]?.replace("&amp;", "&");
    }
    expect(count).toBe(71);
    expect((await visitor.get(`${app.contact(slug, joined.id)}?show=bogus&before=x`)).status).toBe(200);
  });

  it("changes name and company, keeps what was typed when something is wrong, and works without JavaScript", async () => {
    const world = await worldForTest();
    const { slug, contacts, members } = world.northwind;
    const path = app.contactDetails(slug, contacts.invited.id);
    const visitor = await world.member(members.member);
    expect(await visitor.page(path)).toContain('value="Northwind invited client"');
    for (const htmx of [undefined, "contact-page"] as const) {
      const long = "x".repeat(101);
      const refused = await visitor.post(path, { name: long, company: "Kept Ltd" }, htmx ? { htmx } : {});
      expect(refused.status).toBe(422);
      const html = await refused.text();
      expect(html).toContain("Use 100 characters or fewer.");
      expect(html).toContain(`value="${long}"`);
      expect(html).toContain('value="Kept Ltd"');
      expect(html.includes("<html")).toBe(htmx === undefined);
    }
    const saved = await visitor.post(path, { name: " Jane\u202e  Doe ", company: "Acme" });
    expect([saved.status, saved.headers.get("location")]).toEqual([303, app.contact(slug, contacts.invited.id)]);
    const html = await visitor.page(app.contact(slug, contacts.invited.id));
    expect(html).toContain("<h1>Jane Doe</h1>");
    expect(html).toContain("Details saved");
    const swapped = await (await visitor.post(path, { name: "Jane", company: "" }, { htmx: "contact-page" })).text();
    expect(swapped).toMatch(/^<div class="stack stack--6" id="contact-page"/);
    expect(swapped).toContain("<h1>Jane</h1>");
  });

  it("signs the contact out everywhere", async () => {
    const world = await worldForTest();
    const { slug, contacts, members, id } = world.northwind;
    await live(world, contacts.joined.id);
    const visitor = await world.member(members.member);
    expect(await countRows(world, "contact_sessions", id)).toBe(1);
    const html = await (
      await visitor.post(app.contactSessions(slug, contacts.joined.id), {}, { htmx: "contact-page" })
    ).text();
    expect(html).toContain("1 session ended");
    expect(text(html)).toContain("Signed out everywhere By Northwind member");
    expect(await countRows(world, "contact_sessions", id)).toBe(0);
  });

  it("sends one row, or the state of its e-mail, which asks again only while that is on its way", async () => {
    const world = await worldForTest();
    const { slug, contacts, members, id } = world.northwind;
    const visitor = await world.member(members.member);
    const contactId = contacts.invited.id;
    const row = await visitor.page(app.contactRow(slug, contactId), { htmx: `contact-${contactId}` });
    expect(row).toMatch(new RegExp(`^<tr id="contact-${contactId}"`));
    expect(row.match(/<tr/g)).toHaveLength(1);
    await world.deps.agencies
      .open(id)
      .write((db) => queueEmail(db, { kind: "invite", contactId, lifetimeSeconds: 60, lane: "interactive" }));
    const mail = () => visitor.page(app.contactRow(slug, contactId), { htmx: `contact-mail-${contactId}` });
    expect(await mail()).toMatch(/^<span class="contact-mail"[^>]+hx-trigger="load delay:2s"/);
    await world.database.owner.query("update emails set status = 'sent'");
    const settled = await mail();
    expect(settled).toContain("Email sent");
    expect(settled).not.toContain("hx-trigger");
  });

  it("sends what a row's menu holds when it is opened, and leads to the page with the same actions without htmx", async () => {
    const world = await worldForTest();
    const { slug, contacts, members } = world.northwind;
    const visitor = await world.member(members.member);
    const lines = async (status: keyof typeof contacts) =>
      text(await visitor.page(app.contactMenu(slug, contacts[status].id), { htmx: "contact-menu" })).trim();
    expect(await lines("not-invited")).toBe("Magic link Invite to client portal Login email Open contact");
    expect(await lines("invited")).toBe("Magic link Resend invite Login email Open contact Revoke access");
    expect(await lines("joined")).toBe("Magic link Login email Open contact Revoke access");
    expect(await lines("revoked")).toBe("Magic link Invite to client portal Login email Open contact Restore access");
    const plain = await visitor.get(app.contactMenu(slug, contacts.joined.id));
    expect([plain.status, plain.headers.get("location")]).toEqual([303, app.contact(slug, contacts.joined.id)]);
    const viewer = await world.member(members.viewer);
    expect((await viewer.get(app.contactMenu(slug, contacts.joined.id))).status).toBe(403);
    const stranger = await world.member(world.rivermark.members.owner);
    const { slug: theirs } = world.rivermark;
    expect((await stranger.get(app.contactMenu(theirs, contacts.joined.id))).status).toBe(404);
    expect((await stranger.get(app.contactMenu(slug, contacts.joined.id))).status).toBe(404);
  });

  it("is read only for a viewer and does not exist for anybody else", async () => {
    const world = await worldForTest();
    const { slug, contacts, members } = world.northwind;
    const { id } = contacts.joined;
    const viewer = await world.member(members.viewer);
    const html = await viewer.page(app.contact(slug, id));
    for (const word of ["Revoke access", "Magic link</", "Edit<", "Sign out everywhere"])
      expect(html).not.toContain(word);
    expect((await viewer.get(app.contactDetails(slug, id))).status).toBe(403);
    expect((await viewer.post(app.contactDetails(slug, id), { name: "x" })).status).toBe(403);
    expect((await viewer.post(app.contactSessions(slug, id))).status).toBe(403);
    const mine = world.rivermark.slug;
    const rafael = await world.member(world.rivermark.members.owner);
    for (const unknown of [id, UNKNOWN, "x"]) {
      for (const path of [app.contact(mine, unknown), app.contactRow(mine, unknown), app.contactDetails(mine, unknown)])
        expect((await rafael.get(path)).status).toBe(404);
      for (const path of [app.contactDetails(mine, unknown), app.contactSessions(mine, unknown)])
        expect((await rafael.post(path, { name: "Stolen" })).status).toBe(404);
    }
    expect((await rafael.get(app.contact(slug, id))).status).toBe(404);
    expect(await viewer.page(app.contact(slug, id))).toContain("Northwind joined client");
  });
});
