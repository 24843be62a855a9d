// What the records of a sending domain mean: each way in which people get them wrong, and what they are told to set instead.
import { expect, test } from "vitest";
import type { SenderRecords } from "../../src/dns/sender-records.ts";
import {
  joinSpf,
  judgeRecords,
  namesToCheck,
  publishedKey,
  recordsToSet,
  txtStrings,
} from "../../src/models/sending-records.ts";

const publicKey = "MIIB".repeat(98);
const keys = { domain: "northwind.example", selector: "portico1", publicKey, proofValue: "7d1f0c2a94" };
const platform = { spf: ["include:_spf.portico.example"], bounceDomain: "bounces.portico.example" };
const none = { values: [] };
const nothing: SenderRecords = {
  proof: none,
  dkim: none,
  spf: none,
  covered: [],
  cname: none,
  dmarc: none,
  parentDmarc: none,
  bounce: none,
  mx: none,
  a: none,
  aaaa: none,
};
const judge = (seen: Partial<SenderRecords>, mail = platform) => judgeRecords(keys, mail, { ...nothing, ...seen });
const silent = { values: [], trouble: "no-answer", why: "SERVFAIL" } as const;

test("five records are to be set, two of them needed; what the platform has no use for is left out", () => {
  const all = recordsToSet(keys, platform);
  expect(all.map(({ kind, type, name, required }) => [kind, type, name, required])).toEqual([
    ["proof", "TXT", "_portico-mail.northwind.example", true],
    ["dkim", "TXT", "portico1._domainkey.northwind.example", true],
    ["spf", "TXT", "northwind.example", false],
    ["dmarc", "TXT", "_dmarc.northwind.example", false],
    ["bounce", "CNAME", "portico-bounces.northwind.example", false],
  ]);
  expect(all.map(({ value }) => value)).toContain("v=spf1 include:_spf.portico.example ~all");
  const few = recordsToSet(keys, { spf: [], bounceDomain: undefined });
  expect(few.map(({ kind }) => kind)).toEqual(["proof", "dkim", "dmarc"]);
  expect(Object.keys(judge({}, { spf: [], bounceDomain: undefined } as never))).toEqual([
    "proof",
    "dkim",
    "dmarc",
    "mail",
  ]);
});

test("a domain below another asks for the policy of the one above", () => {
  expect(namesToCheck({ ...keys, domain: "mail.northwind.example" }, platform).parentDmarc).toBe(
    "_dmarc.northwind.example",
  );
  expect(namesToCheck(keys, platform).parentDmarc).toBeUndefined();
});

test("a long value is shown as the strings of at most 255 bytes that DNS keeps", () => {
  const value = `v=DKIM1; k=rsa; p=${publicKey}`;
  const strings = txtStrings(value);
  expect(strings.map((text) => text.length)).toEqual([255, value.length - 255]);
  expect(strings.join("")).toBe(value);
});

test("what is no answer is unknown for every record, and names what happened", () => {
  const findings = judge({ proof: silent, dkim: silent, spf: silent, dmarc: silent, bounce: silent, mx: silent });
  for (const [kind, { found, why }] of Object.entries(findings))
    expect([kind, found, why]).toEqual([kind, "unknown", expect.stringContaining("SERVFAIL")]);
  const late = { values: ["x"], trouble: "disagree" } as const;
  expect(judge({ dkim: late }).dkim).toMatchObject({ found: "unknown", why: expect.stringContaining("do not agree") });
});

test.each([
  [`v=DKIM1; k=rsa; p=${publicKey}`, "found", undefined],
  [`v=DKIM1;p=${publicKey.slice(0, 200)} ${publicKey.slice(200)};`, "found", undefined],
  [`p=${publicKey}`, "found", undefined],
  [`v=DKIM1; k=rsa; p=${publicKey.slice(0, 237)}`, "wrong", "cut off"],
  [`v=DKIM1; k=rsa; p=${publicKey.replace("M", "N")}`, "wrong", "another key"],
  ["v=DKIM1; k=rsa; p=", "wrong", "withdrawn"],
  ["v=DKIM1; k=rsa", "wrong", "no key"],
  [`v=DKIM1; t=y; p=${publicKey}`, "wrong", "test mode"],
  [`v=DKIM1; t=s; p=${publicKey}`, "found", undefined],
  [`v=DKIM1; h=sha1; p=${publicKey}`, "wrong", "sha256"],
  [`v=DKIM1; h=sha1:sha256; p=${publicKey}`, "found", undefined],
  [`v=DKIM1; s=other; p=${publicKey}`, "wrong", "e-mail"],
  [`v=DKIM1; k=ed25519; p=${publicKey}`, "wrong", "another kind"],
  [`"v=DKIM1; k=rsa; p=${publicKey}"`, "wrong", "quotation marks"],
  ["v=spf1 -all", "wrong", "not a DKIM record"],
])("the key record %s", (text, found, why) => {
  const finding = judge({ dkim: { values: [text] } }).dkim;
  expect(finding?.found).toBe(found);
  if (why) expect(finding?.why).toContain(why);
});

