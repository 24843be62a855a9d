// The finished e-mails: what each says, and that no value can become anything but text.

import fc from "fast-check";
import { expect, test } from "vitest";
import { type EmailKind, type EmailValues, emailKinds, emails } from "../../emails/kinds.ts";
import { renderEmail } from "../../emails/render.ts";
import type { Brand } from "../../emails/types.ts";
import { EmailValueRefused } from "../../emails/values.ts";
import { allEmailPreviews } from "../../src/jobs/email-previews.ts";
import { productWords, renderTemplate, SAMPLE_LINK } from "../../src/jobs/template-message.ts";

const brand: Brand = { name: "Halden & Rye", color: "#00684e", origin: "https://clients.haldenrye.example" };
const TOKEN = "Qm7Xw1vK2f8TQm7Xw1vK2f8TQm7Xw1vK2f8TQm7Xw1v";
const url = `${brand.origin}/l/${TOKEN}`;

const invite = {
  contactName: "Maya Okafor" as string | null,
  company: "Brightwater Foods",
  memberName: "Ingrid Rye" as string | null,
  message: "It takes a minute to set up.\nYou can always reply to this email if you get stuck.",
  url,
  until: "Tuesday 8 December",
  recipient: "maya@brightwater.example",
};
/** The invite in the product's own words. */
const drawInvite = (from: Brand, { contactName, company, url: to, until, recipient, ...more }: typeof invite) =>
  renderTemplate(productWords("invite"), from, {
    facts: {
      contact: { name: contactName, email: recipient, company },
      agency: { name: from.name, supportEmail: null },
      portal: { name: from.name, url: from.origin },
    },
    link: { url: to, seconds: 14 * 86_400, ends: until },
    recipient,
    ...more,
  });
const link: EmailValues<"sign-in-link"> = { ...emails["sign-in-link"].previewProps, url };

/** The one address in the preview of a kind. */
const addressIn = (kind: string) =>
  kind in emails ? { url: undefined, ...emails[kind as EmailKind].previewProps }.url : `${brand.origin}${SAMPLE_LINK}`;

