// E-mails wear the agency's brand as it is when they are sent: name, colour, logo, and the address for answers.
import { expect, test } from "vitest";
import { drawBrandImage, keepBrandImage } from "../../src/models/brand-images.ts";
import { type BrandValues, changeBranding } from "../../src/models/branding.ts";
import { queueEmail } from "../../src/models/emails.ts";
import { insertAgency, insertContact } from "../support/database.ts";
import { plain } from "../support/images.ts";
import { LOGIN, type Mailing, startMailing } from "./mailing.ts";

const ORIGIN = "http://northwind.portal.localhost:3000";

async function insertMember({ database }: Mailing): Promise<string> {
  const { rows } = await database.owner.query(
    "insert into members (email, name, password_hash) values ('nora@northwind.example', 'Nora Wind', 'x') returning id",
  );
  return (rows[0] as { id: string }).id;
}

async function brand(mailing: Mailing, memberId: string): Promise<string> {
  const logo = await drawBrandImage(await plain("png"), "logo");
  if ("error" in logo) throw new Error(logo.error);
  const values: BrandValues = {
    name: "Halden & Rye",
    color: "#f3c530",
    scheme: "light",
    headline: "",
    text: "",
    supportEmail: "hello@haldenrye.example",
    logoHash: logo.hash,
    faviconHash: null,
  };
  await mailing.store.write(async (db) => {
    await keepBrandImage(db, logo);
    await changeBranding(db, values, memberId);
  });
  return logo.hash;
}

test("an e-mail has the portal's name, colour and logo in HTML, its name in text, and the help address for answers", async () => {
  const mailing = await startMailing();
  const memberId = await insertMember(mailing);
  const hash = await brand(mailing, memberId);
  const contactId = await mailing.invited("jane@acme.example");
  await mailing.queue(contactId, { kind: "invite", sentBy: memberId, lifetimeSeconds: 14 * 86_400 });
  mailing.work();
  const [mail] = await mailing.sink.received(1);
  expect(mail?.from?.value[0]?.name).toBe("Halden & Rye");
  expect(mail?.replyTo?.value[0]).toMatchObject({ address: "hello@haldenrye.example", name: "Halden & Rye" });
  expect(mail?.subject).toBe("Halden & Rye invited you to your client portal");
  const html = String(mail?.html);
  expect(html).toContain(`src="${ORIGIN}/brand/${hash}.png"`);
  // The button's ground and the text that reads on it.
  expect(html).toMatch(/background-color:#f3c530[^"]*/i);
  expect(html).toContain("color:#000000");
  for (const part of [html, mail?.text ?? ""]) expect(part).not.toContain("Northwind");
  expect(mail?.text).toMatch(/^Halden & Rye\n/);
  expect(mail?.text).not.toContain(".png");
});

test("another agency's e-mails wear none of it, and answers go to the member who sends", async () => {
  const mailing = await startMailing();
  const memberId = await insertMember(mailing);
  await brand(mailing, memberId);
  const rivermark = await insertAgency(mailing.database, "rivermark", "Rivermark");
  const contactId = await insertContact(mailing.database, rivermark, { email: "joe@other.example", name: "Joe" });
  await mailing.database.owner.query("insert into memberships (agency_id, member_id, role) values ($1, $2, 'owner')", [
    rivermark,
    memberId,
  ]);

  await mailing.database.store(rivermark).write((db) => queueEmail(db, { ...LOGIN, contactId, sentBy: memberId }));
  mailing.work();
  const [mail] = await mailing.sink.received(1);
  expect(mail?.from?.value[0]?.name).toBe("Rivermark");
  expect(mail?.replyTo?.value[0]?.address).toBe("nora@northwind.example");
  expect(String(mail?.html)).not.toMatch(/Halden|f3c530|<img/);
});
