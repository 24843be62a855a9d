// Robots on links: whatever a mail scanner does to a link first, it gets no session and the person's click still works.
import type { Browser } from "playwright";
import { expect } from "playwright/test";
import { afterAll, beforeAll, describe, test } from "vitest";
import { hasBrowser, openBrowser } from "../support/browser.ts";
import { type Product, startProduct } from "../support/product.ts";
import { request } from "../support/request.ts";
import { accessLinkIn, codeIn } from "../support/smtp.ts";

let browser: Browser;
let product: Product;

beforeAll(async () => {
  if (!hasBrowser()) return;
  [browser, product] = await Promise.all([openBrowser(), startProduct()]);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

/** A login link that a joined contact of Northwind asks for on the sign-in page, from a browser of his own. */
async function askForLink(email: string): Promise<{ link: string; page: Awaited<ReturnType<Browser["newPage"]>> }> {
  const page = await browser.newPage();
  await page.goto(`${product.portalUrl("northwind")}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Email me a link" }).click();
  await expect(page.getByText(/Check your/i).first()).toBeVisible();
  const mails = await product.smtp.received(1, email);
  return { link: accessLinkIn(mails.at(-1) ?? {}), page };
}

async function sessions(): Promise<number> {
  const { rows } = await product.database.owner.query("select count(*)::int as n from contact_sessions");
  return (rows[0] as { n: number }).n;
}

const joined = async (count: number): Promise<string[]> => {
  const { rows } = await product.database.owner.query(
    "select c.email from contacts c join agencies a on a.id = c.agency_id where a.slug = 'northwind' and c.status = 'joined' order by c.email limit $1",
    [count],
  );
  return (rows as { email: string }[]).map(({ email }) => email);
};

const robots: Record<string, (link: string) => Promise<void>> = {
  HEAD: async (link) => {
    expect((await request(link, { method: "HEAD" })).status).toBe(200);
  },
  "five GETs": async (link) => {
    for (let i = 0; i < 5; i++) expect((await request(link)).status).toBe(200);
  },
  "a GET with JavaScript and no cookies": async (link) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route("**/*", async (route) => {
      const asked = route.request();
      const { status, headers, body } = await request(asked.url(), {
        method: asked.method(),
        body: asked.postData() ?? undefined,
      });
      await route.fulfill({ status, contentType: headers["content-type"] ?? "text/plain", body });
    });
    await page.goto(link);
    await page.waitForLoadState("networkidle");
    expect(new URL(page.url()).pathname).toMatch(/^\/l\//);
    await context.close();
  },
  "a form post without the page's cookie": async (link) => {
    const { body: html } = await request(link);
    const fields = new URLSearchParams();
    for (const [, name = "", value = ""] of html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g))
      fields.set(name, value);
    expect([...fields.keys()]).toContain("form_token");
    const { origin } = new URL(link);
    for (const headers of [{ origin }, { "sec-fetch-site": "same-origin" }, {}] as Record<string, string>[]) {
      const answer = await request(link, { method: "POST", body: fields.toString(), headers });
      expect(answer.status).not.toBe(303);
      expect(answer.headers["set-cookie"]?.join() ?? "").not.toMatch(/(^|,)\s*(__Host-)?contact=/);
    }
  },
};

const orders = [
  Object.keys(robots),
  Object.keys(robots).toReversed(),
  ["a form post without the page's cookie", "HEAD", "five GETs", "a GET with JavaScript and no cookies"],
];

describe.skipIf(!hasBrowser())("a link that robots opened first", () => {
  test.each(orders.map((order, index) => ({ order, index })))(
    "gives them nothing and the person everything, in order $index",
    async ({ order, index }) => {
      const email = (await joined(3))[index] ?? "";
      const { link, page } = await askForLink(email);
      const before = await sessions();
      for (const robot of order) await robots[robot]?.(link);
      expect(await sessions()).toBe(before);

      const person = await browser.newContext({ javaScriptEnabled: index !== 0 });
      const inbox = await person.newPage();
      await inbox.goto(link);
      await inbox.getByRole("button", { name: /^Continue as / }).click();
      await inbox.waitForURL((url) => !url.pathname.startsWith("/l/"));
      expect(await sessions()).toBe(before + 1);
      await person.close();
      await page.close();
    },
  );

  test("the browser that asked for the link is let in by itself, without a button", async () => {
    const { link, page } = await askForLink((await joined(5))[4] ?? "");
    await page.goto(link);
    await page.waitForURL((url) => !url.pathname.startsWith("/l/"));
    await expect(page.getByRole("main")).toBeVisible();
    await page.close();
  });

  test("the six-digit code lets in the browser that asked, when the mail is read elsewhere", async () => {
    const email = (await joined(6))[5] ?? "";
    const { page } = await askForLink(email);
    const code = codeIn((await product.smtp.received(1, email)).at(-1) ?? {}) ?? "";
    await page.getByLabel(/code/i).fill(code);
    await page.getByRole("button", { name: /Sign in|Continue/ }).click();
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
    await page.goto(`${product.portalUrl("northwind")}/profile`);
    await expect(page.getByText(email).first()).toBeAttached();
    await page.close();
  });
});
