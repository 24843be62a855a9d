// Inviting over HTTP: the dialog with and without JavaScript, every outcome, and what each place gets back.
import { expect, test } from "vitest";
import { countRows, type World, worldForTest } from "../../support/world.ts";

const open = async () => {
  const world = await worldForTest();
  return { world, nora: await world.member(world.northwind.members.member) };
};
const emailsOf = async ({ database, northwind }: World) =>
  (
    await database.owner.query(
      "select kind, to_email, personal_message from emails where agency_id = $1 order by to_email",
      [northwind.id],
    )
  ).rows as { kind: string; to_email: string; personal_message: string | null }[];
const settle = ({ database }: World) => database.owner.query("update emails set status = 'sent', sent_at = now()");

test("the dialog stands in the page without JavaScript and comes alone into the open one", async () => {
  const { nora } = await open();
  const whole = await nora.page("/northwind/invitations");
  expect(whole).toMatch(/^<!DOCTYPE html>/i);
  expect(whole).toContain("<dialog");
  expect(whole).toContain("Invite to client portal");
  const part = await nora.page("/northwind/invitations?mode=paste", { htmx: "dialog" });
  expect(part).toMatch(/^<dialog/);
  expect(part).toContain('name="emails"');
  expect(part).toContain("Search contacts");
});

test("a contact's own dialog names him and says what he gets", async () => {
  const { world, nora } = await open();
  const { "not-invited": fresh, revoked } = world.northwind.contacts;
  const html = await nora.page(`/northwind/invitations?contact=${fresh.id}`);
  expect(html).toContain(fresh.name);
  expect(html).toContain("Send 1 invite");
  expect(await nora.page(`/northwind/invitations?contact=${revoked.id}`)).toContain("Sending restores it");
});

test("what each pasted address gets is shown while it is typed, and nothing is sent", async () => {
  const { world, nora } = await open();
  const emails = Object.values(world.northwind.contacts).map(({ email }) => email);
  await nora.page("/northwind/invitations?mode=paste");
  const answer = await nora.post(
    "/northwind/invitations/preview",
    { emails: [`${emails.join("\n")}\nNew One <new@acme.example>\nbad@address\nnew@acme.example`] },
    { htmx: "paste-result" },
  );
  const html = await answer.text();
  expect(html).toContain("2 will be invited");
  expect(html).toContain("1 was invited on 1 Nov");
  expect(html).toContain("1 has joined");
  expect(html).toContain("access is revoked");
  expect(html).toContain("bad@address");
  expect(html).toContain("1 repeated address left out");
  expect(html).toContain("Send 3 emails");
  expect(await emailsOf(world)).toEqual([]);
});

test("a plain form invites and leads to a page that says what became of each", async () => {
  const { world, nora } = await open();
  await nora.page("/northwind/invitations");
  const answer = await nora.post("/northwind/invitations", {
    emails: "New One <new@acme.example>, bad@address",
    contact: [world.northwind.contacts["not-invited"].id, world.northwind.contacts.joined.id],
    message: "Welcome\r\nto all",
  });
  expect(answer.status).toBe(303);
  expect(answer.headers.get("location")).toMatch(/^\/northwind\/email-batches\/[0-9a-f-]{36}$/);
  const page = await nora.page(answer.headers.get("location") ?? "");
  expect(page).toContain("2 invites queued. 1 left out. Not an address: bad@address.");
  expect(page).toContain("0 of 2 done");
  expect(await emailsOf(world)).toEqual([
    { kind: "invite", to_email: "new@acme.example", personal_message: "Welcome\nto all" },
    { kind: "invite", to_email: world.northwind.contacts["not-invited"].email, personal_message: "Welcome\nto all" },
  ]);
});

