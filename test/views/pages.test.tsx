// What every document promises: no inline script or style, one heading, links that lead somewhere, words that fit the refusal.
import { beforeAll, describe, expect, it } from "vitest";
import { loadAssets } from "../../src/web/assets.ts";
import { CataloguePage } from "../../views/dev/catalogue.page.tsx";
import { ErrorPage } from "../../views/errors/error.page.tsx";
import { ErrorReply } from "../../views/errors/error.reply.tsx";
import { errorWords, waitWords } from "../../views/errors/error-words.ts";
import { PortalLayout } from "../../views/layouts/portal.layout.tsx";
import { SignedOutLayout } from "../../views/layouts/signed-out.layout.tsx";
import { type Drawn, drawn } from "../support/drawn.ts";

const hostile = `</title><script>alert(1)</script>`;

beforeAll(() => loadAssets());

const pages: readonly (readonly [string, () => Drawn])[] = [
  ["the catalogue", () => <CataloguePage />],
  ["a signed-out page", () => <SignedOutLayout title="Sign in">x</SignedOutLayout>],
  [
    "a portal page",
    () => (
      <PortalLayout title="Home" agency={hostile} contact={{ name: hostile, email: "m@x.example" }}>
        <h1>Welcome</h1>
      </PortalLayout>
    ),
  ],
  ["an error on the dashboard", () => <ErrorPage door="dashboard" status={404} requestId="r1" />],
  ["an error on a portal", () => <ErrorPage door="portal" status={500} requestId="r1" site={{ agency: hostile }} />],
  ["an unknown host", () => <ErrorPage door="nowhere" status={404} requestId="r1" />],
];

describe("a document", () => {
  it.each(pages)("needs no exception from the content security policy: %s", async (_name, page) => {
    const html = await drawn(page());
    expect(html.startsWith('<!doctype html><html lang="en">')).toBe(true);
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|hx-on|javascript:/);
    for (const [, attributes, text] of html.matchAll(/<script([^>]*)>(.*?)<\/script>/g)) {
      expect(attributes).toContain("src=");
      expect(text).toBe("");
    }
  });

  it.each(pages)("has one heading of the first rank and no id twice: %s", async (_name, page) => {
    const html = (await drawn(page())).replace(/<template.*?<\/template>/gs, "");
    expect(html.match(/<h1/g)).toHaveLength(1);
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("an error page", () => {
  it("holds its request's id at every door", async () => {
    for (const door of ["dashboard", "portal", "nowhere"] as const)
      expect(await drawn(<ErrorPage door={door} status={500} requestId="019a-77" />)).toContain("019a-77");
  });

  it("names nobody and links nowhere on a host that nobody serves", async () => {
    const html = await drawn(<ErrorPage door="nowhere" status={404} requestId="r" />);
    expect(html).not.toContain("Portico<");
    expect(html).not.toContain("<a ");
  });

  it("shows a portal's clients the agency and never the product", async () => {
    const html = await drawn(<ErrorPage door="portal" status={404} requestId="r" site={{ agency: "Northwind" }} />);
    expect(html).toContain("Northwind");
    expect(html).not.toContain("Portico");
  });

  it("says how long to wait", () => {
    expect(errorWords(429, 90).text).toBe("Wait 2 minutes and try again.");
    expect([1, 30, 60, 61, 3600, 7200].map(waitWords)).toEqual([
      "1 second",
      "30 seconds",
      "a minute",
      "2 minutes",
      "an hour",
      "2 hours",
    ]);
  });

  it("is a toast for htmx, with the id where it is our fault", async () => {
    expect(await drawn(<ErrorReply status={500} requestId="r9" />)).toContain("r9");
    const html = await drawn(<ErrorReply status={404} requestId="r9" />);
    expect(html).toContain('hx-target="#toasts"');
    expect(html).not.toContain("r9");
  });
});
