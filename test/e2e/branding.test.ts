// An agency's brand in a real browser: the preview per keystroke, a hostile file, saving, and what clients and their inbox then see.
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright";
import { expect } from "playwright/test";
import { afterAll, beforeAll, describe, test } from "vitest";
import { DEMO_PASSWORD } from "../../src/db/seed-people.ts";
import { hasBrowser, openBrowser } from "../support/browser.ts";
import { disc, plain } from "../support/images.ts";
import { type Product, startProduct } from "../support/product.ts";

const axe = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const HEADLINE = "Your books, in plain view.";

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

async function openBranding(
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<{ page: Page; told: string[] }> {
  const page = await (await browser.newContext({ reducedMotion: "reduce", ...options })).newPage();
  const told: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") told.push(message.text());
  });
  await page.goto(`${product.appUrl}/sign-in`);
  await page.getByLabel("Email").fill("nora@northwind.example");
  await page.getByLabel("Password", { exact: true }).fill(DEMO_PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Client portal" }).waitFor();
  await page.goto(`${product.appUrl}/northwind/settings/branding`);
  return { page, told };
}

const ground = (page: Page, selector: string) =>
  page.evaluate<string>(`getComputedStyle(document.querySelector("${selector}")).backgroundColor`);

async function faults(page: Page): Promise<string[]> {
  const { violations } = (await page.evaluate(`${axe}; axe.run()`)) as { violations: { id: string }[] };
  return violations.map(({ id }) => id);
}

const file = (name: string, buffer: Buffer) => ({ name, mimeType: "image/png", buffer });

describe.skipIf(!hasBrowser())("branding", () => {
  test("follows every keystroke without losing the place, and clients see it once it is saved", async () => {
    const { page, told } = await openBranding();
    const preview = page.locator("#branding-preview");
    const headline = page.getByLabel("Headline");
    await headline.pressSequentially(HEADLINE.slice(0, 10));
    await expect(preview).toContainText(HEADLINE.slice(0, 10));
    await headline.pressSequentially(HEADLINE.slice(10));
    await expect(preview).toContainText(HEADLINE);
    await expect(headline).toBeFocused();
    await expect(page.getByText("Unsaved changes")).toBeVisible();

    await page.getByRole("radio", { name: "Sun" }).check({ force: true });
    await expect(page.getByLabel("Accent as hex")).toHaveValue("#f3c530");
    await expect(page.getByText("Black text on this colour: 12.8 to 1.")).toBeVisible();
    await expect.poll(() => ground(page, "#branding-preview .auth__brand")).toBe("rgb(243, 197, 48)");
    await page.getByLabel("Accent as hex").fill("#1f4fcc");
    await expect(page.getByRole("radio", { name: "Cobalt" })).toBeChecked();
    await expect.poll(() => ground(page, "#branding-preview .auth__brand")).toBe("rgb(31, 79, 204)");

    const logo = page.locator("#b-logo");
    await logo.setInputFiles(file("logo.png", await plain("png", { width: 96, height: 96 })));
    await expect(preview.locator("img")).toHaveJSProperty("naturalWidth", 96);
    await logo.setInputFiles(file("logo.png", Buffer.from("<svg onload=alert(1)>")));
    await expect(page.getByText("SVG can hold more than a picture.")).toBeVisible();
    await expect(preview.locator("img")).toBeVisible();

    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Branding saved")).toBeVisible();
    await expect(page.getByText("Unsaved changes")).toHaveCount(0);

    const client = await (await browser.newContext()).newPage();
    await client.goto(`${product.portalUrl("northwind")}/sign-in`);
    await expect(client.getByText(HEADLINE)).toBeVisible();
    await expect(client.locator(".plogo img")).toHaveJSProperty("naturalWidth", 96);
    expect(await ground(client, ".auth__brand")).toBe("rgb(31, 79, 204)");
    await client.goto(`${product.portalUrl("rivermark")}/sign-in`);
    await expect(client.getByText(HEADLINE)).toHaveCount(0);
    await expect(client.locator(".plogo img")).toHaveCount(0);
    expect(told).toEqual([]);
  });

  test("can be set without scripts", async () => {
    const { page } = await openBranding({ javaScriptEnabled: false });
    await page.getByLabel("Headline").fill("Without scripts");
    await page.locator("#b-logo").setInputFiles(file("logo.png", disc(40)));
    await page.locator('[name="swatch"][value="#00684e"]').check({ force: true });
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Branding saved")).toBeVisible();
    await expect(page.getByLabel("Accent as hex")).toHaveValue("#00684e");
    await expect(page.locator("#branding-preview img")).toHaveCount(1);
    await expect(page.locator("#branding-preview")).toContainText("Without scripts");
  });

  test.each([
    ["light", 1440],
    ["dark", 1440],
    ["light", 390],
    ["dark", 390],
  ] as const)("has no fault that axe finds and nothing to scroll sideways: %s, %i px", async (colorScheme, width) => {
    const { page } = await openBranding({ colorScheme, viewport: { width, height: 900 } });
    expect(await faults(page)).toEqual([]);
    const over = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate<number>(over)).toBe(0);
  });
});
