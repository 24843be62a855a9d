// The Client portal page: the same address for page and table, every filter in it, and nothing of another agency.
import { beforeAll, describe, expect, it } from "vitest";
import { app } from "../../../src/paths.ts";
import { createWorld, type World } from "../../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
  return () => world.close();
});

const rowsOf = (html: string) => [...html.matchAll(/<tr id="contact-([0-9a-f-]{36})"/g)].map(([, id]) => id ?? "");
const text = (html: string) =>
  html
    .replace(/<template.*?<\/template>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");
const asOwner = () => world.member(world.northwind.members.owner);

describe("the Client portal page", () => {
  it("shows the portal URL from the database, the figures and the contacts with the action that fits each", async () => {
    const { slug, contacts, host } = world.northwind;
    const html = await (await asOwner()).page(app.portal(slug));
    expect(html).toContain("<h1>Client portal</h1>");
    expect(html).toContain(`http://${host}`);
    expect(text(html)).toMatch(/Invited 2 1 still to join Joined 1 .*Joined rate 50%/);
    expect(text(html)).toContain("All 4 Not invited 1 Invited 1 Joined 1 Revoked 1");
    expect(rowsOf(html).toSorted()).toEqual(
      Object.values(contacts)
        .map(({ id }) => id)
        .toSorted(),
    );
    const actionOf = (status: keyof typeof contacts) =>
      new RegExp(`id="act-${contacts[status].id}"[^>]*>(?:<[^>]+></[a-z]+>)?([^<]+)<`).exec(html)?.[1];
    expect(actionOf("not-invited")).toBe("Invite");
    expect(actionOf("invited")).toBe("Resend invite");
    expect(actionOf("joined")).toBe("Login email");
    expect(actionOf("revoked")).toBe("Restore access");
    expect(html).not.toContain("Rivermark");
  });

  it("asks the database twice, and at most six times for a search", async () => {
    const visitor = await asOwner();
    const queries = async (filter: { status?: "joined"; q?: string }) => {
      const from = world.logged.length;
      await visitor.get(app.portal(world.northwind.slug, filter));
      const line = world.logged.slice(from).find((entry) => entry.includes('"msg":"request"')) ?? "{}";
      return (JSON.parse(line) as { queries: number }).queries;
    };
    expect(await queries({})).toBe(2);
    expect(await queries({ status: "joined" })).toBe(2);
    expect(await queries({ q: "client" })).toBeLessThanOrEqual(6);
  });

  it("filters by status and search in the address, and keeps both in every link", async () => {
    const { slug, contacts } = world.northwind;
    const visitor = await asOwner();
    const joined = await visitor.page(app.portal(slug, { status: "joined" }));
    expect(rowsOf(joined)).toEqual([contacts.joined.id]);
    expect(joined).toMatch(/aria-current="true"[^>]*>Joined/);
    const found = await visitor.page(app.portal(slug, { q: "INVITED@", sort: "name" }));
    expect(rowsOf(found)).toEqual([contacts.invited.id, contacts["not-invited"].id]);
    expect(found).toContain(`href="/${slug}?status=joined&amp;q=INVITED%40&amp;sort=name"`);
    expect(found).toContain('value="INVITED@"');
    expect(found).toMatch(/aria-sort="ascending"/);
    for (const odd of [
      "?status=bogus",
      "?sort=password_hash",
      "?after=x&before=y",
      "?q=%25",
      "?q=%00",
      "?q=%27%22%3Cscript%3E",
    ])
      expect((await visitor.get(`/${slug}${odd}`)).status).toBe(200);
    expect(await visitor.page(`/${slug}?q=%3Cscript%3E`)).not.toContain("<script>");
  });

  it("sends the table alone when htmx asks for it, with what says the same elsewhere", async () => {
    const { slug } = world.northwind;
    const visitor = await asOwner();
    const response = await visitor.get(`/${slug}?status=&q=client&sort=`, { htmx: "contacts-table" });
    expect(response.headers.get("vary")).toContain("HX-Target");
    expect(response.headers.get("hx-push-url")).toBe(`/${slug}?q=client`);
    const html = await response.text();
    expect(html).toMatch(/^<div id="contacts-table"/);
    expect(html).not.toContain("<html");
    for (const id of ["contacts-tabs", "toolbar-filters", "bulk-bar", "live"])
      expect(html).toContain(`hx-target="#${id}"`);
    expect(html).toContain("4 contacts");
    const clean = await visitor.get(`/${slug}?q=client`, { htmx: "contacts-table" });
    expect(clean.headers.get("hx-push-url")).toBeNull();
  });

  it("asks for itself while e-mails to many of its contacts are on their way, and gets the table alone", async () => {
    const { id, slug, members } = world.rivermark;
    await world.database.owner.query(
      `with people as (insert into contacts (agency_id, email) select $1, 'm' || n || '@moving.example' from generate_series(1, 6) n returning id, email),
       mails as (insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds) select $1, 'invite', id, email, 60 from people returning id, contact_id)
       select 1`,
      [id],
    );
    const visitor = await world.member(members.owner);
    const path = app.portal(slug, { q: "moving.example" });
    const html = await visitor.page(path);
    expect(html).toContain(`<span id="contacts-watch" hx-get="${path}" hx-trigger="every 5s"`);
    expect(html).not.toContain("load delay:2s");
    const own = { htmx: "contacts-table", headers: { "hx-source": "span#contacts-watch" } };
    const alone = await visitor.page(path, own);
    expect(alone).toMatch(/^<div id="contacts-table"/);
    expect(alone).not.toContain("hx-partial");
    await world.database.owner.query("update emails set status = 'sent' where agency_id = $1", [id]);
    expect(await visitor.page(path, own)).not.toContain("contacts-watch");
    await world.database.owner.query("delete from contacts where agency_id = $1 and email like '%@moving.example'", [
      id,
    ]);
  });

  it("turns pages of fifty and says which rows they are", async () => {
    const { id, slug } = world.rivermark;
    await world.database.owner.query(
      "insert into contacts (agency_id, email, name, invited_at) select $1, 'p' || n || '@pages.example', 'Page ' || n, now() - n * interval '1 hour' from generate_series(1, 120) n",
      [id],
    );
    const visitor = await world.member(world.rivermark.members.owner);
    const seen: string[] = [];
    let path: string | undefined = app.portal(slug);
    const ranges: string[] = [];
    while (path) {
      const html = await visitor.page(path);
      seen.push(...rowsOf(html));
      ranges.push(/<p>(\d+&ndash;\d+ of \d+)<\/p>/.exec(html)?.[1] ?? "");
      path = /<a href="([^"]+)" aria-label="Next page"/.exec(html)?.[1]?.replaceAll("&amp;", "&");
    }
    expect(ranges).toEqual(["1&ndash;50 of 124", "51&ndash;100 of 124", "101&ndash;124 of 124"]);
    expect(new Set(seen).size).toBe(124);
    expect(await visitor.page(app.portal(slug))).toContain("Select all 124");
  });

  it("says how many a search has counted where there are more, and offers all that match", async () => {
    const { id, slug, members } = world.rivermark;
    await world.database.owner.query(
      "insert into contacts (agency_id, email, name) select $1, 'm' || n || '@many.example', 'Many ' || n from generate_series(1, 2500) n",
      [id],
    );
    const visitor = await world.member(members.owner);
    const path = app.portal(slug, { q: "many" });
    const html = await visitor.page(path);
    expect(html).toContain("<p>1&ndash;50 of 1,000+</p>");
    expect(html).toContain("Select all that match");
    expect(await visitor.page(path, { htmx: "contacts-table" })).toContain("1,000+ contacts");
    const dialog = await visitor.page(`${app.revocations(slug)}?all=1&q=many`);
    expect(text(dialog)).toContain("2500");
    await world.database.owner.query("delete from contacts where agency_id = $1 and email like '%@many.example'", [id]);
  });

  it("says why there is nothing to show", async () => {
    const { slug } = world.northwind;
    const visitor = await asOwner();
    expect(await visitor.page(app.portal(slug, { q: "zephyr" }))).toContain("No contact matches “zephyr”");
    const empty = await createWorld();
    await empty.database.owner.query("delete from contacts where agency_id = $1", [empty.northwind.id]);
    const nobody = await (await empty.member(empty.northwind.members.owner)).page(app.portal(slug));
    await empty.close();
    expect(nobody).toContain("Open the door to your first client");
    expect(nobody).toContain("The chart starts with your first join.");
    expect(nobody).not.toContain('id="contacts-tabs"');
  });

  it("gives a viewer everything to read and nothing to do", async () => {
    const { slug, members, contacts } = world.northwind;
    const html = await (await world.member(members.viewer)).page(app.portal(slug));
    expect(rowsOf(html)).toHaveLength(4);
    for (const word of [
      "Resend invite",
      "Login email",
      "Restore access",
      "Revoke access",
      'name="contact"',
      'id="bulk-bar"',
      app.invitations(slug),
    ])
      expect(html).not.toContain(word);
    expect(html).toContain(app.contact(slug, contacts.joined.id));
  });

  it("shows the state of an e-mail with its reason, and that sending is paused", async () => {
    const { id, slug, contacts } = world.northwind;
    const query = (sql: string, ...values: unknown[]) => world.database.owner.query(sql, values);
    await query(
      `insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds, status, reason)
         values ($1, 'invite', $2, 'x@x.example', 60, 'bounced', 'The mailbox does not exist.')`,
      id,
      contacts.invited.id,
    );
    await query(
      "update agencies set sending_paused_at = now(), sending_paused_reason = 'The mail server refused the sender.' where id = $1",
      id,
    );
    const html = text(await (await asOwner()).page(app.portal(slug)));
    expect(html).toMatch(/Invited .*Email: Bounced The mailbox does not exist\./);
    expect(html).toContain("Sending is paused The mail server refused the sender.");
    await query("update agencies set sending_paused_at = null where id = $1", id);
  });

  it("says when the domain that mail should come from is failing, and leads to its records", async () => {
    const { id, slug } = world.northwind;
    const query = (sql: string, ...values: unknown[]) => world.database.owner.query(sql, values);
    await query(
      `insert into sending_domains (agency_id, id, domain, public_key, private_key, verified_at, selected_at, degraded_at)
       values ($1, gen_random_uuid(), 'mail.northwind.example', 'x', 'x', now(), now(), now())`,
      id,
    );
    const html = await (await asOwner()).page(app.portal(slug));
    expect(text(html)).toContain("mail.northwind.example is failing Emails come from the included address");
    expect(html).toContain(`href="${app.sending(slug)}"`);
    const stranger = await world.member(world.rivermark.members.owner);
    expect(await stranger.page(app.portal(world.rivermark.slug))).not.toContain("sending-failing");
    await query("update sending_domains set degraded_at = null where agency_id = $1", id);
    expect(await (await asOwner()).page(app.portal(slug))).not.toContain("sending-failing");
    await query("delete from sending_domains where agency_id = $1", id);
  });

  it("is nobody else's", async () => {
    const { slug } = world.northwind;
    const stranger = await world.member(world.rivermark.members.owner);
    expect((await stranger.get(app.portal(slug))).status).toBe(404);
    expect((await stranger.get(app.portalQr(slug))).status).toBe(404);
    const nobody = await world.member();
    expect((await nobody.get(app.portal(slug))).headers.get("location")).toContain(app.signIn());
    const html = await stranger.page(app.portal(world.rivermark.slug));
    for (const { id, email } of Object.values(world.northwind.contacts)) {
      expect(html).not.toContain(id);
      expect(html).not.toContain(email);
    }
  });

  it("hands out the portal URL as a QR code to keep", async () => {
    const response = await (await asOwner()).get(app.portalQr(world.northwind.slug));
    expect(response.headers.get("content-type")).toContain("image/svg+xml");
    expect(response.headers.get("content-disposition")).toContain("northwind-portal.svg");
    expect(await response.text()).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  });
});
