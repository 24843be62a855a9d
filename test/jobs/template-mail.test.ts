// Mail in an agency's own words on its way: one link for the one recipient, which version it was, and what becomes of it for whom.
import { expect, test } from "vitest";
import { defaultFields, newTemplateFields } from "../../src/models/email-template-words.ts";
import { createTemplate, getTemplate, restoreDefault, saveTemplate } from "../../src/models/email-templates.ts";
import { queueEmail } from "../../src/models/emails.ts";
import { insertContact } from "../support/database.ts";
import { LOGIN, type Mailing, startMailing } from "./mailing.ts";

const PORTAL = "http://northwind.portal.localhost:3000";
const linkIn = (text: string) => /\/l\/([\w-]{43})/.exec(text)?.[1];

async function insertMember({ database }: Mailing): Promise<string> {
  const { rows } = await database.owner.query(
    "insert into members (email, name, password_hash) values ('nora@northwind.example', 'Nora Wind', 'x') returning id",
  );
  return (rows[0] as { id: string }).id;
}

async function ownTemplate({ store }: Mailing, memberId: string, body: string): Promise<string> {
  return await store.write(async (db) => {
    const key = await createTemplate(db, "News", { ...newTemplateFields, body }, memberId);
    return (await getTemplate(db, key)).versionId ?? "";
  });
}

const rowOf = async ({ database }: Mailing, id: string) =>
  (
    await database.owner.query(
      `select emails.status, emails.reason, emails.template_version_id as version, contacts.invited_at,
         (select count(*)::int from access_links where email_id = emails.id) as links,
         (select json_build_object('kind', kind, 'uses', uses, 'destination', destination, 'seconds', lifetime_seconds)
            from access_links where email_id = emails.id) as link
       from emails join contacts on contacts.id = emails.contact_id where emails.id = $1`,
      [id],
    )
  ).rows[0];

test("an agency's words go out as an invite, name their version, and carry the contact's own link", async () => {
  const mailing = await startMailing();
  const memberId = await insertMember(mailing);
  const words = { ...defaultFields.invite, heading: "Come in, {{ contact.first_name }}", button: "Open the door" };
  await mailing.store.write((db) => saveTemplate(db, "invite", words, memberId));
  const contactId = await insertContact(mailing.database, mailing.agencyId, {
    email: "jane@acme.example",
    name: "Jane Roe",
  });
  const emailId = await mailing.queue(contactId, {
    kind: "invite",
    sentBy: memberId,
    personalMessage: "See you there.",
    lifetimeSeconds: 14 * 86_400,
  });
  mailing.work();
  const [mail] = await mailing.sink.received(1);
  expect(mail?.text).toContain("Come in, Jane");
  expect(mail?.text).toContain("“See you there.” Nora Wind");
  expect(mail?.text).toMatch(new RegExp(`Open the door:\\n${PORTAL}/l/[\\w-]{43}`));
  expect(mail?.text).toMatch(/The button works until \w+day \d+ \w+\./);
  const version = (await mailing.store.read((db) => getTemplate(db, "invite"))).versionId;
  expect(await rowOf(mailing, emailId)).toMatchObject({
    version,
    links: 1,
    link: { kind: "invite", uses: "until-joined" },
  });
});