test.each(allEmailPreviews.kinds)("%s has a subject, HTML and text, with nothing left to fill in", async (kind) => {
  const email = await allEmailPreviews.preview(kind);
  const address = addressIn(kind) ?? "";
  expect(email?.subject).toMatch(/(Halden & Rye|Portico)/);
  for (const part of [email?.html ?? "", email?.text ?? ""]) {
    expect(part).not.toMatch(/%%|undefined|null|\[object/);
    expect(part).toContain(address);
  }
  expect(email?.text).not.toMatch(/&\w+;|&#|<\w/);
  expect(email?.text).not.toMatch(/\n{3}/);
});

test.each(allEmailPreviews.kinds)(
  "%s has one button at most, no picture, no script, and no address but its own",
  async (kind) => {
    const html = (await allEmailPreviews.preview(kind))?.html ?? "";
    const address = addressIn(kind);
    expect(html.match(/class="btn"/g)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(html).not.toMatch(/<img|<script|<link|url\(|\sbackground=/i);
    const hrefs = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, href]) => href);
    expect(hrefs).toEqual(address ? [address, address] : []);
  },
);

test("an invite names the agency, the contact and the company, and gives the member's words", async () => {
  const { subject, html, text } = await drawInvite(brand, invite);
  expect(subject).toBe("Halden & Rye invited you to your client portal");
  expect(text).toContain("Hi Maya,");
  expect(text).toContain("Halden & Rye has set up a client portal for Brightwater Foods.");
  expect(text).toContain(
    "“It takes a minute to set up.\nYou can always reply to this email if you get stuck.” Ingrid Rye",
  );
  expect(text).toContain(`Accept the invite:\n${url}`);
  expect(text).toContain("The button works until Tuesday 8 December.");
  expect(html).toContain("It takes a minute to set up.<br>You can always reply");
  expect(html).toContain("Halden &amp; Rye has set up");
});

test("blocks without a value are left out, also when the same template was rendered with them before", async () => {
  const full = await drawInvite(brand, invite);
  const bare = { ...invite, contactName: null, company: "  ", memberName: null, message: "\n \n" };
  const { html, text } = await drawInvite(brand, bare);
  expect(full.text).toContain("“It takes");
  expect(text).not.toMatch(/[“”]/);
  expect(html).not.toMatch(/[“”]/);
  expect(text).toContain("Hi there,");
  expect(text).toContain("a client portal for you.");
  expect(text).not.toContain("Sent by");
});

test("a link that the contact asked for carries the code and says where it was asked for", async () => {
  const { text, html } = await renderEmail("sign-in-link", brand, link);
  expect(text).toMatch(/^418203$/m);
  expect(html).toContain("418203");
  expect(text).toContain("Asked for on Monday 23 November, 09:04 GMT, in Firefox on Linux.");
  const without = await renderEmail("sign-in-link", brand, { ...link, code: null, codeLifetime: null, askedIn: null });
  expect(without.text).not.toContain("code");
  expect(without.text).toContain("Asked for on Monday 23 November, 09:04 GMT. If it was not you");
});

test("an e-mail that a member sends carries no code", async () => {
  expect((await allEmailPreviews.preview("login-email"))?.text).not.toMatch(/\b\d{6}\b|code/);
  expect((await allEmailPreviews.preview("invite"))?.text).not.toMatch(/\b\d{6}\b|code/);
});

test("what people typed is text in the HTML and itself in the text", async () => {
  const evil = `<img src=x onerror="alert(1)">--><!--' & "`;
  const { html, text } = await drawInvite(
    { ...brand, name: evil },
    { ...invite, contactName: evil, company: evil, message: evil },
  );
  expect(html).not.toMatch(/<img|-->/);
  expect(html).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;");
  expect(text).toContain(`“${evil}” Ingrid Rye`);
  expect(text).toContain("Hi <img,");
});

test("a value that looks like a placeholder stays what it is", async () => {
  const { html, text, subject } = await drawInvite(
    { ...brand, name: "%%url%%" },
    { ...invite, contactName: "%%message%%", company: "$& $1 %%", message: "%%recipient%% %%brandName%%" },
  );
  expect(subject).toBe("%%url%% invited you to your client portal");
  for (const part of [html, text]) {
    expect(part).toContain("Hi %%message%%,");
    expect(part).toContain("%%recipient%% %%brandName%%");
  }
  expect(text).toContain("portal for $& $1 %%.");
});

test("a subject is one line whatever the agency is called", async () => {
  const { subject } = await drawInvite({ ...brand, name: "North\r\nBcc: a@b.example\u2028\u202Ewind" }, invite);
  expect(subject).toBe("North Bcc: a@b.example wind invited you to your client portal");
  const long = await drawInvite({ ...brand, name: "N".repeat(5000) }, invite);
  expect(long.subject.length).toBeLessThanOrEqual(200);
});

test("a name that is an address is kept from becoming a link", async () => {
  const { html, text } = await drawInvite(
    { ...brand, name: "https://win.example/prize" },
    { ...invite, contactName: "www.win.example" },
  );
  for (const part of [html, text]) expect(part).not.toMatch(/win\.example|https?:\/\/win/);
  const plain = await drawInvite(brand, { ...invite, contactName: "J. R. Smith, St. Ives" });
  expect(plain.text).toContain("Hi J.,");
});

test.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "https://evil.example/l/x",
  "https://clients.haldenrye.example@evil.example/",
  "https://clients.haldenrye.example.evil.example/",
  "https://user:pass@clients.haldenrye.example/",
  "http://clients.haldenrye.example/l/x",
  "https://clients.haldenrye.example:444/",
  "//clients.haldenrye.example/",
  "/l/x",
  "",
  'https://clients.haldenrye.example/"onclick="x',
  "https://clients.haldenrye.example/l/x\r\nBcc: a@b.example",
  "https:\\\\clients.haldenrye.example/",
])("the link %j is refused", async (bad) => {
  await expect(drawInvite(brand, { ...invite, url: bad })).rejects.toThrow(EmailValueRefused);
});

