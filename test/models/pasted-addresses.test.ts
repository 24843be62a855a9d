// Pasted addresses: every shape in which people hand over a list.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePastedAddresses } from "../../src/models/pasted-addresses.ts";

const emails = (text: string) => parsePastedAddresses(text).people.map(({ email }) => email);
const people = (text: string) =>
  parsePastedAddresses(text).people.map(({ email, name }) => (name ? `${name} <${email}>` : email));
const faults = (text: string) => parsePastedAddresses(text).faults.map(({ typed }) => typed);

const nadia = "nadia@stonecroft.example";
const oliver = "oliver@northmoor.example";
const both = [nadia, oliver];

describe("what separates", () => {
  it.each([
    ["lines", `${nadia}\n${oliver}`],
    ["Windows lines", `${nadia}\r\n${oliver}\r\n`],
    ["commas", `${nadia}, ${oliver}`],
    ["semicolons without a space", `${nadia};${oliver};`],
    ["tabs", `${nadia}\t${oliver}`],
    ["spaces", `${nadia} ${oliver}`],
    ["a mixture with empty pieces", `,; ${nadia} ,,\n\n\t;${oliver}\n`],
    ["full-width punctuation", `${nadia}，${oliver.replace("@", "＠")}；`],
    ["bullets", `- ${nadia}\n• ${oliver}`],
    ["a mail header", `To: ${nadia}, ${oliver}`],
  ])("%s", (_, text) => {
    expect(parsePastedAddresses(text)).toEqual({
      people: both.map((email) => ({ email, name: "" })),
      faults: [],
      repeated: 0,
    });
  });
});

describe("what stands around an address", () => {
  it.each([
    ["angle brackets", `<${nadia}>`, nadia],
    ["mailto:", `mailto:${nadia}`, nadia],
    ["mailto: in brackets with a subject", `<mailto:${nadia}?subject=Hello>`, nadia],
    ["a full stop after it", `${nadia}.`, nadia],
    ["square brackets", `[${nadia}]`, nadia],
    ["single quotes", `'${nadia}'`, nadia],
    ["Markdown", `[${nadia}](mailto:${nadia})`, nadia],
    ["its own link", `${nadia}<mailto:${nadia}>`, nadia],
    ["invisible characters", `\uFEFF\u200B${nadia}\u200B`, nadia],
    ["capitals", "Nadia@StoneCroft.Example", nadia],
    ["a name", `Nadia Stone <${nadia}>`, `Nadia Stone <${nadia}>`],
    ["a quoted name with a comma", `"Stone, Nadia" <${nadia}>`, `Nadia Stone <${nadia}>`],
    ["curly quotes", `“Nadia Stone” <${nadia}>`, `Nadia Stone <${nadia}>`],
    ["a name with a comma and no quotes", `Stone, Nadia <${nadia}>`, `Nadia Stone <${nadia}>`],
    ["a name in brackets after it", `${nadia} (Nadia Stone)`, `Nadia Stone <${nadia}>`],
    ["a name before it", `Nadia Stone ${nadia}`, `Nadia Stone <${nadia}>`],
    ["a name in the cell before", `Nadia Stone\t${nadia}\tStonecroft Ltd`, `Nadia Stone <${nadia}>`],
    ["first and last name in two cells", `Nadia\tStone\t${nadia}`, `Nadia Stone <${nadia}>`],
    ["a name in the column before", `Nadia Stone,${nadia}`, `Nadia Stone <${nadia}>`],
    ["a quoted name in the column before", `"Stone, Nadia",${nadia}`, `Nadia Stone <${nadia}>`],
    ["the address as its own name", `"${nadia}" <${nadia}>`, nadia],
    ["a name in another script", `渡辺 純 <jun@kuromatsu.example>`, "渡辺 純 <jun@kuromatsu.example>"],
    ["a domain in another script", "lena@bücher.example", "lena@xn--bcher-kva.example"],
    ["a local part in another script", "zoë@fjordline.example", "zoë@fjordline.example"],
    ["a decomposed letter", "zoe\u0308@fjordline.example", "zoë@fjordline.example"],
  ])("%s", (_, text, expected) => {
    expect(people(text)).toEqual([expected]);
    expect(faults(text)).toEqual([]);
  });

  it("reads an address book of unquoted last and first names", () => {
    expect(people(`Stone, Nadia <${nadia}>; Keskinen, Oliver <${oliver}>`)).toEqual([
      `Nadia Stone <${nadia}>`,
      `Oliver Keskinen <${oliver}>`,
    ]);
  });

  it("reads mailboxes that nothing separates", () => {
    expect(people(`Nadia <${nadia}> Oliver <${oliver}>`)).toEqual([`Nadia <${nadia}>`, `Oliver <${oliver}>`]);
  });
});