test("what goes out before an agency has saved words is to the letter what goes out when it has saved the same ones", async () => {
  const mailing = await startMailing();
  const memberId = await insertMember(mailing);
  const jane = await mailing.invited("jane@acme.example", { name: "Jane Roe" });
  mailing.work();
  const sent = [];
  for (const kind of ["invite", "login-email"] as const)
    for (const saved of [false, true]) {
      if (saved)
        await mailing.store.write(async (db) => {
          await saveTemplate(db, kind, { ...defaultFields[kind], heading: "Ours" }, memberId);
          await saveTemplate(db, kind, (await getTemplate(db, kind)).fields, memberId);
          await saveTemplate(db, kind, defaultFields[kind], memberId);
        });
      await mailing.queue(jane, { kind, sentBy: memberId, lifetimeSeconds: 14 * 86_400 });
      sent.push((await mailing.sink.received(sent.length + 1)).at(-1));
    }
  const parts = sent.map((mail) =>
    JSON.stringify([mail?.subject, mail?.text, mail?.html]).replaceAll(/\/l\/[\w-]{43}/g, "/l/"),
  );
  expect([parts[1], parts[3]]).toEqual([parts[0], parts[2]]);
  expect(sent[0]?.text).toContain("The button works until");
  expect(sent[2]?.text).toContain("Sent by Nora Wind. If you did not expect it, reply and tell us.");
});

test("once the default is restored mail is in the product's words again, and what was sent keeps its version", async () => {
  const mailing = await startMailing();
  const memberId = await insertMember(mailing);
  await mailing.store.write((db) =>
    saveTemplate(db, "login-email", { ...defaultFields["login-email"], heading: "Ours" }, memberId),
  );
  const jane = await mailing.invited("jane@acme.example", { joined_at: new Date() });
  const first = await mailing.queue(jane, LOGIN);
  mailing.work();
  expect((await mailing.sink.received(1))[0]?.text).toContain("Ours");
  await mailing.store.write((db) => restoreDefault(db, "login-email", memberId));
  const second = await mailing.queue(jane, LOGIN);
  expect((await mailing.sink.received(2))[1]?.text).toContain("Sign in to your client portal");
  expect((await rowOf(mailing, first)).version).not.toBeNull();
  expect((await rowOf(mailing, second)).version).toBeNull();
});

test("a link in the agency's own template is the recipient's, works once, and invites whoever was never invited", async () => {
  const mailing = await startMailing();
  const memberId = await insertMember(mailing);
  const templateVersionId = await ownTemplate(
    mailing,
    memberId,
    'Hi {{ contact.first_name | default: "there" }}, {{ portal.login_url to="/profile" ttl=12h }}\n\n{{ portal.login_button to="/profile" ttl=12h }}',
  );
  const ids = await Promise.all(
    ["jane@acme.example", "kim@acme.example"].map(async (email) => {
      const contactId = await insertContact(mailing.database, mailing.agencyId, { email });
      return await mailing.store.write((db) =>
        queueEmail(db, { kind: "template", contactId, templateVersionId, lifetimeSeconds: 43_200, lane: "bulk" }),
      );
    }),
  );
  mailing.work();
  const mails = await mailing.sink.received(2);
  const tokens = mails.map((mail) => linkIn(mail.text ?? ""));
  expect(new Set(tokens).size).toBe(2);
  for (const mail of mails) expect((mail.text ?? "").split(linkIn(mail.text ?? "") ?? " ").length).toBeGreaterThan(2);
  for (const id of ids) {
    const row = await rowOf(mailing, id);
    expect(row.invited_at).not.toBeNull();
    expect(row).toMatchObject({
      version: templateVersionId,
      link: { kind: "magic", uses: "once", destination: "/profile", seconds: 43_200 },
    });
  }
});

test("a message for a revoked contact fails and says why, and no link is made", async () => {
  const mailing = await startMailing();
  const memberId = await insertMember(mailing);
  const withLink = await ownTemplate(mailing, memberId, "{{ portal.login_button }}");
  const contactId = await mailing.invited("jane@acme.example", { joined_at: new Date() });
  await mailing.database.owner.query("update contacts set revoked_at = now() where id = $1", [contactId]);
  const emailId = await mailing.queue(contactId, {
    kind: "template",
    templateVersionId: withLink,
    lifetimeSeconds: 60,
    lane: "bulk",
  });
  mailing.work();
  await expect
    .poll(() => rowOf(mailing, emailId))
    .toMatchObject({
      status: "failed",
      reason: "Access is revoked, so this email has no link that works.",
      links: 0,
    });
});
