// Sending from the agency's own domain, clicked through in a real browser: records, verification without reloading, a test mail, an invite.
import type { Browser, Page } from "playwright";
import { expect } from "playwright/test";
import { afterAll, beforeAll, describe, test } from "vitest";
import { DEMO_PASSWORD } from "../../src/db/seed-people.ts";
import { faultsOf, sideways } from "../support/axe.ts";
import { hasBrowser, openBrowser } from "../support/browser.ts";
import { type DnsServer, startDns } from "../support/dns.ts";
import { type Product, startProduct } from "../support/product.ts";
import { judgeAsReceiver } from "../support/receiver.ts";

const DOMAIN = "northwind.example";

let browser: Browser;
let product: Product;
let dns: DnsServer;

beforeAll(async () => {
  if (!hasBrowser()) return;
  dns = await startDns({ "_spf.portico.example": { TXT: ["v=spf1 ip4:192.0.2.25 -all"] } });
  product = await startProduct({ DNS_SERVERS: dns.address, SPF_INCLUDE: "_spf.portico.example" });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await dns?.close();
});

async function nora(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const context = await browser.newContext({
    reducedMotion: "reduce",
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  await page.goto(`${product.appUrl}/sign-in`);
  await page.getByLabel("Work email").fill("nora@northwind.example");
  await page.getByLabel("Password", { exact: true }).fill(DEMO_PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/northwind");
  return page;
}

// Colours change with a transition, and what is half way is nobody's contrast.
const SETTLED = `new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))).then(() =>
  Promise.allSettled(document.getAnimations().map((animation) => animation.finished)))`;

/** The page fits and axe finds nothing, wide and narrow, light and dark. */
async function looksRight(page: Page): Promise<void> {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(SETTLED);
      expect([width, colorScheme, await faultsOf(page)]).toEqual([width, colorScheme, []]);
      expect([width, await sideways(page)]).toEqual([width, 0]);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** What a record's row offers to copy: its name below the domain, and its value. */
async function copied(page: Page, about: string): Promise<{ name: string; value: string }> {
  const of = (what: string) => page.getByRole("button", { name: `Copy ${what} of the ${about} record`, exact: true });
  const name = (await of("name").getAttribute("data-copy")) ?? "";
  const value = (await of("value").getAttribute("data-copy")) ?? "";
  return { name: name === "@" ? DOMAIN : `${name}.${DOMAIN}`, value };
}

describe.skipIf(!hasBrowser())("a sending domain", () => {
  test("is verified while the page is open, tests itself, and is what an invite comes from", async () => {
    const page = await nora();
    const faults: string[] = [];
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await page.getByRole("link", { name: "Sending domain" }).click();
    await looksRight(page);
    await page.getByLabel("Add a sending domain").fill(`Northwind <Team@${DOMAIN}>`);
    await page.getByRole("button", { name: "Add domain" }).click();
    const panel = page.getByRole("region", { name: new RegExp(`^${DOMAIN}`) });
    await expect(panel).toContainText("Waiting for DNS");
    await expect(panel).toContainText("Last checked");
    await looksRight(page);

    for (const about of ["ownership", "DKIM", "SPF", "DMARC"]) {
      const { name, value } = await copied(page, about);
      dns.set(name, { TXT: [value] });
    }
    await panel.getByRole("button", { name: "Check now" }).click();
    await expect(panel.getByText("Verified", { exact: true })).toBeVisible({ timeout: 30_000 });
    await expect(panel.getByText("Sender", { exact: true })).toBeVisible();

    await panel.getByRole("button", { name: "Send me a test" }).click();
    await expect(panel.getByRole("cell", { name: "Delivery" })).toBeVisible({ timeout: 30_000 });
    await expect(panel.getByText("Pass", { exact: true })).toHaveCount(3);
    const [message] = product.smtp.messages;
    expect(message?.to).toEqual(["nora@northwind.example"]);
    if (message) expect(await judgeAsReceiver(dns.address, message)).toMatchObject({ dkim: "pass", dmarc: "pass" });
    await panel.getByText("DNS records", { exact: true }).click();
    await looksRight(page);

    await page.goto(`${product.appUrl}/northwind/invitations`);
    await page.getByRole("combobox").fill("maya@brightwater.example");
    await page.keyboard.press("Enter");
    await page
      .getByRole("button", { name: /^Send|^Invite/ })
      .last()
      .click();
    const [mail] = await product.smtp.received(1, "maya@brightwater.example");
    expect(mail?.from?.value[0]).toEqual({ name: "Northwind", address: `team@${DOMAIN}` });
    expect(mail?.replyTo?.value[0]?.address).toBe("nora@northwind.example");

    await page.goto(`${product.appUrl}/northwind/settings/sending`);
    dns.set(`portico1._domainkey.${DOMAIN}`, null);
    await panel.getByRole("button", { name: "Check now" }).click();
    await expect(panel.getByText("The DKIM record is gone.")).toBeVisible({ timeout: 30_000 });
    await expect(panel.getByText("Failing", { exact: true })).toBeVisible();
    await looksRight(page);
    await page.getByRole("button", { name: "Use as sender no-reply@portico.example" }).click();
    await expect(page.getByText("Sender saved")).toBeVisible();
    await expect(panel.getByText(/^Sender/)).toHaveCount(0);
    expect(faults).toEqual([]);
  });

  test("works without scripts: refused, changed, asked about, removed", async () => {
    const page = await nora({ javaScriptEnabled: false });
    await page.goto(`${product.appUrl}/northwind/settings/sending`);
    await page.getByLabel("Add a sending domain").fill("10.0.0.1");
    await page.getByRole("button", { name: "Add domain" }).click();
    await expect(page.getByText("This is an IP address.")).toBeVisible();
    await page.getByLabel("Add a sending domain").fill("other.example");
    await page.getByRole("button", { name: "Add domain" }).click();
    const panel = page.getByRole("region", { name: /^other\.example/ });
    await expect(page.getByText("other.example added")).toBeVisible();
    await panel.getByLabel("From address").fill("desk");
    await panel.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("From address saved")).toBeVisible();
    await expect(panel.getByLabel("From address")).toHaveValue("desk");
    await panel.getByRole("button", { name: "Check now" }).click();
    await expect(page.getByText("The check has begun")).toBeVisible();
    await panel.getByRole("link", { name: "Remove" }).click();
    await page.getByRole("button", { name: "Remove domain" }).click();
    await expect(page.getByText("other.example removed")).toBeVisible();
    await expect(panel).toHaveCount(0);
  });
});