describe("what is no address", () => {
  it.each([
    ["a missing top-level domain", "p.raghunathan@kestrelworks"],
    ["a word", "oliver"],
    ["nothing before the @", "@kestrelworks.example"],
    ["two dots", "a..b@kestrelworks.example"],
    ["an IP address", "root@127.0.0.1"],
    ["a heading", "Name"],
  ])("%s is handed back as it was typed", (_, text) => {
    expect(parsePastedAddresses(text)).toMatchObject({ people: [], faults: [{ typed: text }] });
  });

  it("costs none of the others anything", () => {
    const text = `${nadia}, oliver, jun@@kuromatsu.example\n${oliver}`;
    expect(emails(text)).toEqual(both);
    expect(faults(text)).toEqual(["oliver", "jun@@kuromatsu.example"]);
  });

  it("says what is wrong with it", () => {
    expect(parsePastedAddresses("p.raghunathan@kestrelworks").faults[0]?.error).toBe(
      "The part after the @ is not a domain.",
    );
  });
});

it("counts repeated addresses once and keeps the name wherever it stood", () => {
  expect(parsePastedAddresses(`${nadia}\n${nadia.toUpperCase()}, Nadia Stone <${nadia}>`)).toEqual({
    people: [{ email: nadia, name: "Nadia Stone" }],
    faults: [],
    repeated: 2,
  });
});

it("reads the drawing's list", () => {
  const { people: found, faults: wrong } = parsePastedAddresses(`Nadia Stone <nadia@stonecroft.example>
oliver@northmoor.example, jun.watanabe@kuromatsu.example
p.raghunathan@kestrelworks
Lena Fischer <lena@fischerdruck.example>; tomas.herrera@solidago.example
accounts@olivarverde.example`);
  expect(found).toHaveLength(6);
  expect(wrong.map(({ typed }) => typed)).toEqual(["p.raghunathan@kestrelworks"]);
});

const pieces = fc.constantFrom(
  nadia,
  "Nadia Stone",
  "<",
  ">",
  '"',
  ",",
  ";",
  "\t",
  "\n",
  " ",
  "@",
  "(",
  ")",
  "mailto:",
  ".",
  "ü",
  "\u200B",
  "'",
);
const anything = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(pieces).map((parts) => parts.join("")),
);

it("never throws, whatever is pasted", () => {
  const many = fc.property(anything, (text) => void parsePastedAddresses(text));
  expect(() => fc.assert(many, { numRuns: 2_000 })).not.toThrow();
});

it("reads what it has read as the same again", () => {
  fc.assert(
    fc.property(anything, (text) => {
      const once = parsePastedAddresses(text).people;
      const again = once.map(({ name, email }) => (name ? `"${name}" <${email}>` : email)).join("\n");
      expect(parsePastedAddresses(again).people.map(({ email }) => email)).toEqual(once.map(({ email }) => email));
      expect(parsePastedAddresses(again).faults).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

it("finds every address that separators hold apart", () => {
  const local = fc.stringMatching(/^[a-z][a-z0-9+]{0,10}$/);
  const address = fc.tuple(local, local).map(([user, domain]) => `${user}@${domain.replaceAll("+", "0")}.example`);
  const separator = fc.constantFrom(", ", ";", "\n", "\r\n", "\t", " ", " ;\n, ");
  fc.assert(
    fc.property(fc.array(address), separator, (list, between) => {
      expect(emails(list.join(between))).toEqual([...new Set(list)]);
    }),
  );
});

it("keeps what joins the letters of a name, and takes it out of an address", () => {
  expect(parsePastedAddresses("علی\u200cرضا <a\u200cli@acme.example>\u200d").people).toEqual([
    { email: "ali@acme.example", name: "علی\u200cرضا" },
  ]);
});

it("takes a megabyte of brackets in its stride", () => {
  for (const bracket of ["<", '"', "<>", '<"', "(@"])
    expect(parsePastedAddresses(bracket.repeat(250_000)).people).toEqual([]);
});

it("takes a megabyte of marks around an address in its stride", () => {
  const marks = "!".repeat(1_000_000);
  for (const text of [`${marks}a@b.example x`, `x@${marks}a`, `${marks} <a>`, `${"- ".repeat(500_000)}x <a@b.example>`])
    expect(parsePastedAddresses(text).people.length).toBeLessThanOrEqual(1);
});
