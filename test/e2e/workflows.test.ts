// An agency's own words and a reminder until joined: written, previewed, switched on; three are invited, one joins and is left alone.
import type { Browser, Page } from "playwright";
import { expect } from "playwright/test";
import { afterAll, beforeAll, describe, test } from "vitest";
import { DEMO_PASSWORD } from "../../src/db/seed-people.ts";
import { faultsOf, sideways } from "../support/axe.ts";
import { hasBrowser, openBrowser } from "../support/browser.ts";
import { type Product, startProduct } from "../support/product.ts";
import { accessLinkIn } from "../support/smtp.ts";

const OWN_HOST = "clients.northwind.example";
const WORDS = 'Hi {{ contact.first_name | default: "there" }},\n\n{{ portal.login_button }}';

/** The product with Northwind's portal on a domain of its own, which leads here in this browser. */
async function startHere(): Promise<{ product: Product; browser: Browser; stop(): Promise<void> }> {
  const product = await startProduct();
  const { owner } = product.database;
  const northwind = "(select id from agencies where slug = 'northwind')";
  await owner.query(`update hosts set selected_at = null where agency_id = ${northwind}`);
  await owner.query(
    `insert into hosts (agency_id, kind, name, verified_at, active_at, selected_at, next_check_at)
     values (${northwind}, 'custom', $1, now(), now(), now(), now() + interval '1 day')`,
    [OWN_HOST],
  );
  const browser = await openBrowser([`--host-resolver-rules=MAP ${OWN_HOST} 127.0.0.1:${product.port}`]);
  const stop = async () => {
    await browser.close();
    await product.stop();
  };
  return { product, browser, stop };
}

let here: Awaited<ReturnType<typeof startHere>>;
beforeAll(async () => {
  if (hasBrowser()) here = await startHere();
});
afterAll(() => here?.stop());