test("a refused link is not repeated in the error", async () => {
  await expect(drawInvite(brand, { ...invite, url: `https://evil.example/l/${TOKEN}` })).rejects.not.toThrow(
    /Qm7X|evil/,
  );
});

test("a code that is not six digits is refused", async () => {
  for (const code of ["12345", "1234567", "12345a", "<b>123"]) {
    await expect(renderEmail("sign-in-link", brand, { ...link, code })).rejects.toThrow(EmailValueRefused);
  }
});

test("a brand colour that is none becomes the default, and nothing of it reaches a style", async () => {
  for (const color of ["red;background:url(x)", "#fff", "#00684e;x", "", null, "#GGGGGG"]) {
    const { html } = await drawInvite({ ...brand, color }, invite);
    expect(html).not.toMatch(/url\(x\)|;x|GGGGGG/);
    expect(html).toContain("#00684e");
  }
});

test("agencies of one colour share a template and nothing else", async () => {
  const [one, other] = await Promise.all([
    drawInvite({ ...brand, name: "Northwind" }, { ...invite, recipient: "a@northwind.example" }),
    drawInvite({ ...brand, name: "Rivermark" }, { ...invite, recipient: "b@rivermark.example" }),
  ]);
  expect(one.html + one.text).not.toMatch(/Rivermark|b@rivermark/);
  expect(other.html + other.text).not.toMatch(/Northwind|a@northwind/);
});

test("whatever the values, the HTML has the same elements and the text has the values as they are", async () => {
  const elements = (html: string) =>
    html
      .match(/<\/?[a-z!][^\s>]*/gi)
      ?.filter((tag) => tag !== "<br")
      .join() ?? "";
  const expected = elements((await drawInvite(brand, invite)).html);
  const visible = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((text) => /^[\p{L}\p{P}\p{S}]+$/u.test(text) && !/[.:/@]/.test(text));
  await fc.assert(
    fc.asyncProperty(visible, visible, async (name, message) => {
      const { html, text } = await drawInvite({ ...brand, name }, { ...invite, contactName: name, message });
      expect(elements(html)).toBe(expected);
      expect(text).toContain(message.normalize("NFC"));
    }),
    { numRuns: 200 },
  );
});

const logo = { url: `${brand.origin}/brand/x.png`, width: 120, height: 120, ground: null } as const;

test("a logo stands beside the name in the HTML and is nothing in the text", async () => {
  const bare = await drawInvite(brand, invite);
  const { html, text } = await drawInvite({ ...brand, logo }, invite);
  expect(html).toContain(`<img src="${logo.url}" width="36" height="36" alt style=`);
  expect(html).toContain(">Halden &amp; Rye</td>");
  expect(html).not.toContain(">HR<");
  expect(text).toBe(bare.text);
});

test("a wide logo says the name itself, also where pictures are not shown, and the text begins with it all the same", async () => {
  const wide = { ...logo, width: 600, height: 100, ground: "dark" } as const;
  const { html, text } = await drawInvite({ ...brand, logo: wide }, invite);
  expect(html).toContain(`width="200" height="33" alt="Halden &amp; Rye"`);
  expect(html).toContain("background-color:#17181c");
  expect(text).toMatch(/^Halden & Rye\n/);
  expect(text).not.toContain("x.png");
});

test("a logo from elsewhere is refused", async () => {
  const elsewhere = { ...logo, url: "https://tracker.example/x.png" };
  await expect(drawInvite({ ...brand, logo: elsewhere }, invite)).rejects.toThrow(EmailValueRefused);
});

test("no kind is without a template, a subject and a rule for each of its values", () => {
  for (const kind of emailKinds) {
    const { Template, subject, fields, previewProps } = emails[kind as EmailKind];
    expect(Template).toBeTypeOf("function");
    expect(subject("x")).toContain("x");
    expect(Object.keys(fields).sort()).toEqual(Object.keys(previewProps).sort());
  }
});
