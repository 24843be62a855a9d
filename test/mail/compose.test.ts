// The headers of a message, and what cannot get into them.

import { simpleParser } from "mailparser";
import { expect, test } from "vitest";
import { AddressRefused } from "../../src/mail/addresses.ts";
import { composeMessage, type MessageParts, newMessageId } from "../../src/mail/compose.ts";

const parts: MessageParts = {
  to: { name: "Jane Doe", address: "jane@acme.example" },
  from: { name: "Halden & Rye", address: "no-reply@portico.example" },
  replyTo: { name: "Ingrid Rye", address: "ingrid@haldenrye.example" },
  messageId: "<one@portico.example>",
  subject: "Your sign-in button for Halden & Rye",
  text: "Grüße & <b>\n",
  html: "<p>Grüße &amp; more</p>",
};

test("a message has the agency's name on the platform's address, one recipient, text and HTML", async () => {
  const { raw, envelope, messageId } = await composeMessage(parts);
  const mail = await simpleParser(raw);
  expect(envelope).toEqual({ from: "no-reply@portico.example", to: "jane@acme.example" });
  expect(mail.from?.value).toEqual([{ name: "Halden & Rye", address: "no-reply@portico.example" }]);
  expect([mail.to].flat()[0]?.value).toEqual([{ name: "Jane Doe", address: "jane@acme.example" }]);
  expect(mail.replyTo?.value).toEqual([{ name: "Ingrid Rye", address: "ingrid@haldenrye.example" }]);
  expect(mail.subject).toBe(parts.subject);
  expect(mail.text).toBe("Grüße & <b>\n");
  expect(mail.html).toBe("<p>Grüße &amp; more</p>");
  expect([messageId, mail.messageId]).toEqual(["<one@portico.example>", "<one@portico.example>"]);
});

test("a message says that a machine wrote it, and has no unsubscribe, tracking or program headers", async () => {
  const { raw } = await composeMessage({ ...parts, replyTo: null });
  const mail = await simpleParser(raw);
  expect(mail.headers.get("auto-submitted")).toBe("auto-generated");
  expect(mail.headerLines.map(({ key }) => key).sort()).toEqual(
    ["auto-submitted", "content-type", "date", "from", "message-id", "mime-version", "subject", "to"].sort(),
  );
});

test("every attempt of an e-mail has the same Message-ID, and no two e-mails share one", () => {
  const ids = Array.from({ length: 1000 }, () => newMessageId("no-reply@portico.example"));
  expect(new Set(ids).size).toBe(1000);
  expect(ids[0]).toMatch(/^<[0-9a-f-]{36}@portico\.example>$/);
});

test("an address in other letters stays in one piece beside any name, and ends no line", async () => {
  for (let length = 1; length <= 80; length++) {
    const address = `voilà-città-${"à".repeat(length % 24)}@acme.example`;
    const name = `${"Jane ".repeat(length / 5)}Doe`;
    const { raw } = await composeMessage({ ...parts, to: { name, address } });
    const { to } = await simpleParser(raw);
    expect([to].flat()[0]?.value, String(length)).toEqual([{ name, address }]);
  }
});

test("line breaks in the subject and in names add no header", async () => {
  const evil = "Northwind\r\nBcc: other@b.example\r\n\r\nbody";
  const { raw } = await composeMessage({
    ...parts,
    subject: evil,
    to: { name: evil, address: "jane@acme.example" },
    from: { name: evil, address: "no-reply@portico.example" },
    replyTo: { name: evil, address: "ingrid@haldenrye.example" },
  });
  const mail = await simpleParser(raw);
  expect(mail.bcc).toBeUndefined();
  expect(mail.subject).toBe("Northwind Bcc: other@b.example body");
  expect(mail.from?.value).toHaveLength(1);
  expect(mail.text).toBe(parts.text);
});

test("a name is cut at 100 characters and loses what turns text around", async () => {
  const { raw } = await composeMessage({
    ...parts,
    from: { name: `\u202E${"é".repeat(150)}`, address: "a@b.example" },
  });
  expect((await simpleParser(raw)).from?.value[0]?.name).toBe("é".repeat(100));
});

test("a sender or reply address that is not one address is refused", async () => {
  const bad = { name: "x", address: "a@b.example, c@d.example" };
  await expect(composeMessage({ ...parts, from: bad })).rejects.toThrow(AddressRefused);
  await expect(composeMessage({ ...parts, replyTo: bad })).rejects.toThrow(AddressRefused);
});

test("lines end with CRLF and none is longer than SMTP allows", async () => {
  const { raw } = await composeMessage({
    ...parts,
    text: `${"long ".repeat(1000)}\n`,
    html: `<p>${"long ".repeat(1000)}</p>`,
  });
  const lines = raw.toString("latin1").split("\r\n");
  expect(lines.some((line) => /[\r\n]/.test(line))).toBe(false);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
});

