// E-mails in an agency's own words: whatever is typed and whoever it is filled for, nothing comes out that the words did not ask for.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderTemplate, type TemplateFilling, wordsOf } from "../../src/jobs/template-message.ts";
import { customValues } from "../../src/models/custom-values.ts";
import {
  defaultFields,
  readTemplate,
  type TemplateFields,
  templateKinds,
} from "../../src/models/email-template-words.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 2_000);
const origin = "https://clients.northwind.example";
const url = `${origin}/l/${"k".repeat(43)}`;
const brand = { name: "Northwind", color: "#1f4fcc", origin, logo: null };
const filling: TemplateFilling = {
  facts: {
    contact: { name: "Maya Okafor", email: "maya@x.example", company: "Brightwater" },
    agency: { name: "Northwind Ltd", supportEmail: null },
    portal: { name: "Northwind", url: origin },
  },
  link: { url, seconds: 259_200, ends: "Tuesday 8 December" },
  recipient: "maya@x.example",
};
const own = (body: string, more: Partial<TemplateFields> = {}): TemplateFields => ({
  subject: "News",
  preheader: "",
  heading: "News",
  body,
  button: "",
  footer: "",
  ...more,
});
const draw = (fields: TemplateFields, given: Partial<TemplateFilling> = {}) =>
  renderTemplate(wordsOf(fields, undefined), brand, { ...filling, ...given });
const errorsOf = (body: string, more: Partial<TemplateFields> = {}) => readTemplate(own(body, more), undefined).errors;

/** The tags as a browser reads them: what stands within an attribute's quotes is none. */
const tags = (html: string) => [...html.matchAll(/<[a-z](?:"[^"]*"|[^">])*>/gi)].map(([tag]) => tag);
const elements = (html: string) => new Set(tags(html).map((tag) => /^<([a-z0-9]+)/i.exec(tag)?.[1]?.toLowerCase()));
const attributes = (html: string) =>
  new Set(
    tags(html).flatMap((tag) =>
      [...tag.replace(/"[^"]*"/g, "").matchAll(/\s([^\s=/>]+)/g)].map(([, name = ""]) => name.toLowerCase()),
    ),
  );
const hrefs = (html: string) => [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href ?? "");

describe("the words of a template", () => {
  test("Markdown becomes paragraphs, lists, quotations and links, and the button stands where it was put", async () => {
    const { html, text, subject } = await draw(
      own(
        "Hi **{{ contact.first_name }}**, {{ portal.login_button }}\n\n- one\n- [two](https://x.example/?c={{ contact.company }})",
        {
          button: "Come in, {{ contact.first_name }}",
          subject: "For {{ contact.name }}",
        },
      ),
    );
    expect(subject).toBe("For Maya Okafor");
    expect(html).toContain("Hi <b>Maya</b>,");
    expect(html).toContain(`href="${url}"`);
    expect(html).toContain('href="https://x.example/?c=Brightwater"');
    expect(text).toContain(`Come in, Maya:\n${url}`);
    expect(text).toContain(" * one");
  });

  test("HTML is text", async () => {
    const { html, text } = await draw(own("<script>alert(1)</script> <img src=x onerror=y> &lt;b&gt;"));
    expect(html).not.toContain("<script");
    expect(html).not.toContain("<img");
    expect(text).toContain("<script>alert(1)</script>");
    expect(text).toContain("&lt;b&gt;");
  });

  test("signs of our own placeholders are text", async () => {
    const { text } = await draw(own("100%%v0%% %%url%% {{ contact.name }} %%%"));
    expect(text).toContain("100%%v0%% %%url%% Maya Okafor %%%");
  });

  test("the product's own words can be read, and need nothing but what their e-mails are given", () => {
    for (const kind of templateKinds) expect(readTemplate(defaultFields[kind], kind).errors).toBeUndefined();
  });

  test.each([
    ["[x](javascript:alert(1))", "host is written out"],
    ["[x](data:text/html,x)", "host is written out"],
    ["[x](//evil.example)", "host is written out"],
    ["[x](https://{{ contact.company }}/)", "host is written out"],
    ["[x](https://me@evil.example/)", "host is written out"],
    ["[x](https://a.example/?u={{ portal.login_url }})", "cannot be part of another address"],
    ["https://a.example/?u={{ portal.login_url }}", "cannot be part of another address"],
    ["[{{ portal.login_url }}](https://a.example)", "within the words of another link"],
    ["- {{ portal.login_button }}", "a line of its own"],
    ["{{ portal.login_url }} {{ portal.login_url ttl=1d }}", "One email carries one link"],
    ["{{ link.expires_in }}", "needs a link"],
    ["", "Write what the email says."],
  ])("%j is refused", (body, why) => {
    const errors = errorsOf(body, body.includes("button") ? { button: "Go" } : {});
    expect(errors?.body).toContain(why);
  });

  test("a link value stands in the body alone", () => {
    for (const field of ["subject", "preheader", "heading", "button", "footer"] as const)
      expect(errorsOf("x", { [field]: "{{ portal.login_url }}" })?.[field]).toContain("A link cannot stand in");
  });

  test("a template over 64 KB in all is refused", () => {
    expect(errorsOf("x".repeat(66_000))?.body).toBe("This is longer than 64 KB. Shorten it.");
  });
});

const scrap = fc.oneof(
  fc.constantFrom(
    "**",
    "*",
    "_",
    "[",
    "](",
    ")",
    "(",
    "<",
    ">",
    '"',
    "'",
    "&",
    "\\",
    "\n",
    "\n\n",
    "- ",
    "1. ",
    "> ",
    "## ",
    "---\n",
    "%%",
    "v0",
  ),
  fc.constantFrom(
    "https://x.example/",
    "http://",
    "javascript:",
    "mailto:a@b.example",
    "<script>",
    "<img onerror=",
    "&#x3c;",
  ),
  fc.constantFrom(...customValues.map(({ name }) => `{{ ${name} }}`)),
  fc.string({ unit: "binary", maxLength: 10 }),
);
const anyBody = fc.array(scrap, { maxLength: 40 }).map((parts) => parts.join(""));
const anyName = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom('"><script>', "%%url%%", "https://evil.example", "a\r\nBcc: x@y.example"),
);

