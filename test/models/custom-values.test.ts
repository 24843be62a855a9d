// The custom values: what the parser reads, what it refuses and how it says so, and what no text can make it do.
import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CustomFacts,
  customValueAliases,
  customValues,
  fillValue,
  LINK_SECONDS,
  readText,
  TEXT_BYTES,
  type ValueUse,
  writeText,
} from "../../src/models/custom-values.ts";

const runs = { numRuns: Number(process.env.FUZZ_RUNS ?? 2_000) };
const usesIn = (text: string) => readText(text).pieces.filter((piece): piece is ValueUse => typeof piece !== "string");
const faultsIn = (text: string) => readText(text).faults;
const messageIn = (text: string) => faultsIn(text)[0]?.message;

const facts: CustomFacts = {
  contact: { name: "Maya Lin Okafor", email: "maya@x.example", company: null },
  agency: { name: "Northwind Ltd", supportEmail: null },
  portal: { name: "Northwind", url: "https://northwind.example" },
  link: { url: "https://northwind.example/l/abc", expiresIn: "3 days", expiresAt: "Tuesday 8 December" },
};
const filled = (text: string) =>
  readText(text)
    .pieces.map((piece) => (typeof piece === "string" ? piece : fillValue(piece, facts)))
    .join("");

describe("a text with custom values", () => {
  test("is filled for one contact, with the default where he has no such value", () => {
    expect(filled('Hi {{ contact.first_name | default: "there" }} {{contact.last_name}},')).toBe("Hi Maya Lin Okafor,");
    expect(filled('for {{ contact.company | default: "you \\"all\\"" }}')).toBe('for you "all"');
    expect(filled("{{ contact.company }}")).toBe("");
    expect(filled("{{ portal.login_url }} for {{ link.expires_in }}")).toBe(
      "https://northwind.example/l/abc for 3 days",
    );
  });

  test("may give its link a destination and a lifetime", () => {
    expect(usesIn('{{ portal.login_url to="/profile" ttl=3d }}')).toEqual([
      { value: "portal.login_url", kind: "link", to: "/profile", ttl: LINK_SECONDS, line: 1 },
    ]);
  });

  test("takes the names that others use and is written with ours", () => {
    for (const [alias, name] of customValueAliases)
      expect(writeText(readText(`{{${alias}}}`).pieces)).toBe(`{{ ${name} }}`);
  });

  test("takes the quotes of word processors", () => {
    expect(writeText(readText("{{ contact.name | default: “friend” }}").pieces)).toBe(
      '{{ contact.name | default: "friend" }}',
    );
  });
});

describe("what cannot be read is refused at its line", () => {
  test.each([
    [
      "a\n{{ contact.frist_name }}",
      2,
      "There is no custom value “contact.frist_name”. Did you mean contact.first_name?",
    ],
    ["{{ first_name }}", 1, "There is no custom value “first_name”. Did you mean contact.first_name?"],
    ["a\n\n{{ portal.url", 3, "This {{ is not closed. Write }} after the name."],
    ["{{ portal.url\n}}", 1, "This {{ is not closed. Write }} after the name."],
    ["a\nb }} c", 2, "There is no {{ before this }}."],
    ["{{ }}", 1, "Write a name between {{ and }}, such as {{ contact.first_name }}."],
    ['{{ portal.login_url | default: "x" }}', 1, "portal.login_url is never empty, so it needs no default."],
    ["{{ portal.login_url ttl=30d }}", 1, "A link works from 1 hour to 7 days: write ttl=12h or ttl=3d."],
    ['{{ portal.login_url to="//evil.example" }}', 1, 'A link leads to "/" or "/profile".'],
    ["{{ contact.name ttl=3d }}", 1, "contact.name is no link, so it has no ttl."],
    ["{{ contact.name | upper }}", 1, 'After contact.name only | default: "…" can stand.'],
  ])("%j", (text, line, message) => {
    expect(faultsIn(text)).toEqual([{ line, message }]);
  });

  test("names of the language's own are unknown like any other", () => {
    for (const name of ["__proto__", "constructor", "toString", "contact.__proto__", "hasOwnProperty"])
      expect(messageIn(`{{ ${name} }}`)).toContain(`There is no custom value “${name}”.`);
  });

  test("a text over 64 KB is not read", () => {
    expect(messageIn("é".repeat(TEXT_BYTES / 2 + 1))).toBe("This is longer than 64 KB. Shorten it.");
    expect(faultsIn("e".repeat(TEXT_BYTES))).toEqual([]);
  });
});

const names = customValues.map(({ name }) => name);
const scrap = fc.oneof(
  fc.constantFrom(
    "{{",
    "}}",
    "{",
    "}",
    "|",
    "default:",
    '"',
    "“",
    "\\",
    "to=",
    "ttl=3d",
    '"/profile"',
    "\n",
    " ",
    "%%v0%%",
  ),
  fc.constantFrom(...names, ...customValueAliases.keys(), "__proto__", "constructor"),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const anyText = fc.array(scrap, { maxLength: 60 }).map((parts) => parts.join(""));

describe("whatever is typed", () => {
  test("is read without an error of ours, and names values of the list alone", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { pieces, faults } = readText(text);
        for (const piece of pieces) if (typeof piece !== "string") expect(names).toContain(piece.value);
        for (const { line } of faults) expect(line).toBeLessThanOrEqual(text.split("\n").length);
      }),
      runs,
    );
  });

  test("is written so that it reads the same again", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { pieces, faults } = readText(text);
        fc.pre(faults.length === 0);
        const written = writeText(pieces);
        expect(writeText(readText(written).pieces)).toBe(written);
        expect(readText(written).pieces.map(withoutLine)).toEqual(pieces.map(withoutLine));
      }),
      runs,
    );
  });

  test("text without braces stays as it is", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }).map((text) => text.replace(/[{}]/g, "")),
        (text) => {
          expect(writeText(readText(text).pieces)).toBe(text);
        },
      ),
      runs,
    );
  });
});

test("docs/custom-values.md lists every value and every other name for one", () => {
  const page = readFileSync(path.join(import.meta.dirname, "../../docs/custom-values.md"), "utf8");
  const known = [...customValues.map(({ name }) => name), ...customValueAliases.keys()];
  expect(known.filter((name) => !page.includes(`\`${name}\``) && !page.includes(`{{ ${name}`))).toEqual([]);
});

const withoutLine = (piece: string | ValueUse) => (typeof piece === "string" ? piece : { ...piece, line: 0 });