async function signIn(javaScript: boolean, width = 1440): Promise<Page> {
  const { browser, product } = here;
  const context = await browser.newContext({
    javaScriptEnabled: javaScript,
    viewport: { width, height: 900 },
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.goto(`${product.appUrl}/sign-in`);
  await page.getByLabel("Email").fill("nora@northwind.example");
  await page.getByLabel("Password", { exact: true }).fill(DEMO_PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Client portal", level: 1 }).waitFor();
  return page;
}

const go = (page: Page, path: string) => page.goto(`${here.product.appUrl}/northwind/${path}`);

/** Writes a template of the agency's own and looks at it as two contacts would see it. */
async function writeReminder(page: Page, javaScript: boolean): Promise<void> {
  await go(page, "settings/email-templates/new");
  await page.getByLabel("Name").fill("Reminder");
  await page.getByRole("button", { name: "Create template" }).click();
  await page.getByLabel("Subject").fill("Your portal waits");
  await page.getByLabel("Body").fill(WORDS);
  if (javaScript) {
    const text = page.getByLabel("The email as text");
    const as = page.getByLabel("Preview as");
    for (const index of [1, 2]) {
      const name = (await as.locator("option").nth(index).innerText()).replace("As ", "");
      await as.selectOption({ index });
      await expect(text).toContainText(`Hi ${name.split(" ")[0]},`);
    }
    await as.selectOption({ index: 0 });
  }
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Template saved")).toBeVisible();
}

/** Takes the ready-made reminder with that template and switches it on for those who are invited from now on. */
async function switchOn(page: Page): Promise<string> {
  await go(page, "workflows");
  const ready = page.locator("#ready-made li", { hasText: "Remind after 3 and 7 days until joined" });
  await ready.getByRole("combobox").selectOption({ label: "Reminder" });
  await ready.getByRole("button", { name: "Use" }).click();
  await expect(page.getByRole("heading", { name: "Remind after 3 and 7 days until joined", level: 1 })).toBeVisible();
  const path = new URL(page.url()).pathname;
  await page.getByRole("link", { name: "Switch on" }).click();
  const question = page.getByRole("dialog");
  await expect(question).toContainText("would enter now");
  await question.getByRole("button", { name: "Switch on" }).click();
  await expect(page.getByText("On", { exact: true })).toBeVisible();
  return path;
}

async function invite(page: Page, addresses: readonly string[]): Promise<void> {
  await page.goto(`${here.product.appUrl}/northwind/invitations?mode=paste`);
  await page.getByLabel("Addresses").fill(addresses.join("\n"));
  await page.getByRole("button", { name: /^Send/ }).click();
  await Promise.all(addresses.map((address) => here.product.smtp.received(1, address)));
}

/** Time moves for the runs that wait, and for nothing else: their jobs' moment comes. */
async function timePasses(waiting: number): Promise<void> {
  const { owner } = here.product.database;
  const due = "kind = 'run-workflow' and lease_id is null and run_at > now() + interval '1 hour'";
  await expect
    .poll(async () => (await owner.query(`select count(*)::int as n from jobs where ${due}`)).rows[0].n)
    .toBe(waiting);
  await owner.query(`update jobs set run_at = now() where ${due}`);
  await owner.query("select pg_notify('jobs_ready', '')");
}

/** Presses the mail's button, as a client does in a browser of his own. */
async function arrive(link: string): Promise<Page> {
  const page = await (await here.browser.newContext()).newPage();
  await page.goto(link);
  await page.getByRole("button", { name: /^Continue as / }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/l/"));
  expect(new URL(page.url()).host).toBe(OWN_HOST);
  return page;
}

const linkTo = async (address: string, count: number) => {
  const mails = await here.product.smtp.received(count, address);
  return accessLinkIn(mails.at(-1) ?? {});
};

async function runStates(): Promise<Record<string, number>> {
  const { rows } = await here.product.database.owner.query(
    "select state || coalesce(': ' || reason, '') as state, count(*)::int as n from workflow_runs group by 1",
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

describe.skipIf(!hasBrowser())("a reminder until joined", () => {
  test.each([true, false])("with JavaScript %s", async (javaScript) => {
    const { owner } = here.product.database;
    const { smtp } = here.product;
    await owner.query("delete from workflows");
    await owner.query("update email_templates set archived_at = now()");
    const [ada, ben, cleo] = ["ada", "ben", "cleo"].map((name) => `${name}-${javaScript}@acme.example`) as [
      string,
      string,
      string,
    ];
    const nora = await signIn(javaScript);
    await writeReminder(nora, javaScript);
    const workflow = await switchOn(nora);
    await invite(nora, [ada, ben, cleo]);
    expect(await runStates()).toEqual({ running: 3 });

    await timePasses(3);
    const firstLinks = await Promise.all([ada, ben, cleo].map((address) => linkTo(address, 2)));
    expect(new Set(firstLinks.map((link) => new URL(link).host))).toEqual(new Set([OWN_HOST]));
    await arrive(firstLinks[0] ?? "");
    await expect.poll(runStates).toEqual({ running: 2, "stopped: Joined.": 1 });

    await timePasses(2);
    const benLink = await linkTo(ben, 3);
    await linkTo(cleo, 3);
    await expect.poll(runStates).toEqual({ done: 2, "stopped: Joined.": 1 });
    expect(smtp.messages.filter(({ to }) => to.includes(ada))).toHaveLength(2);

    await arrive(benLink);
    const late = await (await here.browser.newContext()).newPage();
    await late.goto(benLink);
    await expect(late.getByText(/used/i).first()).toBeVisible();
    await expect(late.getByRole("button", { name: /^Continue as / })).toHaveCount(0);

    await nora.goto(`${here.product.appUrl}${workflow}/runs`);
    await expect(nora.getByRole("row", { name: new RegExp(ada) })).toContainText("Joined.");
    await expect(nora.getByRole("row", { name: new RegExp(ben) })).toContainText("Done");
  });

  test("its mails carry a way out that one press takes, and the invites do not", async () => {
    const address = "cleo-true@acme.example";
    const [, reminder] = await here.product.smtp.received(2, address);
    const raws = here.product.smtp.messages.filter(({ to }) => to.includes(address)).map(({ raw }) => raw.toString());
    expect(raws[0]).not.toMatch(/unsubscribe/i);
    expect(raws[1]).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    const link = /https?:\/\/[^\s>)\]]+\/unsubscribe\/[\w-]+/.exec(reminder?.text ?? "")?.[0] ?? "";
    expect(new URL(link).host).toBe(OWN_HOST);
    const page = await (await here.browser.newContext()).newPage();
    await page.goto(link);
    await page.getByRole("button", { name: "Stop automatic emails" }).click();
    await expect(page.getByRole("heading", { name: "You are unsubscribed" })).toBeVisible();
  });
});

describe.skipIf(!hasBrowser())("the editor", () => {
  test.each([
    { scheme: "light", width: 1440 },
    { scheme: "dark", width: 390 },
  ] as const)("is right for axe and does not scroll sideways, $scheme at $width px", async ({ scheme, width }) => {
    const page = await signIn(true, width);
    await page.emulateMedia({ colorScheme: scheme });
    await go(page, "workflows/new");
    await page.getByLabel("Name").fill(`Looked at ${scheme}`);
    await page.getByRole("button", { name: "Create workflow" }).click();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("Add a step.")).toBeVisible();
    for (const step of ["Wait", "Send an email", "Add a tag", "Wait until a weekday"]) {
      const count = await page.locator(".flow__step").count();
      await page.getByLabel("Next step").selectOption({ label: step });
      await page.getByRole("button", { name: "Add step" }).click();
      await expect(page.locator(".flow__step")).toHaveCount(count + 1);
    }
    await page.getByRole("button", { name: "Move up step 4" }).click();
    await expect(page.locator("#s2-do")).toHaveValue("wait-until");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("Choose a template.")).toBeVisible();
    await expect(page.getByText("Write a tag.")).toBeVisible();
    const workflow = new URL(page.url()).pathname;
    for (const path of [workflow, `${workflow}/runs`, `${workflow}/enabling`, "/northwind/workflows"]) {
      await page.goto(`${here.product.appUrl}${path}`);
      expect([path, await faultsOf(page)]).toEqual([path, []]);
      expect([path, await sideways(page)]).toEqual([path, 0]);
    }
  });

  test("without JavaScript each button posts the whole form, and nothing that was typed is lost", async () => {
    const page = await signIn(false);
    await go(page, "workflows/new");
    await page.getByLabel("Name").fill("By hand");
    await page.getByRole("button", { name: "Create workflow" }).click();
    await page
      .getByLabel("When", { exact: true })
      .selectOption({ label: "A contact has not joined some days after the invite" });
    await page.getByRole("button", { name: "Show its fields" }).click();
    await page.getByLabel("Days after the invite").fill("soon");
    await page.getByLabel("Next step").selectOption({ label: "Wait" });
    await page.getByRole("button", { name: "Add step" }).click();
    await expect(page.getByLabel("Days after the invite")).toHaveValue("soon");
    await page.getByLabel("How many").fill("0");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("Use 1 to 366 days.")).toHaveCount(2);
    await expect(page.getByLabel("Days after the invite")).toHaveValue("soon");
    await page.getByLabel("Days after the invite").fill("5");
    await page.getByLabel("How many").fill("2");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("Workflow saved")).toBeVisible();
    await expect(page.getByLabel("How many")).toHaveValue("2");
  });
});
