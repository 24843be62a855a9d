// A team in a browser: somebody is asked in by mail, chooses a password, gets another role, and is let go; with JavaScript and without.
import type { Browser } from "playwright";
import { expect } from "playwright/test";
import { afterAll, beforeAll, describe, test } from "vitest";
import { DEMO_PASSWORD } from "../../src/db/seed-people.ts";
import { hasBrowser, openBrowser } from "../support/browser.ts";
import { type Product, startProduct } from "../support/product.ts";
import { linksIn } from "../support/smtp.ts";

let browser: Browser;
let product: Product;

beforeAll(async () => {
  if (hasBrowser()) [browser, product] = await Promise.all([openBrowser(), startProduct()]);
});
afterAll(() => Promise.all([browser?.close(), product?.stop()]));

const open = async (more: { javaScriptEnabled: boolean; width: number }) => {
  const { javaScriptEnabled, width } = more;
  const context = await browser.newContext({
    javaScriptEnabled,
    viewport: { width, height: 900 },
    reducedMotion: "reduce",
  });
  return context.newPage();
};

describe.skipIf(!hasBrowser())("a person on the team", () => {
  test.each([
    { javaScriptEnabled: true, width: 1440, email: "tuva@northwind.example" },
    { javaScriptEnabled: false, width: 390, email: "aoife@northwind.example" },
  ])("comes, rises and goes: scripts $javaScriptEnabled, $width px", async ({ email, ...look }) => {
    const team = `${product.appUrl}/northwind/settings/team`;
    const nora = await open(look);
    await nora.goto(`${product.appUrl}/sign-in`);
    await nora.getByLabel("Work email").fill("nora@northwind.example");
    await nora.getByLabel("Password").fill(DEMO_PASSWORD);
    await nora.getByRole("button", { name: "Sign in" }).click();
    await nora.getByRole("heading", { name: "Client portal", level: 1 }).waitFor();
    await nora.goto(team);
    await nora.getByRole("link", { name: "Add a person" }).click();
    const dialog = nora.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Tuva Berg");
    await dialog.getByLabel("Email").fill("nora@northwind.example");
    await dialog.getByRole("button", { name: "Add to the team" }).click();
    await expect(dialog.getByLabel("Email")).toHaveAccessibleDescription(/on the team already/);
    await dialog.getByLabel("Email").fill(email);
    await dialog.getByLabel("Role").selectOption("viewer");
    await dialog.getByRole("button", { name: "Add to the team" }).click();
    await expect(nora.getByRole("region", { name: /^Waiting to sign in/ })).toContainText(email);

    const [mail] = await product.smtp.received(1, email);
    const tuva = await open(look);
    await tuva.goto(linksIn(mail ?? {})[0] ?? "");
    await tuva.getByLabel("New password").fill("nineteen quiet herons");
    await tuva.getByRole("button", { name: "Save and sign in" }).click();
    await expect(tuva).toHaveURL(`${product.appUrl}/northwind`);
    await tuva.goto(team);
    await expect(tuva.getByRole("link", { name: "Add a person" })).toHaveCount(0);

    await nora.goto(team);
    const role = nora.getByLabel("Role of Tuva Berg");
    await role.focus();
    await role.selectOption("admin");
    if (!look.javaScriptEnabled) await nora.getByRole("button", { name: "Save of Tuva Berg" }).click();
    await expect(nora.getByText("Tuva Berg is Admin now")).toBeVisible();
    if (look.javaScriptEnabled) await expect(role).toBeFocused();
    await tuva.goto(team);
    await expect(tuva.getByRole("link", { name: "Add a person" })).toBeVisible();

    await nora.getByRole("link", { name: "Remove Tuva Berg" }).click();
    await nora.getByRole("dialog").getByRole("button", { name: "Remove from the team" }).click();
    await expect(nora.getByText("Tuva Berg is no longer on the team")).toBeVisible();
    expect((await tuva.goto(team))?.status()).toBe(404);
  });
});
