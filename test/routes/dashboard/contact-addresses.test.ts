// Putting an address right over HTTP: what dies with the old one, what goes to the new one, what is refused; and the suppressed addresses.
import { expect, test } from "vitest";
import { createAccessLink, findAccessLink } from "../../../src/models/access-links.ts";
import { queueEmail } from "../../../src/models/emails.ts";
import { suppressAddress } from "../../../src/models/suppressions.ts";
import { countRows, worldForTest } from "../../support/world.ts";

async function open() {
  const world = await worldForTest();
  const nora = await world.member(world.northwind.members.member);
  await nora.page("/northwind");
  const store = world.deps.agencies.open(world.northwind.id);
  const { joined, invited } = world.northwind.contacts;
  const emails = async () =>
    (
      await world.database.owner.query(
        "select kind, to_email, status, row_number() over (partition by contact_id order by queued_at desc, id desc) = 1 as last from emails order by id",
      )
    ).rows;
  const fix = (id: string, email: string, htmx?: string) =>
    nora.post(`/northwind/contacts/${id}/address`, { email }, htmx ? { htmx } : {});
  return { world, nora, store, joined, invited, emails, fix };
}

test("the page of a contact whose address is suppressed says so and what to do", async () => {
  const { nora, store, joined } = await open();
  await store.write((db) => suppressAddress(db, joined.email, "No such address."));
  const html = await nora.page(`/northwind/contacts/${joined.id}`);
  expect(html).toContain("Emails to this address are not sent");
  expect(html).toContain("Fix address and resend");
  expect(html).toContain(`/northwind/suppressions?q=${encodeURIComponent(joined.email)}`);
});

test("a new address gets the invite at once; links, sessions and waiting e-mails of the old one are dead", async () => {
  const { world, store, invited, emails, fix, nora } = await open();
  const { token } = await store.write((db) =>
    createAccessLink(db, {
      contactId: invited.id,
      kind: "invite",
      destination: "/",
      lifetimeSeconds: 3600,
      uses: "until-joined",
    }),
  );
  await store.write((db) =>
    queueEmail(db, { kind: "invite", contactId: invited.id, lifetimeSeconds: 3600, lane: "interactive" }),
  );
  await world.database.owner.query(
    `insert into contact_sessions (agency_id, id_hash, contact_id, host, method, access_version, ends_at)
     values ($1, sha256('x'), $2, 'h', 'link', 1, now() + interval '1 day')`,
    [world.northwind.id, invited.id],
  );
  const answer = await fix(invited.id, " Right@Northwind-Client.example ");
  expect([answer.status, answer.headers.get("location")]).toEqual([303, `/northwind/contacts/${invited.id}`]);
  expect(await nora.page(`/northwind/contacts/${invited.id}`)).toContain(
    "Invite sent to right@northwind-client.example",
  );
  expect(await emails()).toEqual([
    { kind: "invite", to_email: invited.email, status: "cancelled", last: false },
    { kind: "invite", to_email: "right@northwind-client.example", status: "queued", last: true },
  ]);
  expect((await store.read((db) => findAccessLink(db, token)))?.state).toBe("withdrawn");
  expect(await countRows(world, "contact_sessions", world.northwind.id)).toBe(0);
  expect(await countRows(world, "jobs", world.northwind.id)).toBe(1);
});

test("somebody who had joined gets a login email, and his proven old mailbox is told", async () => {
  const { world, joined, emails, fix } = await open();
  await fix(joined.id, "right@northwind-client.example");
  expect(await emails()).toEqual([
    { kind: "email-changed", to_email: joined.email, status: "queued", last: false },
    { kind: "login-email", to_email: "right@northwind-client.example", status: "queued", last: true },
  ]);
  const { rows } = await world.database.owner.query(
    "select access_version, email_proven_at from contacts where id = $1",
    [joined.id],
  );
  expect(rows).toEqual([{ access_version: 2, email_proven_at: null }]);
});

test("a suppressed old mailbox is not written to", async () => {
  const { store, joined, emails, fix } = await open();
  await store.write((db) => suppressAddress(db, joined.email, "No such address."));
  await fix(joined.id, "right@northwind-client.example");
  expect((await emails()).map(({ kind }) => kind)).toEqual(["login-email"]);
});

