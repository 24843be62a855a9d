// Every page of both doors, light and dark, on a desk and on a phone: axe-core finds nothing, the console is silent, nothing scrolls sideways.
import type { Browser, Page } from "playwright";
import { expect } from "playwright/test";
import { afterAll, beforeAll, describe, test } from "vitest";
import { DEMO_PASSWORD } from "../../src/db/seed-people.ts";
import { faultsOf, sideways } from "../support/axe.ts";
import { hasBrowser, openBrowser } from "../support/browser.ts";
import { type Product, startProduct } from "../support/product.ts";
import { accessLinkIn } from "../support/smtp.ts";

let browser: Browser;
let product: Product;
/** Contacts of Northwind who have joined, one a look: each may ask for three links in a quarter of an hour. */
let email: string;
let bounced: string;
let contacts: { id: string; name: string; email: string }[];

beforeAll(async () => {
  if (!hasBrowser()) return;
  [browser, product] = await Promise.all([openBrowser(), startProduct()]);
  const { rows } = await product.database.owner.query(
    "select c.id, c.name, c.email from contacts c join agencies a on a.id = c.agency_id where a.slug = 'northwind' and c.status = 'joined' limit 4",
  );
  contacts = rows as typeof contacts;
  // an e-mail whose story has every kind of line, to an address that is suppressed, and a batch that waits
  const trouble = await product.database.owner.query(
    `select e.agency_id, e.id, e.contact_id, e.to_email from emails e join agencies a on a.id = e.agency_id
     where a.slug = 'northwind' and e.status = 'bounced' limit 1`,
  );
  const [{ agency_id, id, contact_id, to_email }] = trouble.rows as [Record<string, string>];
  [email, bounced] = [id ?? "", contact_id ?? ""];
  await product.database.owner.query(
    `insert into email_steps (agency_id, email_id, kind, attempt, reason, smtp_status, response)
     select $1, $2, kind, 1, 'The mailbox is full.', '450 4.2.2', '450 4.2.2 try later' from unnest(array
       ['delayed', 'refused', 'paused', 'failed', 'suppressed', 'cancelled', 'queued-again', 'bounced', 'late', 'complained']) kind`,
    [agency_id, id],
  );
  await product.database.owner.query(
    "insert into suppressions (agency_id, email, reason) values ($1, $2, 'No such address.'), ($1, 'x@y.example', 'Spam.')",
    [agency_id, to_email],
  );
  await product.database.owner.query(
    `with batch as (insert into email_batches (agency_id, kind, total, paused_at) values ($1, 'login-email', 2, now()) returning id)
     insert into emails (agency_id, kind, contact_id, batch_id, to_email, lifetime_seconds)
     select $1, 'login-email', $2, id, $3, 60 from batch, generate_series(1, 2)`,
    [agency_id, contact_id, to_email],
  );
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

const looks = [
  { scheme: "light", width: 1440 },
  { scheme: "dark", width: 1440 },
  { scheme: "light", width: 390 },
  { scheme: "dark", width: 390 },
] as const;

type Look = (typeof looks)[number];

function contactOf(look: Look) {
  const contact = contacts[looks.indexOf(look)];
  if (!contact) throw new Error("The demo has too few contacts who have joined.");
  return contact;
}

async function open({ scheme, width }: Look): Promise<{ page: Page; said: string[] }> {
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height: 900 },
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const said: string[] = [];
  page.on(
    "console",
    (message) => message.type() === "error" && !/status of 4\d\d/.test(message.text()) && said.push(message.text()),
  );
  page.on("pageerror", (error) => said.push(error.message));
  return { page, said };
}

async function visit(page: Page, paths: readonly string[], faults: Record<string, unknown>): Promise<void> {
  for (const path of paths) {
    const response = await page.goto(path);
    const found = await faultsOf(page);
    const wide = await sideways(page);
    const policy = response?.headers()["content-security-policy"] ?? "none";
    if (found.length > 0 || wide > 0 || /unsafe-|none$/.test(policy)) faults[path] = { found, wide, policy };
  }
}

describe.skipIf(!hasBrowser())("pages", () => {
  test.each(looks)("of the dashboard, $scheme at $width px", async (look) => {
    const { page, said } = await open(look);
    const at = (path: string) => `${product.appUrl}${path}`;
    const faults: Record<string, unknown> = {};
    await visit(
      page,
      ["/sign-in", "/sign-up", "/forgot-password", `/reset-password/${"x".repeat(43)}`, "/nothing/here"].map(at),
      faults,
    );
    await page.goto(at("/sign-in"));
    await page.getByLabel("Work email").fill("nora@northwind.example");
    await page.getByLabel("Password").fill(DEMO_PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Client portal", level: 1 }).waitFor();
    const contact = contactOf(look);
    const own = [
      "/northwind",
      "/northwind?status=revoked",
      "/northwind?q=nobody-has-this-name",
      `/northwind/contacts/${contact.id}`,
      "/northwind/invitations",
      "/northwind/invitations?mode=paste",
      `/northwind/login-emails?contact=${contact.id}`,
      `/northwind/magic-links?contact=${contact.id}`,
      `/northwind/contacts/${contact.id}/address`,
      "/northwind/email-log",
      "/northwind/email-log?status=failed&q=nobody-has-this-name",
      `/northwind/email-log/${email}`,
      `/northwind/contacts/${bounced}`,
      "/northwind/suppressions",
      "/northwind/suppressions?q=nobody-has-this-address",
      "/northwind/settings/team",
      "/northwind/settings/team/new",
      "/agencies",
      "/agencies/new",
    ];
    await visit(page, own.map(at), faults);
    expect(faults).toEqual({});
    expect(said).toEqual([]);
    await page.context().close();
  });

  test.each(looks)("of the portal, $scheme at $width px", async (look) => {
    const { page, said } = await open(look);
    const at = (path: string) => `${product.portalUrl("northwind")}${path}`;
    const faults: Record<string, unknown> = {};
    await visit(page, ["/sign-in", "/forgot-password", `/l/${"x".repeat(43)}`, "/nothing"].map(at), faults);
    const contact = contactOf(look);
    await page.goto(at("/sign-in"));
    await page.getByLabel("Email").fill(contact.email);
    await page.getByRole("button", { name: "Email me a link" }).click();
    await page.waitForURL((url) => url.pathname !== "/sign-in");
    await visit(page, [page.url()], faults);
    const link = accessLinkIn((await product.smtp.received(1, contact.email))[0] ?? {});
    const elsewhere = await open(look);
    await visit(elsewhere.page, [link], faults);
    await elsewhere.page.getByRole("button", { name: /^Continue as / }).click();
    await elsewhere.page.waitForURL((url) => !url.pathname.startsWith("/l/"));
    await visit(
      elsewhere.page,
      [
        elsewhere.page.url(),
        ...["/", "/welcome", "/profile", "/profile/password", link.replace(/^https?:\/\/[^/]+/, "")].map(at),
      ],
      faults,
    );
    expect(faults).toEqual({});
    expect([...said, ...elsewhere.said]).toEqual([]);
    await page.context().close();
    await elsewhere.page.context().close();
  });
});