// What our frame and the Markdown can make; anything else would have come from somebody's words.
const knownElements = new Set(
  "html head meta title style body div table tbody tr td a h1 h2 b i br span ul ol li blockquote".split(" "),
);
const knownAttributes = new Set(
  "lang charset name content class style role aria-label aria-hidden cellpadding cellspacing border width height align valign bgcolor href start data-skip xmlns".split(
    " ",
  ),
);

test("whatever is typed and whoever it is for: no element, attribute or scheme but ours", async () => {
  let drawn = 0;
  await fc.assert(
    fc.asyncProperty(anyBody, anyBody, anyName, anyName, async (body, heading, name, company) => {
      const fields = own(body, { heading, subject: heading, button: "Go", footer: heading });
      if (readTemplate(fields, undefined).errors) return;
      drawn += 1;
      const { html, subject } = await draw(fields, {
        facts: { ...filling.facts, contact: { name, email: "maya@x.example", company } },
      });
      const content = html.replace(/<style>[\s\S]*?<\/style>/, "").replace(/<!DOCTYPE[^>]*>/i, "");
      expect([...elements(content)].filter((element) => !knownElements.has(element ?? ""))).toEqual([]);
      expect([...attributes(content)].filter((attribute) => !knownAttributes.has(attribute))).toEqual([]);
      for (const href of hrefs(content)) expect(href).toMatch(/^(?:https?:\/\/|mailto:)/i);
      expect(subject).not.toMatch(/\p{Cc}/u);
    }),
    { numRuns: runs },
  );
  expect(drawn).toBeGreaterThan(0);
});

test("HTML and text say the same words", async () => {
  const word = fc.string({ unit: fc.constantFrom(..."abcdefgh"), minLength: 1, maxLength: 8 });
  const line = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(" "));
  const block = fc.oneof(
    line,
    line.map((text) => `**${text}**`),
    line.map((text) => `- ${text}`),
    line.map((text) => `## ${text}`),
    line.map((text) => `> ${text}`),
    fc.constant("{{ contact.company }}"),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(block, { minLength: 1, maxLength: 8 }), async (blocks) => {
      const { html, text } = await draw(own(blocks.join("\n\n")));
      const words = (from: string) => from.match(/[A-Za-z0-9]+/g) ?? [];
      const seen = html.slice(html.indexOf("<h1")).replace(/<[^>]+>/g, " ");
      expect(words(text.slice(text.indexOf("News")))).toEqual(words(seen));
    }),
    { numRuns: Math.ceil(runs / 10) },
  );
});

test.each([
  "[",
  "*a **b",
  "> ",
  "[a](",
  "- ",
  "{{",
  "{{contact.name}}",
  "![[](",
  "_a_",
  "\\[",
  "[a](<",
  "*_",
  "1. ",
  "`",
  "{{ a",
  "&lt;",
])(
  "64 KB of %j are read in no time",
  (part) => {
    const read = readTemplate(own(part.repeat(Math.floor(65_000 / part.length))), undefined);
    expect(read.errors ?? read.fields).toBeDefined();
  },
  2_000,
);