test("an address that cannot be taken is refused at its field, and nothing changes", async () => {
  const { world, store, joined, invited, fix } = await open();
  await store.write((db) => suppressAddress(db, "dead@northwind-client.example", "No such address."));
  const cases: [string, string][] = [
    [joined.email, "This is the address that did not work."],
    [invited.email, `${invited.name} has this address already.`],
    ["dead@northwind-client.example", "This address is suppressed too."],
    ["nonsense", "Enter an email address such as name@company.com."],
    ["", "Enter an email address."],
  ];
  for (const [typed, words] of cases) {
    const response = await fix(joined.id, typed, "dialog");
    expect([typed, response.status]).toEqual([typed, 422]);
    const html = await response.text();
    expect(html).toContain(words);
    expect(html).toContain('aria-describedby="contact-address-email-error');
    expect(html).toContain(`value="${typed}"`);
  }
  expect((await fix(joined.id, "")).status).toBe(422);
  expect(await countRows(world, "emails", world.northwind.id)).toBe(0);
  const { rows } = await world.database.owner.query("select email, access_version from contacts where id = $1", [
    joined.id,
  ]);
  expect(rows).toEqual([{ email: joined.email, access_version: 1 }]);
});

test("of two contacts that are given one address at once, one gets it and the other is told", async () => {
  const { joined, invited, fix } = await open();
  const answers = await Promise.all([joined, invited].map(({ id }) => fix(id, "right@northwind-client.example")));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 422]);
});

test("revoked access has to be restored first, and another agency's contact is unknown", async () => {
  const { world, fix } = await open();
  const revoked = await fix(world.northwind.contacts.revoked.id, "right@northwind-client.example");
  expect([revoked.status, await revoked.text()]).toEqual([422, expect.stringContaining("Access was revoked.")]);
  expect((await fix(world.rivermark.contacts.joined.id, "right@northwind-client.example")).status).toBe(404);
});

test("an admin searches the suppressed addresses and lets one be written to again, which is recorded", async () => {
  const { world, nora, store, joined } = await open();
  await store.write(async (db) => {
    await suppressAddress(db, joined.email, "No such address.");
    await suppressAddress(db, "spam@elsewhere.example", "The recipient marked it as spam.", { kind: "complaint" });
  });
  const html = await nora.page("/northwind/suppressions");
  expect(html).toContain("No such address.");
  expect(html).toContain("spam@elsewhere.example");
  expect(html).not.toContain("suppressions/removals");
  expect((await nora.post("/northwind/suppressions/removals", { email: joined.email })).status).toBe(403);

  const admin = await world.member(world.northwind.members.admin);
  const found = await admin.page("/northwind/suppressions?q=elsewhere", { htmx: "suppressions" });
  expect(found).toContain("spam@elsewhere.example");
  expect(found).not.toContain(joined.email);
  const answer = await admin.post(
    "/northwind/suppressions/removals",
    { email: joined.email, q: "" },
    { htmx: "suppressions" },
  );
  expect(await answer.text()).toContain("go out again");
  expect((await admin.post("/northwind/suppressions/removals", { email: joined.email })).status).toBe(404);
  const { rows } = await world.database.owner.query(
    "select contact_id, member_id from events where kind = 'email.released'",
  );
  expect(rows).toEqual([{ contact_id: joined.id, member_id: world.northwind.members.admin.id }]);
});

test("what Northwind does not write to is nothing to Rivermark", async () => {
  const { world, store, joined } = await open();
  await store.write((db) => suppressAddress(db, joined.email, "No such address."));
  const rafael = await world.member(world.rivermark.members.owner);
  expect(await rafael.page("/rivermark/suppressions")).toContain("Nothing is suppressed");
  expect((await rafael.post("/rivermark/suppressions/removals", { email: joined.email })).status).toBe(404);
  expect(await countRows(world, "suppressions", world.northwind.id)).toBe(1);
});

test("where sending is paused a member lets it go on, and what waited is ready", async () => {
  const { world, nora } = await open();
  await world.database.owner.query(
    "update agencies set sending_paused_at = now(), sending_paused_reason = 'The mail relay did not accept our sign-in.' where id = $1",
    [world.northwind.id],
  );
  expect(await nora.page("/northwind")).toContain("Resume sending");
  const answer = await nora.post("/northwind/sending/resumption");
  expect(answer.headers.get("location")).toBe("/northwind");
  const html = await nora.page("/northwind");
  expect(html).toContain("Sending goes on");
  expect(html).not.toContain("Resume sending");
  const viewer = await world.member(world.northwind.members.viewer);
  await viewer.page("/northwind");
  expect((await viewer.post("/northwind/sending/resumption")).status).toBe(403);
});
