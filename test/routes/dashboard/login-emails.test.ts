// Login emails over HTTP: the plan, one contact, several, all that match, and what is refused.
import { expect, test } from "vitest";
import { countRows, worldForTest } from "../../support/world.ts";

const open = async () => {
  const world = await worldForTest();
  const nora = await world.member(world.northwind.members.member);
  await nora.page("/northwind");
  return { world, nora, contacts: world.northwind.contacts };
};
const list = (host: string) => ({ "hx-current-url": `http://${host}/northwind` });

test("the dialog says how many go out, who gets an invite instead and who is left out", async () => {
  const { nora } = await open();
  const html = await nora.page("/northwind/login-emails?all=1", { htmx: "dialog" });
  expect(html).toContain("Send login email to 4 contacts?");
  expect(html).toContain("2 will get it now");
  expect(html).toContain("1 is not invited yet");
  expect(html).toContain("access is revoked");
  expect(html).toContain("Send 2 emails, 1 invite");
});

test("unticking the invites changes the button's words", async () => {
  const { nora } = await open();
  const answer = await nora.post(
    "/northwind/login-emails/plan",
    { all: "1", key: crypto.randomUUID() },
    { htmx: "login-email-plan" },
  );
  const html = await answer.text();
  expect(html).toContain('id="login-email-plan"');
  expect(html).toContain("Send 2 emails");
  expect(html).not.toContain("1 invite");
});

test("one contact gets his row, a toast and his e-mail in the interactive lane", async () => {
  const { world, nora, contacts } = await open();
  const answer = await nora.post(
    "/northwind/login-emails",
    { contact: contacts.joined.id, key: crypto.randomUUID(), lifetime: "3600", destination: "/profile" },
    { htmx: "dialog", headers: list(nora.host) },
  );
  const html = await answer.text();
  expect(html).toContain(`Login email sent to ${contacts.joined.name}`);
  expect(html).toContain("The button works for 1 hour.");
  expect(html.match(/<tr /g)).toHaveLength(1);
  const { rows } = await world.database.owner.query(
    "select emails.kind, destination, lifetime_seconds, lane from emails join jobs on email_id = emails.id",
  );
  expect(rows).toEqual([{ kind: "login-email", destination: "/profile", lifetime_seconds: 3600, lane: "interactive" }]);
});

test("several get a progress panel that asks every two seconds and stops when all is settled", async () => {
  const { world, nora, contacts } = await open();
  const key = crypto.randomUUID();
  const fields = { contact: [contacts.joined.id, contacts.invited.id], key };
  const answer = await nora.post("/northwind/login-emails", fields, { htmx: "dialog", headers: list(nora.host) });
  const html = await answer.text();
  expect(html).toContain("0 of 2 done");
  expect(html).toContain('hx-trigger="every 2s"');
  expect(html).toContain("Stop sending");
  await world.database.owner.query("update emails set status = 'sent', sent_at = now()");
  const later = await nora.page(`/northwind/email-batches/${key}`, { htmx: "bulk-progress" });
  expect(later).toMatch(/^<div[^>]*id="bulk-progress"/);
  expect(later).toContain("2 of 2 done");
  expect(later).not.toContain("hx-trigger");
  expect(later).not.toContain("Stop sending");
});

test("a plain form leads to the same panel as a page, with a link that refreshes it", async () => {
  const { nora, contacts } = await open();
  const answer = await nora.post("/northwind/login-emails", { contact: [contacts.joined.id, contacts.invited.id] });
  expect(answer.status).toBe(303);
  const page = await nora.page(answer.headers.get("location") ?? "");
  expect(page).toContain("2 emails queued.");
  expect(page).toMatch(/<noscript>[\s\S]*Refresh/);
});

test("the second within ten minutes is refused with 429 and the time to wait", async () => {
  const { world, nora, contacts } = await open();
  const send = () => nora.post("/northwind/login-emails", { contact: contacts.joined.id });
  expect((await send()).status).toBe(303);
  const second = await send();
  expect(second.status).toBe(429);
  expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(540);
  expect(await second.text()).toContain("The next one can go in 10 minutes.");
  expect(await countRows(world, "emails", world.northwind.id)).toBe(1);
});

test("the same form twice adds nothing", async () => {
  const { world, nora, contacts } = await open();
  const fields = { contact: [contacts.joined.id, contacts.invited.id], key: crypto.randomUUID() };
  await nora.post("/northwind/login-emails", fields);
  const again = await nora.post("/northwind/login-emails", fields);
  expect([again.status, again.headers.get("location")]).toEqual([303, `/northwind/email-batches/${fields.key}`]);
  expect(await countRows(world, "emails", world.northwind.id)).toBe(2);
});

test("nobody to send to, a lifetime or a page that is not offered: 422, with nothing sent", async () => {
  const { world, nora, contacts } = await open();
  const cases: [Record<string, string>, string][] = [
    [{}, "Select at least one contact."],
    [{ contact: contacts.revoked.id }, "Nobody here can get it."],
    [{ contact: contacts["not-invited"].id, key: crypto.randomUUID() }, "Tick the box to invite"],
    [{ contact: contacts.joined.id, lifetime: "999999999" }, "Choose 1 hour, 24 hours or 7 days."],
    [{ contact: contacts.joined.id, destination: "https://evil.example/" }, "Choose a page of the list."],
  ];
  for (const [fields, words] of cases) {
    const answer = await nora.post("/northwind/login-emails", fields);
    expect([words, answer.status, (await answer.text()).includes(words)]).toEqual([words, 422, true]);
  }
  expect(await countRows(world, "emails", world.northwind.id)).toBe(0);
});

test("a viewer may not, and another agency's contact does not exist", async () => {
  const { world, nora } = await open();
  const viewer = await world.member(world.northwind.members.viewer);
  await viewer.page("/northwind");
  const theirs = world.rivermark.contacts.joined.id;
  expect((await viewer.post("/northwind/login-emails", { all: "1" })).status).toBe(403);
  expect((await nora.get(`/northwind/login-emails?contact=${theirs}`)).status).toBe(404);
  expect((await nora.post("/northwind/login-emails", { contact: theirs })).status).toBe(404);
  await nora.post("/northwind/login-emails", { all: "1" });
  expect(await countRows(world, "emails", world.rivermark.id)).toBe(0);
});