test("inviting one contact closes the dialog, brings his row and the figures up to date and says so", async () => {
  const { world, nora } = await open();
  const contact = world.northwind.contacts["not-invited"];
  await nora.page("/northwind");
  const answer = await nora.post(
    "/northwind/invitations",
    { contact: contact.id, key: crypto.randomUUID(), mode: "pick" },
    { htmx: "dialog", headers: { "hx-current-url": `http://${nora.host}/northwind` } },
  );
  const html = await answer.text();
  expect(answer.status).toBe(200);
  expect(html).toContain(`Invite sent to ${contact.name}`);
  expect(html).toContain("The link works for 14 days.");
  expect(html).toContain(`id="contact-${contact.id}"`);
  expect(html).toContain('hx-target="#stats"');
  expect(html.match(/<tr /g)).toHaveLength(1);
});

test("a row's button resends, and a plain one leads back to the list as it was filtered", async () => {
  const { world, nora } = await open();
  const { id, name } = world.northwind.contacts.invited;
  await nora.page("/northwind");
  const answer = await nora.post("/northwind/invitations", { contact: id, status: "invited", q: "client" });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/northwind?status=invited&q=client"]);
  expect(await nora.page("/northwind?status=invited")).toContain(`Invite sent to ${name}`);
  await settle(world);
  const again = await nora.post("/northwind/invitations", { contact: id }, { htmx: `contact-${id}` });
  expect(again.status).toBe(200);
  expect(await emailsOf(world)).toHaveLength(2);
});

test("the same form sent twice sends once", async () => {
  const { world, nora } = await open();
  const html = await nora.page("/northwind/invitations");
  const key = /name="key" value="([^"]+)"/.exec(html)?.[1] ?? "";
  const fields = { key, mode: "pick", emails: "new@acme.example" };
  const first = await nora.post("/northwind/invitations", fields);
  await settle(world);
  const second = await nora.post("/northwind/invitations", fields);
  expect([first.status, second.status]).toEqual([303, 303]);
  expect(second.headers.get("location")).toBe(`/northwind/email-batches/${key}`);
  expect(await emailsOf(world)).toHaveLength(1);
});

test("what cannot be sent is a 422 that keeps what was typed, with the error at its field", async () => {
  const { world, nora } = await open();
  await nora.page("/northwind/invitations");
  const empty = await nora.post("/northwind/invitations", { emails: "", message: "Hello <b>" });
  expect(empty.status).toBe(422);
  expect(await empty.text()).toMatch(/Add at least one contact or email address\.[\s\S]*Hello &lt;b&gt;/);
  const wrong = await nora.post("/northwind/invitations", { emails: "bad@address", mode: "paste" });
  const html = await wrong.text();
  expect(wrong.status).toBe(422);
  expect(html).toContain("bad@address: The part after the @ is not a domain.");
  expect(html).toMatch(/aria-invalid="true"[^>]*>\s*bad@address<\/textarea>/);
  const long = await nora.post("/northwind/invitations", { emails: "new@acme.example", message: "x".repeat(501) });
  expect([long.status, (await long.text()).includes("Use at most 500 characters.")]).toEqual([422, true]);
  const { joined } = world.northwind.contacts;
  const left = await nora.post("/northwind/invitations", { contact: joined.id }, { htmx: `contact-${joined.id}` });
  expect(left.status).toBe(422);
  expect(await left.text()).toMatch(/^<hx-partial hx-target="#dialog"[\s\S]*1 has joined/);
  expect(await emailsOf(world)).toEqual([]);
});

test("an agency that has sent what a day allows gets 429 and is told when", async () => {
  const { world, nora } = await open();
  await world.database.owner.query(
    "insert into emails (agency_id, kind, to_email, lifetime_seconds, status) select $1, 'invite', i || '@x.example', 60, 'sent' from generate_series(1, 200) i",
    [world.northwind.id],
  );
  await nora.page("/northwind");
  const answer = await nora.post("/northwind/invitations", { emails: "new@acme.example" });
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "3600"]);
  expect(await answer.text()).toContain("The rest can follow tomorrow.");
});

