// A domain in a browser: added, its records set in DNS, watched until it answers without loading the page again, and removed.
import type { Browser, Page } from "playwright";
import { expect } from "playwright/test";
import { afterAll, beforeAll, describe, test } from "vitest";
import { DEMO_PASSWORD } from "../../src/db/seed-people.ts";
import { faultsOf, sideways } from "../support/axe.ts";
import { hasBrowser, openBrowser } from "../support/browser.ts";
import { type DnsServer, startDns } from "../support/dns.ts";
import { freePort, type Product, startProduct } from "../support/product.ts";

let browser: Browser;
let product: Product;
let dns: [DnsServer, DnsServer];
let origin: string;

beforeAll(async () => {
  if (!hasBrowser()) return;
  dns = [await startDns(), await startDns()];
  const port = String(await freePort());
  origin = `http://localhost:${port}`;
  const env = {
    PORT: port,
    APP_URL: origin,
    PORTAL_DOMAIN: `portal.localhost:${port}`,
    DNS_SERVERS: dns.map(({ address }) => address).join(","),
    // The check knocks at our own door, as it would through a proxy.
    DOMAIN_HTTP_PORT: port,
    DOMAIN_HTTPS_PORT: String(await freePort()),
  };
  [browser, product] = await Promise.all([openBrowser(), startProduct(env)]);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await Promise.all((dns ?? []).map((server) => server.close()));
});

const publish: DnsServer["set"] = (name, records) => {
  for (const server of dns) server.set(name, records);
};

type Look = { javaScriptEnabled?: boolean; colorScheme?: "light" | "dark"; width?: number };

async function signIn({ javaScriptEnabled = true, colorScheme = "light", width = 1440 }: Look = {}) {
  const context = await browser.newContext({
    reducedMotion: "reduce",
    baseURL: origin,
    javaScriptEnabled,
    colorScheme,
    viewport: { width, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  const said: string[] = [];
  page.on(
    "console",
    (message) => message.type() === "error" && !/status of 422/.test(message.text()) && said.push(message.text()),
  );
  page.on("pageerror", (error) => said.push(error.message));
  await page.goto("/sign-in");
  await page.getByLabel("Work email").fill("nora@northwind.example");
  await page.getByLabel("Password", { exact: true }).fill(DEMO_PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/northwind");
  await page.goto("/northwind/settings/domains");
  return { page, said };
}

const panelOf = (page: Page, name: string) => page.getByRole("region", { name: new RegExp(`^${name}`) });
const add = async (page: Page, name: string) => {
  await page.getByLabel("Add a domain").fill(name);
  await page.getByRole("button", { name: "Add domain" }).click();
};

describe.skipIf(!hasBrowser())("domains", () => {
  test("a name is refused, added, corrected and becomes active while the page stays open; then it stops asking", async () => {
    const { page, said } = await signIn();
    let loads = 0;
    page.on("load", () => loads++);
    await add(page, "10.0.0.1");
    await expect(page.getByLabel("Add a domain")).toHaveAccessibleDescription(/IP address/);
    await expect(page.getByLabel("Add a domain")).toHaveValue("10.0.0.1");
    await add(page, "https://Clients.Northwind.example/sign-in");
    const panel = panelOf(page, "clients.northwind.example");
    await expect(panel).toContainText("Waiting for DNS");
    await expect(page.getByLabel("Add a domain")).toHaveValue("");
    const asked = new Promise<number>((resolve) => {
      void page.route(
        "**/domains/*?seen=*",
        async (route) => {
          resolve(await panel.locator(".spinner:visible").count());
          await route.continue();
        },
        { times: 1 },
      );
    });
    expect(await asked, "buttons that wait while the page asks by itself").toBe(0);
    await panel.getByRole("button", { name: "Copy value of the CNAME record" }).click();
    const target = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(target).toMatch(/^c-[a-z2-7]{16}\.portal\.localhost$/);
    await panel.getByRole("button", { name: "Copy name of the TXT record" }).click();
    expect(await page.evaluate<string>("navigator.clipboard.readText()")).toBe("_portico-challenge.clients");

    publish(target, { A: ["127.0.0.1"] });
    publish("clients.northwind.example", { CNAME: ["parking.registrar.example"] });
    await panel.getByRole("button", { name: "Check now" }).click();
    await expect(panel).toContainText("We found parking.registrar.example, we expect", { timeout: 15_000 });
    await expect(panel).toContainText("Failing");
    publish("clients.northwind.example", { CNAME: [target] });
    await panel.getByRole("button", { name: "Check now" }).click();
    await expect(panel.getByText("Active", { exact: true })).toBeVisible({ timeout: 30_000 });
    await expect(page.locator("#live")).toHaveText("clients.northwind.example: Active");
    await expect(panel).not.toHaveAttribute("hx-trigger");
    await expect(panel.getByRole("link", { name: "Make default" })).toBeVisible();
    expect(loads).toBe(0);
    expect(said).toEqual([]);
  });

  test("all of it works without JavaScript", async () => {
    const { page } = await signIn({ javaScriptEnabled: false });
    await add(page, "co.uk");
    await expect(page.getByText("co.uk is a public suffix")).toBeVisible();
    await add(page, "plain.northwind.example");
    const panel = panelOf(page, "plain.northwind.example");
    await expect(panel).toContainText("Waiting for DNS");
    await panel.getByRole("button", { name: "Check now" }).click();
    await expect(page.getByText("The check has begun")).toBeVisible();
    await panel.getByRole("link", { name: "Remove" }).click();
    await page.getByRole("button", { name: "Remove domain" }).click();
    await expect(page.getByText("plain.northwind.example removed")).toBeVisible();
    await expect(panel).toHaveCount(0);
  });

  test("in both schemes, on a desk and on a phone, axe finds nothing and nothing scrolls sideways", async () => {
    for (const look of [{ width: 1440 }, { width: 390 }] as const) {
      for (const colorScheme of ["light", "dark"] as const) {
        const { page } = await signIn({ ...look, colorScheme });
        if ((await panelOf(page, "apex.example").count()) === 0) await add(page, "apex.example");
        await expect(panelOf(page, "apex.example")).toContainText("is a whole domain");
        await expect(panelOf(page, "apex.example")).toContainText("Last checked", { timeout: 15_000 });
        for (const more of await page.locator("summary").all()) await more.click();
        expect([look, colorScheme, await faultsOf(page), await sideways(page)]).toEqual([look, colorScheme, [], 0]);
        await panelOf(page, "apex.example").getByRole("link", { name: "Remove" }).click();
        await expect(page.getByRole("dialog", { name: "Remove apex.example" })).toBeVisible();
        expect(await faultsOf(page)).toEqual([]);
        await page.context().close();
      }
    }
  });
});
