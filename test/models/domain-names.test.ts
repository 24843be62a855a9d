// What people paste as a domain: the name in it, or why it cannot be a portal's.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDomainName, relativeName, shown, zoneOf } from "../../src/models/domain-names.ts";

const ours = { appHost: "app.portico.example", portalDomain: "portal.portico.example" };
const parse = (text: string) => parseDomainName(text, ours);
const errorOf = (text: string) => {
  const result = parse(text);
  return "error" in result ? result.error : `accepted ${result.name}`;
};

describe("reads the name out of", () => {
  const clients = { name: "clients.northwind.example", zone: "northwind.example", apex: false };
  test.each([
    "clients.northwind.example",
    "  Clients.NORTHWIND.example ",
    "clients.northwind.example.",
    "https://clients.northwind.example",
    "HTTPS://clients.northwind.example:8443/sign-in?next=/#top",
    "http://clients.northwind.example/path",
    "//clients.northwind.example",
    "https:/clients.northwind.example/",
    "http:clients.northwind.example",
    "clients.northwind.example:",
    "<https://clients.northwind.example>",
    "“clients.northwind.example”,",
    "\u200bclients.northwind.example\u2060",
    "clients。northwind。example",
    "ｃｌｉｅｎｔｓ.northwind.example",
  ])("%j", (text) => expect(parse(text)).toEqual(clients));

  test("Unicode, as its A-label, and shows it as people write it", () => {
    expect(parse("Kunden.Bücher.example")).toEqual({
      name: "kunden.xn--bcher-kva.example",
      zone: "xn--bcher-kva.example",
      apex: false,
    });
    expect(parse("xn--bcher-kva.example")).toMatchObject({ name: "xn--bcher-kva.example", apex: true });
    expect(shown("kunden.xn--bcher-kva.example")).toBe("kunden.bücher.example");
    for (const name of [
      "россия.рф",
      "日本ブログ.jp",
      "ไทย.example",
      "почта.example",
      "paral·lel.example",
      "kız.example",
    ])
      expect([name, "error" in parse(name)]).toEqual([name, false]);
  });

  test("an apex, and says that it is one; a name below a host of public suffixes is one too", () => {
    expect(parse("northwind.example")).toMatchObject({ apex: true, zone: "northwind.example" });
    expect(parse("northwind.co.uk")).toMatchObject({ apex: true });
    expect(parse("www.northwind.co.uk")).toMatchObject({ apex: false, zone: "northwind.co.uk" });
    expect(parse("northwind.github.io")).toMatchObject({ apex: true });
  });
});

describe("refuses, with the reason", () => {
  test.each([
    ["", "Enter a domain"],
    ["   ", "Enter a domain"],
    ["127.0.0.1", "IP address"],
    ["https://127.0.0.1:3000/", "IP address"],
    ["[::1]:80", "IP address"],
    ["2001:db8::1", "IP address"],
    ["0x7f.1", "IP address"],
    ["1.2.3", "IP address"],
    ["127。0。0。1", "IP address"],
    ["co.uk", "public suffix"],
    ["github.io", "public suffix"],
    ["com", "one part of a name"],
    ["intranet", "one part of a name"],
    ["localhost", ".localhost"],
    ["a.localhost", ".localhost"],
    ["printer.local", ".local"],
    ["abc.onion", ".onion"],
    ["app.portico.example", "belongs to Portico"],
    ["https://APP.portico.example./", "belongs to Portico"],
    ["portal.portico.example", "belongs to Portico"],
    ["rivermark.portal.portico.example", "belongs to Portico"],
    ["clients_a.northwind.example", "underscore"],
    ["_dmarc.northwind.example", "underscore"],
    ["nora@northwind.example", "email address"],
    ["*.northwind.example", "wildcard"],
    ["a.northwind.example b.northwind.example", "spaces"],
    [`${"a".repeat(64)}.example`, "63 characters"],
    [`${"abcdefg.".repeat(32)}example`, "253 characters"],
    ["-a.example", "not a domain name"],
    ["a-.example", "not a domain name"],
    ["a..b.example", "not a domain name"],
    ["a,b.example", "not a domain name"],
    ["xn--zzzzzzzzz99999.example", "cannot be read"],
    ["аpple.com", "mixes alphabets"],
    ["xn--pple-43d.com", "mixes alphabets"],
    ["аррӏе.com", "mixes alphabets"],
    ["nοrthwind.example", "mixes alphabets"],
    ["ɡoogle.com", "mixes alphabets"],
    ["northwind.example⁄sign-in.evil.example", "not letters"],
    ["northwind.example∕sign-in.evil.example", "not letters"],
    ["☃.net", "not letters"],
    ["i❤.ws", "not letters"],
  ])("%j", (text, reason) => expect(errorOf(text)).toContain(reason));
});

test("whatever it accepts is a name that DNS can hold, is not ours, and reads the same again", () => {
  const text = fc.oneof(
    fc.domain(),
    fc.webUrl(),
    fc.string(),
    fc.string({ unit: "grapheme" }).map((part) => `${part}.example`),
  );
  fc.assert(
    fc.property(text, (typed) => {
      const result = parse(typed);
      if ("error" in result) return result.error.length > 0;
      expect(result.name).toMatch(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,63}$/);
      expect(result.name.endsWith(ours.portalDomain)).toBe(false);
      expect(parse(result.name)).toEqual(result);
      return true;
    }),
    { numRuns: 1_000 },
  );
});

test("record names are told as they are typed at a provider", () => {
  expect(relativeName("clients.northwind.example", "northwind.example")).toBe("clients");
  expect(relativeName("_portico-challenge.clients.northwind.example", "northwind.example")).toBe(
    "_portico-challenge.clients",
  );
  expect(relativeName("northwind.example", "northwind.example")).toBe("@");
  expect(zoneOf("a.b.northwind.co.uk")).toBe("northwind.co.uk");
});

test("however long the text is that somebody typed, its host is read in a moment", () => {
  for (const between of [" ", "\u200b", ")"]) {
    expect(parse(`a${between.repeat(1_000_000)}b`)).toHaveProperty("error");
    expect(parse(`${between === ")" ? "" : between}clients.northwind.example${between.repeat(500)}`)).toMatchObject({
      name: "clients.northwind.example",
    });
  }
  expect(parse(`https://clients.northwind.example/${"a".repeat(1_000_000)}`)).toMatchObject({
    name: "clients.northwind.example",
  });
});