test("all that match are invited by their filter, and the form names their number", async () => {
  const { world, nora } = await open();
  const html = await nora.page("/northwind/invitations?all=1&status=not-invited&q=northwind");
  expect(html).toContain("1 contact");
  expect(html).toContain('name="all" value="1"');
  const answer = await nora.post("/northwind/invitations", { all: "1", status: "not-invited", q: "northwind" });
  expect(answer.status).toBe(303);
  expect((await emailsOf(world)).map(({ to_email }) => to_email)).toEqual([
    world.northwind.contacts["not-invited"].email,
  ]);
});

test("the combobox offers contacts, those who can be invited first, and the typed address", async () => {
  const { world, nora } = await open();
  const html = await nora.page("/northwind/contact-options?emails=client");
  const order = [...html.matchAll(/id="option-([0-9a-f-]{36})"/g)].map(([, id]) => id);
  const { contacts } = world.northwind;
  expect(order.slice(0, 2)).toEqual([contacts["not-invited"].id, contacts.invited.id]);
  expect(html).not.toContain("rivermark");
  expect(await nora.page("/northwind/contact-options?q=new@acme.example")).toContain('data-value="new@acme.example"');
});

test("a viewer may not invite, and another agency's contact does not exist", async () => {
  const { world, nora } = await open();
  const viewer = await world.member(world.northwind.members.viewer);
  await viewer.page("/northwind");
  expect((await viewer.get("/northwind/invitations")).status).toBe(403);
  expect((await viewer.post("/northwind/invitations", { emails: "new@acme.example" })).status).toBe(403);
  const theirs = world.rivermark.contacts.joined;
  await nora.page("/northwind");
  expect((await nora.get(`/northwind/invitations?contact=${theirs.id}`)).status).toBe(404);
  expect((await nora.post("/northwind/invitations", { contact: theirs.id })).status).toBe(404);
  const mixed = await nora.post("/northwind/invitations", { contact: [theirs.id], emails: theirs.email });
  expect(await mixed.text()).not.toContain(theirs.name);
  expect((await emailsOf(world)).map(({ to_email }) => to_email)).toEqual([theirs.email]);
  expect(await countRows(world, "emails", world.rivermark.id)).toBe(0);
  expect(await countRows(world, "contacts", world.rivermark.id)).toBe(4);
});

test("the first contact of an agency loads the page anew, which had no place for a row", async () => {
  const { world, nora } = await open();
  await world.database.owner.query("delete from contacts where agency_id = $1", [world.northwind.id]);
  await nora.page("/northwind");
  const fields = { emails: "first@acme.example", mode: "pick", key: crypto.randomUUID() };
  const answer = await nora.post("/northwind/invitations", fields, { htmx: "dialog" });
  expect([answer.status, answer.headers.get("hx-redirect")]).toEqual([204, "/northwind"]);
  expect(await nora.page("/northwind")).toContain("Invite sent to first@acme.example");
});

test("a contact's own page is brought up to date by what was sent from it", async () => {
  const { world, nora } = await open();
  const { id, name } = world.northwind.contacts.invited;
  await nora.page(`/northwind/contacts/${id}`);
  const fields = { contact: id, from: "contact" };
  const answer = await nora.post("/northwind/invitations", fields, { htmx: "contact-page" });
  const html = await answer.text();
  expect(html).toContain('id="contact-page"');
  expect(html).toContain(`Invite sent to ${name}`);
  await settle(world);
  const plain = await nora.post("/northwind/invitations", fields);
  expect(plain.headers.get("location")).toBe(`/northwind/contacts/${id}`);
});

test("outcomes that are gone leave their place when the last address is removed", async () => {
  const { nora } = await open();
  await nora.page("/northwind/invitations");
  const answer = await nora.post("/northwind/invitations/preview", { emails: "" }, { htmx: "paste-result" });
  expect(await answer.text()).toMatch(/^<hx-partial hx-target="#paste-result" hx-swap="innerMorph"><\/hx-partial>/);
});
