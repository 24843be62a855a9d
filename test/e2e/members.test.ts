// A member's first day in a browser: an agency made, a second one added, a password forgotten and set anew; with JavaScript and without.
import type { Browser } from "playwright";
import { expect } from "playwright/test";
import { afterAll, beforeAll, describe, test } from "vitest";
import { hasBrowser, openBrowser } from "../support/browser.ts";
import { type Product, startProduct } from "../support/product.ts";

let browser: Browser;
let product: Product;

beforeAll(async () => {
  if (hasBrowser()) [browser, product] = await Promise.all([openBrowser(), startProduct()]);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

describe.skipIf(!hasBrowser())("a new member", () => {
  test.each([
    { javaScriptEnabled: true, width: 1440, slug: "halden-and-rye" },
    { javaScriptEnabled: false, width: 390, slug: "halden-and-rye-2" },
  ])(
    "makes an agency, adds another, forgets his password and comes back: $javaScriptEnabled, $width px",
    async ({ javaScriptEnabled, width, slug }) => {
      const context = await browser.newContext({
        reducedMotion: "reduce",
        javaScriptEnabled,
        viewport: { width, height: 900 },
      });
      const page = await context.newPage();
      const email = `ingrid@${slug}.example`;
      const at = (path: string) => `${product.appUrl}${path}`;

      await page.goto(product.appUrl);
      await page.getByRole("link", { name: "Create an agency" }).click();
      await page.getByLabel("Agency name").fill("Halden & Rye");
      await page.getByLabel("Your name").fill("Ingrid Rye");
      if (javaScriptEnabled) await expect(page.getByLabel("Portal address")).toHaveValue(slug);
      await page.getByLabel("Work email").fill("nora@northwind.example");
      await page.getByLabel("Password", { exact: true }).fill("a few words in a row");
      await page.getByRole("button", { name: "Create agency" }).click();
      await expect(page.getByLabel("Work email")).toHaveAccessibleDescription(/has an account already/);
      await page.getByLabel("Work email").fill(email);
      await page.getByLabel("Password", { exact: true }).fill("a few words in a row");
      await page.getByRole("button", { name: "Create agency" }).click();
      await expect(page).toHaveURL(at(`/${slug}`));
      await expect(page.getByRole("heading", { name: "Client portal" })).toBeVisible();
      await expect(page.getByText(product.portalUrl(slug)).first()).toBeVisible();

      await page.goto(at("/agencies/new"));
      await page.getByLabel("Agency name").fill(`Second of ${slug}`);
      await page.getByRole("button", { name: "Create agency" }).click();
      await expect(page).toHaveURL(at(`/second-of-${slug}`));
      await page.goto(product.appUrl);
      await expect(page.getByRole("heading", { name: "Choose an agency" })).toBeVisible();
      await page.getByRole("link", { name: "Open Halden & Rye" }).click();
      await expect(page).toHaveURL(at(`/${slug}`));
      await page.goto(at("/agencies"));
      await page.getByRole("button", { name: "Sign out" }).click();
      await expect(page).toHaveURL(at("/sign-in"));

      await page.goto(at(`/${slug}`));
      await page.getByRole("link", { name: "Forgot it?" }).click();
      await page.getByLabel("Work email").fill(email);
      await page.getByRole("button", { name: "Email me a link" }).click();
      await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible();
      const [mail] = await product.smtp.received(1, email);
      await page.goto(/http:\S+\/reset-password\/[\w-]{43}/.exec(mail?.text ?? "")?.[0] ?? "");
      await page.getByLabel("New password").fill("another few words in a row");
      await page.getByRole("button", { name: "Save and sign in" }).click();
      await expect(page.getByRole("heading", { name: "Choose an agency" })).toBeVisible();

      await page.getByRole("button", { name: "Sign out" }).click();
      await page.goto(at(`/${slug}`));
      await page.getByLabel("Work email").fill(email);
      await page.getByLabel("Password", { exact: true }).fill("a few words in a row");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByText("That email and password don’t match.")).toBeVisible();
      await page.getByLabel("Password", { exact: true }).fill("another few words in a row");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page).toHaveURL(at(`/${slug}`));
      await context.close();
    },
  );
});