test("two key records at one name are a fault", () => {
  expect(publishedKey([`p=${publicKey}`, `p=${publicKey}`])).toEqual({ fault: expect.stringContaining("two records") });
});

test("the ownership record is this very claim's value", () => {
  const proof = (...values: string[]) => judge({ proof: { values } }).proof;
  expect(proof("portico-verify=7d1f0c2a94")?.found).toBe("found");
  expect(proof("portico-verify=old", " portico-verify=7d1f0c2a94 ")?.found).toBe("found");
  expect(proof("portico-verify=old")).toMatchObject({ found: "wrong", why: expect.stringContaining("another claim") });
  expect(proof('"portico-verify=7d1f0c2a94"')).toMatchObject({ why: expect.stringContaining("quotation marks") });
  expect(proof()?.found).toBe("missing");
});

test("an SPF record that is there is joined with ours, and there is never a second one", () => {
  const existing = "v=spf1 include:_spf.google.com ip4:192.0.2.0/24 -all";
  expect(judge({ spf: { values: [existing] } }).spf).toMatchObject({
    found: "wrong",
    value: "v=spf1 include:_spf.google.com ip4:192.0.2.0/24 include:_spf.portico.example -all",
  });
  const two = judge({ spf: { values: [existing, "v=spf1 include:mail.example ~all"] } }).spf;
  expect(two?.why).toContain("2 SPF records");
  expect(two?.value).toBe(
    "v=spf1 include:_spf.google.com ip4:192.0.2.0/24 include:mail.example include:_spf.portico.example -all",
  );
  const found = judge({ spf: { values: [existing] }, covered: ["include:_spf.portico.example"] }).spf;
  expect(found).toMatchObject({ found: "found", value: existing });
});

test.each([
  ["v=spf1 redirect=_spf.example", "v=spf1 ip4:192.0.2.7 redirect=_spf.example"],
  ["v=spf1", "v=spf1 ip4:192.0.2.7 ~all"],
  ["V=SPF1 +mx ?ALL", "v=spf1 +mx ip4:192.0.2.7 ?ALL"],
  ["v=spf1 redirect=_spf.example -all", "v=spf1 ip4:192.0.2.7 -all"],
])("joining %s", (record, joined) => {
  expect(joinSpf([record], ["ip4:192.0.2.7"])).toBe(joined);
});

test("beside an alias there is no SPF record to set, and none is asked for", () => {
  const finding = judge({ cname: { values: ["c-abc.portal.portico.example"] } }).spf;
  expect(finding).toMatchObject({ found: "covered", why: expect.stringContaining("DKIM") });
});

test("a DMARC record that is there is kept, the one above counts, and two are a fault", () => {
  const own = "v=DMARC1; p=reject; rua=mailto:d@northwind.example";
  expect(judge({ dmarc: { values: [own] } }).dmarc).toMatchObject({ found: "found", value: own });
  expect(judge({ parentDmarc: { values: ["v=DMARC1; p=quarantine"] } }).dmarc?.found).toBe("covered");
  expect(judge({ dmarc: { values: [own, own] } }).dmarc?.found).toBe("wrong");
  expect(judge({ dmarc: { values: ["v=DMARC1; rua=mailto:x@y.example"] } }).dmarc?.found).toBe("wrong");
  expect(judge({}).dmarc?.found).toBe("missing");
});

test("the return path leads to the platform's bounce domain", () => {
  expect(judge({ bounce: { values: ["bounces.portico.example"] } }).bounce?.found).toBe("found");
  expect(judge({ bounce: { values: ["elsewhere.example"] } }).bounce?.found).toBe("wrong");
});

test("whether a domain takes in mail is told apart: by an MX, by an address, not at all, or not to be known", () => {
  const mail = (seen: Partial<SenderRecords>) => judge(seen)["mail"];
  expect(mail({ mx: { values: ["10 mx.northwind.example"] } })?.found).toBe("found");
  expect(mail({ a: { values: ["192.0.2.1"] } })?.found).toBe("covered");
  expect(mail({})).toMatchObject({ found: "missing", why: expect.stringContaining("neither an MX record") });
  expect(mail({ mx: { values: ["0 ."] }, a: { values: ["192.0.2.1"] } })).toMatchObject({
    found: "wrong",
    why: expect.stringContaining("null MX"),
  });
  expect(mail({ mx: silent })?.found).toBe("unknown");
  expect(mail({ a: silent })?.found).toBe("unknown");
});
