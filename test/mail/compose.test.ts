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
