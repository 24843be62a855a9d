// Addresses and names: one stored form for everything that people type for the same thing.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskAddress, parseAddress, parseName } from "../../src/models/addresses.ts";

describe("an address", () => {
  test.each([
    ["  Maya@Brightwater.Example ", "maya@brightwater.example"],
    ["jörg@exämple.de", "jörg@xn--exmple-cua.de"],
    ["Jo\u0308rg@example.de", "jörg@example.de"],
    ["o'brien+x@a-b.example", "o'brien+x@a-b.example"],
  ])("%s is stored as %s", (typed, email) => {
    expect(parseAddress(typed)).toEqual({ email });
  });

  test.each([
    "",
    " ",
    "maya",
    "maya@",
    "@example.com",
    "maya@localhost",
    "maya@127.0.0.1",
    "maya@[127.0.0.1]",
    "a b@example.com",
    "a..b@example.com",
    ".a@example.com",
    "a@example..com",
    "a@-example.com",
    'a"@example.com',
    "a@b@example.com\n",
    "a,b@example.com",
    "<a@example.com>",
    "a@exa mple.com",
    "a@example.com\r\nBcc: x@y.example",
    `${"x".repeat(65)}@example.com`,
    `a@${"x.".repeat(130)}example`,
  ])("%j is refused with words for the form", (typed) => {
    expect(parseAddress(typed)).toHaveProperty("error");
  });

  test("whatever is accepted is already in its stored form, and holds nothing that could end a header", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.emailAddress()), (typed) => {
        const parsed = parseAddress(typed);
        if ("error" in parsed) return;
        expect(parseAddress(parsed.email)).toEqual(parsed);
        expect(parsed.email).not.toMatch(/[\s<>,;:"\p{Cc}]/u);
        expect(parsed.email.split("@")).toHaveLength(2);
      }),
      { numRuns: 2_000 },
    );
  });

  test("is masked to its first character and domain", () => {
    expect(maskAddress("jane@acme.example")).toBe("j•••@acme.example");
    expect(maskAddress("😀x@acme.example")).toBe("😀•••@acme.example");
  });
});

describe("a name", () => {
  test("keeps what joins letters and emoji, and nothing else that nobody sees", () => {
    for (const name of ["ශ්\u200dරීනාත් පෙරේරා", "علی\u200cرضا", "👩🏽\u200d🦱 Zoë", "👩\u200d❤️\u200d👨"])
      expect(parseName(name)).toBe(name.normalize("NFC"));
    expect(parseName("\u200dJa\u200dne\u200c \u200bDoe\u200d")).toBe("Ja ne Doe");
    expect(parseName("👩\u200d".repeat(80)).endsWith("👩")).toBe(true);
  });

  test("loses control and direction characters, double spaces and what is beyond 100 characters", () => {
    expect(parseName(" Maya\r\n\tOkafor\u202e ")).toBe("Maya Okafor");
    expect([...parseName("😀".repeat(150))]).toHaveLength(100);
  });

  test("is stable: parsing it again changes nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (typed) => {
        expect(parseName(parseName(typed))).toBe(parseName(typed));
      }),
      { numRuns: 1_000 },
    );
  });
});
