// Names and addresses as long as they may be, in one word and in many: no page of the dashboard scrolls sideways or spills for them.
import type { Browser, Page } from "playwright";
import { expect } from "playwright/test";
import { afterAll, beforeAll, describe, test } from "vitest";
import { DEMO_PASSWORD } from "../../src/db/seed-people.ts";
import { sideways } from "../support/axe.ts";
import { hasBrowser, openBrowser } from "../support/browser.ts";
import { type Product, startProduct } from "../support/product.ts";

const WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
const WORDS = "Ridiculously Long Agency Name and Partners International Holding Company of the Northern Isles";
const ADDRESS = `${"x".repeat(60)}@${"long-domain-".repeat(4)}name.example`;

let browser: Browser;
let product: Product;
let page: Page;
let contact: string;

beforeAll(async () => {
  if (!hasBrowser()) return;
  [browser, product] = await Promise.all([openBrowser(), startProduct()]);
  const ask = (text: string, values: unknown[] = []) => product.database.owner.query(text, values);
  await ask("update agencies set name = $1 where slug = 'northwind'", [WORDS]);
  await ask("update members set name = $1 where email = 'nora@northwind.example'", [WORD]);
  const { rows } = await ask(
    `update contacts set name = $1, email = $2, company = $1 where id = (
       select c.id from contacts c join agencies a on a.id = c.agency_id
       where a.slug = 'northwind' and c.status = 'joined' order by c.invited_at desc limit 1) returning id`,
    [WORD, ADDRESS],
  );
  contact = (rows[0] as { id: string }).id;
  await ask("update emails set to_email = $1 where contact_id = $2", [ADDRESS, contact]);
  await ask(
    "insert into suppressions (agency_id, email, reason) select agency_id, email, 'No such address.' from contacts where id = $1",
    [contact],
  );
  page = await browser.newPage();
  await page.goto(`${product.appUrl}/sign-in`);
  await page.getByLabel("Work email").fill("nora@northwind.example");
  await page.getByLabel("Password").fill(DEMO_PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Client portal", level: 1 }).waitFor();
});
afterAll(() => Promise.all([browser?.close(), product?.stop()]));

/** Texts of the sidebar that stand out of it. */
const spilled = (): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll("#sidebar > div > button > span")]
    .filter((part) => part.scrollWidth > part.clientWidth && getComputedStyle(part).overflowX === "visible")
    .map((part) => part.textContent)`);

describe.skipIf(!hasBrowser())("the longest names", () => {
  test.each([1440, 1100, 1024, 800, 390])("fit at %i px", async (width) => {
    await page.setViewportSize({ width, height: 900 });
    const paths = [
      "",
      "?status=joined",
      `/contacts/${contact}`,
      "/email-log",
      "/suppressions",
      "/settings/team",
      "/settings/domains",
      "/settings/branding",
      `/magic-links?contact=${contact}`,
      `/login-emails?contact=${contact}`,
      `/invitations?contact=${contact}`,
    ];
    const wide: Record<string, unknown> = {};
    for (const path of paths) {
      await page.goto(`${product.appUrl}/northwind${path}`);
      const found = { sideways: await sideways(page), spilled: width >= 1024 ? await spilled() : [] };
      if (found.sideways > 0 || found.spilled.length > 0) wide[path] = found;
    }
    expect(wide).toEqual({});
  });
});
