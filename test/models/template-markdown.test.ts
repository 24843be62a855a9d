// A body that somebody wrote to take up the server: as long as a body may be, and read in a moment all the same.
import { expect, test } from "vitest";
import { newTemplateFields, readTemplate } from "../../src/models/email-template-words.ts";

const read = (body: string) => readTemplate({ ...newTemplateFields, body }, undefined);

test("a link value is not taken for a part of an address that ended before it", () => {
  expect(read("See https://acme.example/a {{ portal.login_url }}").errors).toBeUndefined();
  for (const before of [
    "https://acme.example/",
    "https://acme.example/a",
    "acme.example/?next=",
    "https://acme.example/ü",
  ])
    expect(read(`See ${before}{{ portal.login_url }}`).errors?.body).toContain("cannot be part of another address");
});

test.each(["://", "://a", "[a](", "**a", "***a** ", "> ", "- ", "{{ a }}", "<!--", "`", "\\"])(
  "64 KB of %s before a link value are read in a moment",
  (part) => {
    const body = `${part.repeat(Math.floor(60_000 / part.length))} {{ portal.login_url }}`;
    expect(() => read(body)).not.toThrow();
  },
  5_000,
);
