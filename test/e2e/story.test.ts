// The main job, clicked through: Nora invites, makes a magic link and sends login emails; her clients come in; Rafael sees none of it.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, Page } from "playwright";
import { expect } from "playwright/test";
import { afterAll, beforeAll, describe, test } from "vitest";
import { DEMO_PASSWORD } from "../../src/db/seed-people.ts";
import { hasBrowser, openBrowser } from "../support/browser.ts";
import { type Product, startProduct } from "../support/product.ts";
import { accessLinkIn } from "../support/smtp.ts";

let browser: Browser;
let webmail: Server;
/** A site of its own, on another host, where people read their mail. */
let webmailUrl: string;

beforeAll(async () => {
  if (!hasBrowser()) return;
  browser = await openBrowser();
  webmail = createServer((request, response) => {
    const link = new URL(request.url ?? "/", "http://x").searchParams.get("link") ?? "";
    response.setHeader("content-type", "text/html");
    response.end(`<title>Inbox</title><a href="${link.replaceAll('"', "&quot;")}">Open the portal</a>`);
  });
  await new Promise<void>((resolve) => webmail.listen(0, "127.0.0.1", resolve));
  webmailUrl = `http://127.0.0.1:${(webmail.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser?.close();
  webmail?.close();
});

type Setting = { javaScript: boolean; width: number };

/** Everything a page said to its console that a user should never cause, and every error of its scripts. */
function watch(page: Page, said: string[]): void {
  page.on("console", (message) => {
    // A refused form is a 422, which the browser itself notes as a failed resource.
    if (message.type() === "error" && !/status of 422/.test(message.text())) said.push(message.text());
  });
  page.on("pageerror", (error) => said.push(error.message));
}

class Story {
  readonly product: Product;
  readonly setting: Setting;
  readonly said: string[] = [];
  readonly contexts: BrowserContext[] = [];

  constructor(product: Product, setting: Setting) {
    this.product = product;
    this.setting = setting;
  }

  async open(): Promise<Page> {
    const { javaScript, width } = this.setting;
    const context = await browser.newContext({
      javaScriptEnabled: javaScript,
      viewport: { width, height: 900 },
      permissions: ["clipboard-read", "clipboard-write"],
      // the bar that the first tick brings rises over the rows, and may be under the pointer by the time it presses
      reducedMotion: "reduce",
    });
    this.contexts.push(context);
    const page = await context.newPage();
    watch(page, this.said);
    return page;
  }

  async signInMember(email: string): Promise<Page> {
    const page = await this.open();
    await page.goto(`${this.product.appUrl}/`);
    await page.getByLabel("Work email").fill(email);
    await page.getByLabel("Password").fill(DEMO_PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { name: "Client portal", level: 1 })).toBeVisible();
    return page;
  }

  /** A client clicks the link on another site, presses the one button, and is in the agency's portal on its own host. */
  async arrive(link: string): Promise<Page> {
    const page = await this.open();
    await page.goto(`${webmailUrl}/?link=${encodeURIComponent(link)}`);
    await page.getByRole("link", { name: "Open the portal" }).click();
    await page.getByRole("button", { name: /^Continue as / }).click();
    await page.waitForURL((url) => !url.pathname.startsWith("/l/"));
    expect(new URL(page.url()).host).toBe(new URL(this.product.portalUrl("northwind")).host);
    await expect(page.getByText("Northwind").first()).toBeVisible();
    return page;
  }

  async mailTo(address: string): Promise<string> {
    return accessLinkIn((await this.product.smtp.received(1, address))[0] ?? {});
  }

  async close(): Promise<void> {
    for (const context of this.contexts) await context.close();
  }
}

const figure = async (page: Page, name: string) => {
  const text = await page
    .locator("#stats .stat", { has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) })
    .locator("dd")
    .first()
    .innerText();
  return Number(text.replaceAll(/\D/g, ""));
};

const row = (page: Page, name: string) => page.locator("tr", { hasText: name }).first();

/** Contacts of the demo in one state, by the name that stands in the table. */
async function named(product: Product, status: string, count: number): Promise<{ name: string; email: string }[]> {
  const { rows } = await product.database.owner.query(
    `select c.name, c.email from contacts c join agencies a on a.id = c.agency_id
     where a.slug = 'northwind' and c.status = $1 order by c.name limit $2`,
    [status, count],
  );
  return rows as { name: string; email: string }[];
}

async function search(page: Page, story: Story, text: string): Promise<void> {
  await page.goto(`${story.product.appUrl}/northwind?q=${encodeURIComponent(text)}`);
}

/** A line of a row's menu; without JavaScript its button leads to the contact's page, where the same actions are. */
async function chooseFromMenu(page: Page, name: string, item: string): Promise<void> {
  await row(page, name)
    .getByRole("button", { name: `More actions for ${name}` })
    .click();
  await page
    .getByRole("group", { name: `More actions for ${name}` })
    .or(page.locator("#contact-page"))
    .getByRole("link", { name: item })
    .click();
}

async function invite(
  page: Page,
  story: Story,
  known: { name: string; email: string },
  unknown: string,
): Promise<void> {
  await page.getByRole("link", { name: "Invite", exact: true }).first().click();
  const form = page.getByRole("dialog");
  await expect(form.getByRole("heading", { name: "Invite to client portal" })).toBeVisible();
  if (story.setting.javaScript) {
    const to = form.getByRole("combobox");
    await to.fill(known.name);
    await expect(form.getByRole("option", { name: new RegExp(known.name) })).toBeVisible();
    await to.press("Enter");
    await to.fill(unknown);
    await to.press("Enter");
  } else {
    await form.getByLabel("To").fill(`${known.email}, ${unknown}`);
  }
  await form.getByLabel(/^Message/).fill("Your reports now live in one place.\nWelcome.");
  await form.getByRole("button", { name: /^Send/ }).click();
}

async function makeMagicLink(page: Page, story: Story, name: string): Promise<string> {
  await search(page, story, name);
  await chooseFromMenu(page, name, "Magic link");
  const form = page.getByRole("dialog");
  await form.getByRole("button", { name: "Create magic link" }).click();
  const field = form.getByLabel("Link", { exact: true });
  await expect(field).toHaveValue(/\/l\/[\w-]{43}$/);
  return field.inputValue();
}

async function sendLoginEmails(page: Page, story: Story, names: readonly string[]): Promise<void> {
  await page.goto(`${story.product.appUrl}/northwind?status=joined&sort=name`);
  for (const name of names) await row(page, name).getByRole("checkbox").check();
  await page
    .getByRole("form", { name: "Actions for the selected contacts" })
    .getByRole("button", { name: "Login email" })
    .click();
  const form = page.getByRole("dialog");
  await form.getByRole("button", { name: `Send ${names.length} emails` }).click();
  const done = page.getByText(new RegExp(`${names.length} of ${names.length}`)).first();
  // The panel asks by itself; without JavaScript it is a page that one loads again.
  await expect(async () => {
    if (!story.setting.javaScript) await page.reload();
    await expect(done).toBeAttached({ timeout: 2_500 });
  }).toPass({ timeout: 30_000 });
}

const settings: Setting[] = [
  { javaScript: true, width: 1440 },
  { javaScript: true, width: 390 },
  { javaScript: false, width: 1440 },
  { javaScript: false, width: 390 },
];

describe.skipIf(!hasBrowser())("an agency gets its clients into its portal", () => {
  test.each(settings)("with JavaScript $javaScript at $width px", async (setting) => {
    const product = await startProduct();
    const story = new Story(product, setting);
    try {
      const nora = await story.signInMember("nora@northwind.example");
      const rafael = await story.signInMember("rafael@rivermark.example");
      const theirs = { invited: await figure(rafael, "Invited"), joined: await figure(rafael, "Joined") };
      await expect(nora.getByText(product.portalUrl("northwind")).first()).toBeVisible();
      const before = { invited: await figure(nora, "Invited"), joined: await figure(nora, "Joined") };

      const [known, third] = await named(product, "not-invited", 2);
      const five = await named(product, "joined", 5);
      if (!known || !third) throw new Error("The demo has too few contacts.");

      await invite(nora, story, known, "new.client@stonecroft.example");
      const link = await makeMagicLink(nora, story, third.name);
      await sendLoginEmails(
        nora,
        story,
        five.map(({ name }) => name),
      );

      await nora.goto(`${product.appUrl}/northwind`);
      expect(await figure(nora, "Invited")).toBe(before.invited + 2);
      expect(await figure(nora, "Joined")).toBe(before.joined);

      await story.arrive(await story.mailTo(known.email));
      await story.arrive(await story.mailTo("new.client@stonecroft.example"));
      await story.arrive(link);
      for (const { email } of five) await story.arrive(await story.mailTo(email));

      await nora.goto(`${product.appUrl}/northwind`);
      expect(await figure(nora, "Joined")).toBe(before.joined + 3);
      await search(nora, story, known.name);
      await expect(row(nora, known.name).getByText("Joined").first()).toBeVisible();

      await rafael.reload();
      expect({ invited: await figure(rafael, "Invited"), joined: await figure(rafael, "Joined") }).toEqual(theirs);
      await rafael.goto(`${product.appUrl}/rivermark?q=stonecroft`);
      await expect(rafael.getByText("new.client@stonecroft.example")).toHaveCount(0);
      expect(story.said).toEqual([]);
    } finally {
      await story.close();
      await product.stop();
    }
  });
});
