// The agency's own name, from its DNS records to a client's sign-in: over HTTPS, through a real Caddy, in a real browser.
import type { Browser, Page } from "playwright";
import { expect } from "playwright/test";
import { afterAll, beforeAll, describe, test } from "vitest";
import { DEMO_PASSWORD } from "../../src/db/seed-people.ts";
import { hasBrowser, openBrowser } from "../support/browser.ts";
import { type Caddy, getByName, hasCaddy, startCaddy } from "../support/caddy.ts";
import { type DnsServer, startDns } from "../support/dns.ts";
import { freePort, type Product, startProduct } from "../support/product.ts";

const NAME = "clients.northwind.example";
const APP = "https://app.portico.example";
const DEFAULT = "https://northwind.portal.portico.example";
const runs = hasBrowser() && hasCaddy();

let browser: Browser;
let product: Product;
let caddy: Caddy;
let dns: [DnsServer, DnsServer];

beforeAll(async () => {
  if (!runs) return;
  dns = [await startDns(), await startDns()];
  const httpsPort = await freePort();
  product = await startProduct({
    APP_URL: APP,
    PORTAL_DOMAIN: "portal.portico.example",
    TRUSTED_PROXIES: "127.0.0.1",
    DNS_SERVERS: dns.map(({ address }) => address).join(","),
    DOMAIN_HTTPS_PORT: String(httpsPort),
    DOMAIN_HTTP_PORT: String(await freePort()),
  });
  caddy = await startCaddy(product, httpsPort);
  browser = await openBrowser([`--host-resolver-rules=MAP *.example:443 127.0.0.1:${httpsPort}`]);
});
afterAll(async () => {
  await browser?.close();
  await caddy?.stop();
  await product?.stop();
  await Promise.all((dns ?? []).map((server) => server.close()));
});

const publish: DnsServer["set"] = (name, records) => {
  for (const server of dns) server.set(name, records);
};

const open = async (): Promise<Page> =>
  (await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 } })).newPage();

async function nora(): Promise<Page> {
  const page = await open();
  await page.goto(`${APP}/sign-in`);
  await page.getByLabel("Work email").fill("nora@northwind.example");
  await page.getByLabel("Password", { exact: true }).fill(DEMO_PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/northwind");
  return page;
}

async function invite(page: Page, address: string): Promise<string> {
  await page.goto(`${APP}/northwind/invitations`);
  await page.getByRole("combobox").fill(address);
  await page.keyboard.press("Enter");
  await page
    .getByRole("button", { name: /^Send|^Invite/ })
    .last()
    .click();
  const [mail] = await product.smtp.received(1, address);
  return /https:\/\/\S+\/l\/[\w-]{43}/.exec(mail?.text ?? "")?.[0] ?? "";
}

async function arrive(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole("button", { name: /^Continue as / }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/l/"));
}

describe.skipIf(!runs)("a custom domain", () => {
  test("becomes active over HTTPS, is chosen, and carries invites, old links and those who are signed in", async () => {
    const page = await nora();
    const early = await invite(page, "early@brightwater.example");
    const settled = await invite(page, "settled@brightwater.example");
    expect(new URL(early).origin).toBe(DEFAULT);
    const client = await open();
    await arrive(client, settled);
    expect(new URL(client.url()).origin).toBe(DEFAULT);

    await page.goto(`${APP}/northwind/settings/domains`);
    await page.getByLabel("Add a domain").fill(`https://${NAME}/welcome`);
    await page.getByRole("button", { name: "Add domain" }).click();
    const panel = page.getByRole("region", { name: new RegExp(`^${NAME}`) });
    await expect(panel).toContainText("Waiting for DNS");
    expect(await getByName(caddy, NAME)).toHaveProperty("refused");
    const { rows } = await product.database.owner.query("select dns_label from agencies where slug = 'northwind'");
    const target = `${(rows[0] as { dns_label: string }).dns_label}.portal.portico.example`;
    publish(target, { A: ["127.0.0.1"] });
    publish(NAME, { CNAME: [target] });
    await panel.getByRole("button", { name: "Check now" }).click();
    await expect(panel.getByText("Active", { exact: true })).toBeVisible({ timeout: 60_000 });
    await expect(panel).toContainText(/Certificate renews by (?:today|tomorrow), \d\d:\d\d\./);

    await panel.getByRole("link", { name: "Make default" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText(`Use ${NAME}?`);
    await expect(dialog).toContainText("1 sign-in moves along");
    await dialog.getByRole("button", { name: "Use this address" }).click();
    await expect(panel.getByText("Default", { exact: true })).toBeVisible();
    await page.goto(`${APP}/northwind`);
    await expect(page.locator("#portal-url")).toContainText(`https://${NAME}`);

    const late = await invite(page, "late@brightwater.example");
    expect(new URL(late).origin).toBe(`https://${NAME}`);
    for (const link of [late, early]) {
      const person = await open();
      await arrive(person, link);
      expect(new URL(person.url()).origin).toBe(`https://${NAME}`);
      await expect(person.getByText("Northwind").first()).toBeVisible();
    }
    await client.goto(`${DEFAULT}/profile`);
    await client.waitForURL(`https://${NAME}/profile`);
    await expect(client.getByText("settled@brightwater.example").first()).toBeVisible();
    await client.goto(DEFAULT);
    expect(new URL(client.url()).origin).toBe(`https://${NAME}`);

    const rival = await open();
    await rival.goto("https://rivermark.portal.portico.example/sign-in");
    await expect(rival.getByText("Rivermark").first()).toBeVisible();
    await rival.goto(`https://rivermark.portal.portico.example${new URL(late).pathname}`);
    await expect(rival.getByText("Northwind")).toHaveCount(0);
    expect(await getByName(caddy, "stranger.example")).toHaveProperty("refused");
  });
});