test("values between a template's pieces arrive as they are, whatever they hold and wherever they stand", async () => {
  const values = [
    ".",
    "..\n.\n",
    " leading and trailing ",
    "=3D =\n==20",
    "Grüße 🎉 שלום",
    "--=_portico--\r\n\r\nContent-Type: text/html",
    "x".repeat(5_000),
    "From here\nFrom there",
    "tab\t\n space \n",
    "",
    "%%name%%",
  ];
  const pieces = ["Hello ", "", "\n", ".\n", ". ", " =", "é", "\n\n", "From ", "\t", "z", " end \n"];
  const text = pieces.map((piece, at) => piece + (values[at] ?? "")).join("");
  const html = `<p>${text}</p>`;
  const woven = { text: { pieces, values }, html: { pieces: ["<p>", ...pieces.slice(1, -1), " end \n</p>"], values } };
  const shifted = { pieces: woven.html.pieces.with(0, "<p>Hello "), values };
  const { raw } = await composeMessage({ ...parts, text, html, woven: { text: woven.text, html: shifted } });
  const plain = await composeMessage({ ...parts, text, html });
  const [one, other] = [await simpleParser(raw), await simpleParser(plain.raw)];
  const lf = (some: unknown) => String(some).replace(/\r\n?/g, "\n");
  expect(one.text).toBe(lf(text));
  expect(one.html).toBe(lf(html));
  expect([other.text, other.html]).toEqual([one.text, one.html]);
  for (const line of raw.toString("latin1").split("\r\n")) {
    expect(line).toMatch(/^(?!\.)[\t\x20-\x7e]{0,76}$/);
    expect(line).not.toMatch(/[ \t]$/);
  }
});

test("no line is longer than 76 characters, a dot at its beginning and a value behind its end included", async () => {
  for (let length = 60; length <= 90; length++)
    for (const piece of [`é\n.${"a".repeat(length)}`, `é\n${"a".repeat(length)}`, `.${"é".repeat(length)}`]) {
      const woven = { pieces: [piece, "\n"], values: [`.${"b".repeat(length)}`] };
      const text = `${piece}.${"b".repeat(length)}\n`;
      const { raw } = await composeMessage({ ...parts, text, html: text, woven: { text: woven, html: woven } });
      expect((await simpleParser(raw)).text).toBe(text);
      for (const line of raw.toString("latin1").split("\r\n")) expect(line).toMatch(/^(?!\.).{0,76}$/);
    }
});

test("further headers stand in the message, and none can bring another along", async () => {
  const url = `https://clients.acme.example/u/${"a".repeat(120)}`;
  const { raw } = await composeMessage({
    ...parts,
    headers: [
      { name: "List-Unsubscribe", value: `<${url}>` },
      { name: "List-Unsubscribe-Post", value: "List-Unsubscribe=One-Click" },
    ],
  });
  const mail = await simpleParser(raw);
  const lines = new Map(mail.headerLines.map(({ key, line }) => [key, line.replace(/\r\n/g, "")]));
  expect(lines.get("list-unsubscribe")).toBe(`List-Unsubscribe: <${url}>`);
  expect(lines.get("list-unsubscribe-post")).toBe("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
  for (const bad of [
    { name: "X-One", value: "a\r\nBcc: other@b.example" },
    { name: "X-One\r\nBcc", value: "other@b.example" },
    { name: "X-One", value: "é" },
  ])
    await expect(composeMessage({ ...parts, headers: [bad] })).rejects.toThrow(TypeError);
});

test.each([
  'O"Hara \\ Sons, Ltd. <x@y.example>',
  "=?utf-8?Q?Bcc?= look",
  "北京のとても長い名前の会社".repeat(6),
  "Grüße, Ünal & Söhne GmbH mit einem sehr langen Namen in vielen Wörtern",
  "a".repeat(99),
])("a name and a subject arrive as they are: %s", async (name) => {
  const { raw } = await composeMessage({ ...parts, to: { name, address: "jane@acme.example" }, subject: name });
  const mail = await simpleParser(raw);
  expect([mail.to].flat()[0]?.value).toEqual([{ name: name.slice(0, 100), address: "jane@acme.example" }]);
  expect(mail.subject).toBe(name);
  expect(mail.headerLines.map(({ key }) => key)).not.toContain("bcc");
});

test("an address with letters beyond ASCII goes out in UTF-8, once and whole", async () => {
  const { raw, envelope } = await composeMessage({ ...parts, to: { name: "José", address: "josé@acme.example" } });
  expect(envelope.to).toBe("josé@acme.example");
  expect(raw.toString("utf8")).toContain("<josé@acme.example>\r\n");
});
