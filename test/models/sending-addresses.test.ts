// Addresses to send from, as people paste them, and what is refused before it gets near a header.
import { expect, test } from "vitest";
import { parseLocalPart, parseSendingAddress } from "../../src/models/sending-addresses.ts";

const ours = { appHost: "app.portico.example", portalDomain: "portal.portico.example", mailDomain: "portico.example" };
const parse = (text: string) => parseSendingAddress(text, ours);

test.each([
  ["northwind.example", "hello", "northwind.example"],
  ["  Team@Northwind.EXAMPLE  ", "team", "northwind.example"],
  ["Northwind <team@northwind.example>", "team", "northwind.example"],
  ["mailto:team+clients@mail.northwind.example", "team+clients", "mail.northwind.example"],
  ["https://www.northwind.example/contact", "hello", "www.northwind.example"],
  ["münchen.example", "hello", "xn--mnchen-3ya.example"],
])("reads %j", (text, localPart, domain) => {
  expect(parse(text)).toEqual({ localPart, domain });
});

test.each([
  "",
  "localhost",
  "192.0.2.1",
  "hello@192.0.2.1",
  "co.uk",
  "a_b.example",
  "portico.example",
  "no-reply@portico.example",
  "app.portico.example",
  "northwind.portal.portico.example",
  `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.example`,
  "a@b@c.example",
])("refuses %j, with a reason", (text) => {
  expect(parse(text)).toEqual({ error: expect.stringMatching(/\.$/) });
});

const hostile = [
  "",
  " ",
  ".",
  ".team",
  "team.",
  "te..am",
  "te am",
  '"te am"',
  "team\r\nBcc: eve",
  "team\nX",
  "team\0",
  "team,eve",
  "team;eve",
  "team<eve",
  "team>",
  "(team)",
  "team@eve",
  "team\\",
  "te\u202Eam",
  "tеam",
  "équipe",
  "team%0d%0a",
  "team:eve",
  "[team]",
  "`team`",
  "a".repeat(65),
];

test.each(hostile)("the part before the @ cannot be %j", (local) => {
  expect(parseLocalPart(local)).toEqual({ error: expect.any(String) });
  if (local.trim() !== "") expect(parse(`${local}@northwind.example`)).toEqual({ error: expect.any(String) });
});

test.each(["hello", "Hello", "first.last", "a", "team+portal", "no-reply", "x_1", "a".repeat(64)])(
  "the part before the @ can be %j",
  (local) => {
    expect(parseLocalPart(` ${local} `)).toEqual({ localPart: local.toLowerCase() });
  },
);
