// Which addresses the product sends to, and that a message's envelope never holds another one.

import fc from "fast-check";
import { simpleParser } from "mailparser";
import { expect, test } from "vitest";
import { AddressRefused, parseAddress, parseMailbox } from "../../src/mail/addresses.ts";
import { composeMessage, newMessageId } from "../../src/mail/compose.ts";
import { createMailer } from "../../src/mail/mailer.ts";
import { startSmtp } from "../support/smtp.ts";

const compose = (address: string, name: string | null = null) =>
  composeMessage({
    to: { name, address },
    from: { name: "Northwind", address: "no-reply@portico.example" },
    messageId: newMessageId("no-reply@portico.example"),
    subject: "Hello",
    text: "Hello\n",
    html: "<p>Hello</p>",
  });

const hostile = [
  "victim@a.example, other@b.example",
  "victim@a.example;other@b.example",
  "victim@a.example other@b.example",
  "Victim <other@b.example>",
  "<victim@a.example>",
  '"victim@a.example" <other@b.example>',
  '"victim@a.example, x"@b.example',
  '"a b"@b.example',
  "group: victim@a.example, other@b.example;",
  "victim@a.example\r\nBcc: other@b.example",
  "victim@a.example\nRCPT TO:<other@b.example>",
  "victim@a.example\0",
  "victim@a.example>\r\nRCPT TO:<other@b.example",
  "victim(comment)@a.example",
  "victim@a.example(comment)",
  "victim@[127.0.0.1]",
  "victim@127.0.0.1",
  "victim@0x7f000001",
  "victim@2130706433",
  "victim@a.example@b.example",
  "victim%b.example@",
  "@a.example:victim@b.example",
  "@a.example",
  "victim@",
  "victim",
  "",
  " victim@a.example",
  "victim@a.example ",
  "victim@a..example",
  "victim@.example",
  "victim@example.",
  "victim@-a.example",
  "victim@a_b.example",
  "victim@a.example/x",
  "victim@a%2eexample",
  ".victim@a.example",
  "victim.@a.example",
  "vic..tim@a.example",
  "victim@a\uFF0Cb.example",
  "victim\u202E@a.example",
  "victim\u200B@a.example",
  "victim＠a.example",
  `${"a".repeat(65)}@a.example`,
  `a@${"a".repeat(64)}.example`,
  `a@${"a.".repeat(130)}example`,
  "=?utf-8?q?victim?= <a@b.example>",
];

test.each(hostile)("the hostile address %j is refused before anything is built from it", async (address) => {
  expect(parseAddress(address)).toBeNull();
  await expect(compose(address)).rejects.toThrow(AddressRefused);
});

test.each([
  ["jane@acme.example", "jane@acme.example"],
  ["Jane.Doe+portal@Acme.EXAMPLE", "Jane.Doe+portal@acme.example"],
  ["o'brien@acme.example", "o'brien@acme.example"],
  ["no-reply@localhost", "no-reply@localhost"],
  ["jane@bücher.example", "jane@xn--bcher-kva.example"],
  ["jörg@bücher.example", "jörg@xn--bcher-kva.example"],
  ["a!#$%&'*+/=?^_`{|}~-b@acme.example", "a!#$%&'*+/=?^_`{|}~-b@acme.example"],
])("the address %j is sent to as %j", async (address, sent) => {
  expect((await compose(address)).envelope.to).toBe(sent);
});

test("a refused address is not repeated in the error", async () => {
  await expect(compose("victim@a.example, other@b.example")).rejects.not.toThrow(/victim|other/);
});

test("whatever the address and the name, the envelope and the To header hold that one address or nothing is built", async () => {
  const piece = fc.oneof(fc.constantFrom(...hostile, ",", ";", "<", ">", "@", '"', "\r\n", "a@b.example"), fc.string());
  const anything = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
  await fc.assert(
    fc.asyncProperty(fc.oneof(anything, fc.emailAddress()), anything, async (address, name) => {
      const message = await compose(address, name).catch((error: unknown) => {
        if (error instanceof AddressRefused) return null;
        throw error;
      });
      if (!message) return;
      expect(message.envelope).toEqual({ from: "no-reply@portico.example", to: parseAddress(address) });
      const mail = await simpleParser(message.raw);
      const to = [mail.to ?? []].flat().flatMap((field) => field.value);
      expect(to.map((one) => one.address?.toLowerCase())).toEqual([message.envelope.to.toLowerCase()]);
      expect([mail.cc, mail.bcc]).toEqual([undefined, undefined]);
    }),
    { numRuns: 400 },
  );
});

test("the address that the server hears in RCPT TO is the one that was given", async () => {
  const sink = await startSmtp();
  const mailer = createMailer({ smtpUrl: sink.url, outboxDir: "unused" });
  const addresses = [
    "Jane.Doe+portal@acme.example",
    "o'brien@acme.example",
    "a!#$%&'*+/=?^_`{|}~-b@acme.example",
    "jörg@bücher.example",
  ];
  for (const address of addresses) {
    expect(await mailer.send(await compose(address, "x <other@b.example>, y"))).toMatchObject({ kind: "accepted" });
  }
  expect(sink.messages.map(({ to }) => to)).toEqual([
    ["Jane.Doe+portal@acme.example"],
    ["o'brien@acme.example"],
    ["a!#$%&'*+/=?^_`{|}~-b@acme.example"],
    ["jörg@bücher.example"], // the sink shows A-labels as people write them
  ]);
  await mailer.close();
  await sink.close();
});

test("the operator's sender is read with and without a name, and refused when it is no mailbox", () => {
  expect(parseMailbox("Portico <no-reply@localhost>")).toEqual({ name: "Portico", address: "no-reply@localhost" });
  expect(parseMailbox('"Portico, Inc." <mail@portico.example>')).toEqual({
    name: "Portico, Inc.",
    address: "mail@portico.example",
  });
  expect(parseMailbox("mail@portico.example")).toEqual({ name: "", address: "mail@portico.example" });
  expect(parseMailbox("Portico")).toBeNull();
  expect(parseMailbox("a@b.example, c@d.example")).toBeNull();
});
