// The browser's part of the components, in a real browser under the product's content security policy.
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import type { Child } from "hono/jsx";
import type { Browser, BrowserContext, Page } from "playwright";
import { expect } from "playwright/test";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { loadAssets, serveAsset } from "../../src/web/assets.ts";
import { CataloguePage } from "../../views/dev/catalogue.page.tsx";
import { ErrorReply } from "../../views/errors/error.reply.tsx";
import { DashboardLayout } from "../../views/layouts/dashboard.layout.tsx";
import { BulkBar, BulkButton } from "../../views/ui/bulk-bar.tsx";
import { Button, ButtonLink } from "../../views/ui/button.tsx";
import { ChipTemplate, Combo, Option } from "../../views/ui/combo.tsx";
import { CopyButton } from "../../views/ui/copy.tsx";
import { CloseDialogPart, Dialog, DialogClose } from "../../views/ui/dialog.tsx";
import { Field } from "../../views/ui/field.tsx";
import { TextareaField, TextField } from "../../views/ui/input.tsx";
import { MenuButton, MenuLink, RowMenu, RowMenuButton } from "../../views/ui/menu.tsx";
import { PasswordField } from "../../views/ui/password-field.tsx";
import { SelectAllCell, SelectCell, Table } from "../../views/ui/table.tsx";
import { ToastPart } from "../../views/ui/toast.tsx";
import { hasBrowser, openBrowser } from "../support/browser.ts";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const axe = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");

const people = ["Maya", "Tomás", "Priya"];
const posted: string[] = [];
/** Whose menu is answered late, and when. */
const held = new Map<string, Promise<void>>();
let progressAsked = 0;

function shell(children: Child, dialog?: Child) {
  return (
    <DashboardLayout
      title="Sample"
      agency={{ name: "Northwind", slug: "northwind" }}
      member={{ name: "Nora North", email: "nora@northwind.example", role: "owner" }}
      memberships={[{ name: "Northwind", slug: "northwind" }]}
      dialog={dialog}
    >
      <h1>Sample</h1>
      {children}
    </DashboardLayout>
  );
}

function RowOf({ name }: { name: string }) {
  return (
    <tr id={`row-${name}`}>
      <SelectCell value={name} label={`Select ${name}`} form="bulk" />
      <td>
        {name}
        <RowMenuButton menu="row-menu" href={`/menus/${name}`} label={`More actions for ${name}`} />
      </td>
    </tr>
  );
}

function MenuOf({ name }: { name: string }) {
  return (
    <>
      <MenuLink href="/dialog" hx-get="/dialog" hx-target="#dialog">
        Magic link
      </MenuLink>
      <MenuButton
        danger
        hx-post="/revoke"
        hx-target={`#row-${name}`}
        hx-swap="outerHTML"
        hx-confirm="Revoke the access? Sessions end at once."
        name="who"
        value={name}
      >
        Revoke access
      </MenuButton>
    </>
  );
}

function Contacts() {
  return (
    <section class="panel contacts" aria-label="Contacts">
      <RowMenu id="row-menu" />
      <div id="contacts-table">
        <Table caption="Contacts" head={<SelectAllCell />}>
          {people.map((name) => (
            <RowOf name={name} />
          ))}
        </Table>
      </div>
      <BulkBar
        id="bulk"
        label="Actions for the selected contacts"
        total={214}
        shown={3}
        action="/bulk"
        filter={{ status: "invited" }}
      >
        <BulkButton hx-get="/bulk" hx-target="#dialog">
          Login email
        </BulkButton>
      </BulkBar>
    </section>
  );
}

function Start() {
  return shell(
    <>
      <Contacts />
      <ButtonLink href="/dialog" hx-get="/dialog" hx-target="#dialog">
        Open dialog
      </ButtonLink>
      <ButtonLink href="/invite" hx-get="/invite" hx-target="#dialog">
        Invite
      </ButtonLink>
      <Button hx-get="/progress" hx-target="#dialog">
        Progress
      </Button>
      <Button hx-post="/fail" hx-target="#target">
        Fail with words
      </Button>
      <Button hx-post="/crash" hx-target="#target">
        Fail without words
      </Button>
      <Button hx-post="/toast">Toast</Button>
      <CopyButton value="https://northwind.example" about="the portal URL" />
      <PasswordField id="pw" autocomplete="new-password" />
      <TextareaField id="message" name="message" label="Message" counted maxlength={500} />
      <Button type="submit" data-wait={2}>
        Send again
      </Button>
      <p id="target">Target</p>
    </>,
  );
}

function Sample({ error, inPage }: { error?: string | undefined; inPage?: boolean | undefined }) {
  return (
    <Dialog
      id="sample"
      title="Sample dialog"
      closeHref="/"
      action="/dialog"
      inPage={inPage}
      hx-post="/dialog"
      hx-target="#dialog"
      foot={
        <>
          <DialogClose href="/" />
          <Button type="submit" variant="primary">
            Save
          </Button>
        </>
      }
    >
      <TextField id="other" name="other" label="Other" />
      <TextField id="name" name="name" label="Name" autofocus error={error} />
    </Dialog>
  );
}

function Invite() {
  return (
    <Dialog
      id="invite"
      title="Invite to client portal"
      closeHref="/"
      action="/invite"
      hx-post="/invite"
      hx-target="#dialog"
      foot={<Button type="submit">Send invites</Button>}
    >
      <Field id="to" label="To">
        <Combo
          id="to"
          name="q"
          list="options"
          listLabel="Matching contacts"
          chipsId="chips"
          freeName="emails"
          autofocus
          hx-get="/options"
          hx-target="#options"
        />
      </Field>
      <ChipTemplate />
    </Dialog>
  );
}

function Options({ q }: { q: string }) {
  const found = people.filter((name) => name.toLowerCase().includes(q.toLowerCase()));
  return (
    <>
      {found.map((name) => (
        <Option
          id={`option-${name}`}
          chip={{ name: "contact", value: `id-${name}`, label: name }}
          disabled={name === "Tomás"}
        >
          {name}
        </Option>
      ))}
    </>
  );
}

function routes(): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header("content-security-policy", policy);
  });
  app.get("/static/*", serveAsset);
  app.get("/", (c) => c.html(<Start />));
  app.get("/catalogue", (c) => c.html(<CataloguePage />));
  app.get("/dialog", (c) =>
    c.req.header("hx-request") ? c.html(<Sample />) : c.html(shell(<Contacts />, <Sample inPage />)),
  );
  app.post("/dialog", async (c) => {
    const name = new URLSearchParams(await c.req.text()).get("name");
    posted.push(`name=${name}`);
    if (!name) return c.html(<Sample error="Write a name." />, 422);
    const reply = (
      <>
        <CloseDialogPart />
        <ToastPart tone="good" title="Saved" />
      </>
    );
    return c.html(reply);
  });
  app.get("/invite", (c) => c.html(<Invite />));
  app.post("/invite", async (c) => {
    posted.push(new URLSearchParams(await c.req.text()).toString());
    return c.html(<CloseDialogPart />);
  });
  app.get("/options", (c) => c.html(<Options q={c.req.query("q") ?? ""} />));
  app.get("/bulk", (c) => {
    posted.push(new URL(c.req.url).searchParams.toString());
    return c.html(<Sample />);
  });
  app.get("/menus/:name", async (c) => {
    const name = c.req.param("name");
    if (!c.req.header("hx-request")) return c.html(shell(<p>{`The page of ${name}`}</p>));
    await (held.get(name) ?? Promise.resolve());
    return c.html(<MenuOf name={name} />);
  });
  app.post("/revoke", async (c) => {
    const who = new URLSearchParams(await c.req.text()).get("who") ?? "";
    posted.push(`who=${who}`);
    return c.html(<RowOf name={who} />);
  });
  app.post("/toast", (c) => c.html(<ToastPart tone="bad" title="Not sent" text="The mail server refused it." />));
  app.post("/fail", (c) => c.html(<ErrorReply status={404} requestId="r1" />, 404));
  app.post("/crash", (c) => c.text("Internal Server Error", 500));
  app.get("/progress", (c) =>
    c.html(
      <Dialog id="progress" title="Sending" closeHref="/" foot={<DialogClose href="/">Close</DialogClose>}>
        <Polling />
      </Dialog>,
    ),
  );
  app.get("/progress/part", (c) => {
    progressAsked += 1;
    return c.html(<Polling />);
  });
  return app;
}

function Polling() {
  return (
    <div id="polling" hx-get="/progress/part" hx-trigger="every 100ms" hx-swap="outerHTML">
      {`asked ${progressAsked}`}
    </div>
  );
}

describe.skipIf(!hasBrowser())("the browser's part", () => {
  let server: ServerType;
  let browser: Browser;
  let context: BrowserContext;
  let origin: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    loadAssets();
    await new Promise<void>((resolve) => {
      server = serve({ fetch: routes().fetch, port: 0, hostname: "127.0.0.1" }, () => resolve());
    });
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  afterEach(async () => {
    await context?.close();
    posted.length = 0;
    const said = complaints.splice(0);
    expect(said.filter((text) => !/status of (404|422|500)|htmx:error/.test(text))).toEqual([]);
  });

  async function open(path = "/", options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
    context = await browser.newContext({ reducedMotion: "reduce", ...options });
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(origin + path, { waitUntil: "networkidle" });
    return page;
  }

  it("opens a dialog that arrives, puts the focus in its first field and gives it back when it closes", async () => {
    const page = await open();
    await page.getByRole("link", { name: "Open dialog" }).click();
    await expect(page.getByRole("dialog", { name: "Sample dialog" })).toBeVisible();
    await expect(page.getByLabel("Name")).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.locator("#dialog")).toBeEmpty();
    await expect(page.getByRole("link", { name: "Open dialog" })).toBeFocused();
  });

  it("gives the focus back to the button of the menu that the dialog was opened from", async () => {
    const page = await open();
    await page.getByRole("button", { name: "More actions for Priya" }).click();
    await page.locator("#row-menu").getByRole("link", { name: "Magic link" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await expect(page.locator("#row-menu")).toBeHidden();
    await page.getByRole("dialog").getByRole("link", { name: "Cancel" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.getByRole("button", { name: "More actions for Priya" })).toBeFocused();
  });

  it("fills one menu for all rows, by keyboard too, and gives the focus back to the row", async () => {
    const page = await open();
    const button = page.getByRole("button", { name: "More actions for Maya" });
    const menu = page.getByRole("group", { name: "More actions for Maya" });
    await button.focus();
    await page.keyboard.press("Enter");
    await expect(menu).toBeVisible();
    await expect(button).toHaveAttribute("aria-expanded", "true");
    await expect(menu.getByRole("button")).toHaveAttribute("value", "Maya");
    await page.keyboard.press("Tab");
    await expect(menu.getByRole("link", { name: "Magic link" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(menu).toBeHidden();
    await expect(button).toBeFocused();
    await expect(button).toHaveAttribute("aria-expanded", "false");
  });

  it("closes a row's menu by its own button, and moves it when another row's is pressed", async () => {
    const page = await open();
    const button = (name: string) => page.getByRole("button", { name: `More actions for ${name}` });
    const menu = page.locator("#row-menu");
    await button("Maya").click();
    await expect(menu).toBeVisible();
    await button("Maya").click();
    await expect(menu).toBeHidden();
    await button("Maya").click();
    await expect(menu).toBeVisible();
    await button("Tomás").click();
    await expect(menu.getByRole("button")).toHaveAttribute("value", "Tomás");
    await expect(menu).toBeVisible();
    await expect(button("Maya")).toHaveAttribute("aria-expanded", "false");
  });

  it("shows the menu of the row that was pressed last, whichever answer comes first", async () => {
    const page = await open();
    const late = Promise.withResolvers<void>();
    held.set("Maya", late.promise);
    await page.getByRole("button", { name: "More actions for Maya" }).click();
    await page.getByRole("button", { name: "More actions for Priya" }).click();
    const menu = page.getByRole("group", { name: "More actions for Priya" });
    await expect(menu).toBeVisible();
    late.resolve();
    held.clear();
    await page.waitForLoadState("networkidle");
    await expect(menu.getByRole("button")).toHaveAttribute("value", "Priya");
  });

  it("leads to where the same actions are without JavaScript", async () => {
    const page = await open("/", { javaScriptEnabled: false });
    await page.getByRole("button", { name: "More actions for Priya" }).click();
    await expect(page.getByText("The page of Priya")).toBeVisible();
  });

  it("shows a refused form with the focus on what is wrong, and closes with a toast when it is right", async () => {
    const page = await open();
    await page.getByRole("link", { name: "Open dialog" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Write a name.")).toBeVisible();
    await expect(page.getByLabel("Name")).toBeFocused();
    await page.getByLabel("Name").fill("Maya");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
    await expect(page.getByRole("link", { name: "Open dialog" })).toBeFocused();
  });

  it("opens a dialog that came with its page, and leads to the page underneath when it closes", async () => {
    const page = await open("/dialog");
    await expect(page.locator("dialog:modal")).toBeVisible();
    await page.getByRole("dialog").getByRole("link", { name: "Cancel" }).click();
    await page.waitForURL(`${origin}/`);
  });

  it("stands a dialog over its page without JavaScript, and it can be sent and left", async () => {
    const page = await open("/dialog", { javaScriptEnabled: false });
    await expect(page.getByRole("dialog", { name: "Sample dialog" })).toBeVisible();
    await expect(page.getByRole("dialog").getByRole("link", { name: "Cancel" })).toHaveAttribute("href", "/");
    await page.getByLabel("Name").fill("Maya");
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForLoadState();
    expect(posted).toEqual(["name=Maya"]);
  });

  it("stops polling once the dialog that polls is closed", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Progress" }).click();
    await expect.poll(() => progressAsked).toBeGreaterThan(2);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.waitForLoadState("networkidle");
    const before = progressAsked;
    await page.getByRole("link", { name: "Open dialog" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    // Longer than the interval, by the browser's own clock.
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 300))");
    expect(progressAsked).toBe(before);
  });

  it("asks in a dialog of its own before something ends, and does nothing when told to cancel", async () => {
    const page = await open();
    const revoke = async () => {
      await page.getByRole("button", { name: "More actions for Maya" }).click();
      await page.locator("#row-menu").getByRole("button", { name: "Revoke access" }).click();
    };
    await revoke();
    const question = page.getByRole("dialog", { name: "Revoke the access?" });
    await expect(question).toBeVisible();
    await expect(question.getByText("Sessions end at once.")).toBeVisible();
    await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(question).toHaveCount(0);
    await expect(page.getByRole("button", { name: "More actions for Maya" })).toBeFocused();
    expect(posted).toEqual([]);
    await revoke();
    await question.getByRole("button", { name: "Revoke access" }).click();
    await expect.poll(() => posted).toEqual(["who=Maya"]);
    await expect(page.getByRole("button", { name: "More actions for Maya" })).toBeFocused();
  });

  it("copies, and says so", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Copy the portal URL" }).click();
    await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
    await expect(page.locator("#live")).toHaveText("Copied");
    expect(await page.evaluate<string>("navigator.clipboard.readText()")).toBe("https://northwind.example");
    await expect(page.getByRole("button", { name: "Copy the portal URL" })).toBeVisible();
  });

  it("counts the ticked rows and sends them along", async () => {
    const page = await open();
    const bar = page.getByRole("form", { name: "Actions for the selected contacts" });
    await expect(bar).toBeHidden();
    await page.getByLabel("Select Maya").check();
    await page.getByLabel("Select Tomás").check();
    await expect(bar.getByText("2 selected")).toBeVisible();
    expect(await page.evaluate("document.querySelector('[data-all]').indeterminate")).toBe(true);
    await bar.getByRole("button", { name: "Login email" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    expect(posted).toEqual(["contact=Maya&contact=Tom%C3%A1s&status=invited"]);
  });

  it("selects all that match, in words and in what is sent, until a row is unticked", async () => {
    const page = await open();
    const bar = page.getByRole("form", { name: "Actions for the selected contacts" });
    await page.getByLabel("Select all on this page").check();
    await expect(bar.getByText("3 selected")).toBeVisible();
    await bar.getByRole("button", { name: "Select all 214" }).click();
    await expect(bar.getByText("All 214 selected")).toBeVisible();
    await bar.getByRole("button", { name: "Login email" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    expect(posted[0]).toContain("all=1");
    expect(posted[0]).toContain("status=invited");
    await page.keyboard.press("Escape");
    await page.getByLabel("Select Priya").uncheck();
    await expect(bar.getByText("2 selected")).toBeVisible();
    await expect(page.locator("[data-all-matching]")).toBeDisabled();
    await bar.getByRole("button", { name: "Clear selection" }).click();
    await expect(bar).toBeHidden();
  });

  it("picks by keyboard as the combobox pattern says", async () => {
    const page = await open();
    await page.getByRole("link", { name: "Invite" }).click();
    const input = page.getByRole("combobox", { name: "To" });
    await expect(input).toBeFocused();
    await input.pressSequentially("a");
    await expect(page.getByRole("option", { name: "Maya" })).toHaveAttribute("aria-selected", "true");
    await expect(input).toHaveAttribute("aria-expanded", "true");
    await expect(input).toHaveAttribute("aria-activedescendant", "option-Maya");
    await page.keyboard.press("ArrowDown");
    await expect(input).toHaveAttribute("aria-activedescendant", "option-Priya");
    await page.keyboard.press("ArrowDown");
    await expect(input).toHaveAttribute("aria-activedescendant", "option-Maya");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("listbox", { includeHidden: true })).toBeHidden();
    await expect(page.getByRole("dialog")).toBeVisible();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Remove Maya" })).toBeVisible();
    await expect(input).toHaveValue("");
    await input.pressSequentially("new@client.example");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Remove new@client.example" })).toBeVisible();
    await input.pressSequentially("oops@client.example,");
    await expect(page.getByRole("button", { name: "Remove oops@client.example" })).toBeVisible();
    await page.keyboard.press("Backspace");
    await expect(page.getByRole("button", { name: "Remove oops@client.example" })).toHaveCount(0);
    await page.getByRole("button", { name: "Send invites" }).click();
    await expect.poll(() => posted).toEqual(["contact=id-Maya&emails=new%40client.example&q="]);
  });

  it("picks by mouse, adds nothing twice, and keeps what was typed when the field is left", async () => {
    const page = await open();
    await page.getByRole("link", { name: "Invite" }).click();
    const input = page.getByRole("combobox", { name: "To" });
    for (const _ of [1, 2]) {
      await input.pressSequentially("pri");
      await page.getByRole("option", { name: "Priya" }).click();
      await expect(input).toBeFocused();
    }
    await input.fill("late@client.example");
    await page.getByRole("button", { name: "Send invites" }).click();
    await expect.poll(() => posted).toEqual(["contact=id-Priya&emails=late%40client.example&q="]);
  });

  it("keeps bad news until it is dismissed, and says something when the server has no words or is away", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Toast" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "Not sent" })).toBeVisible();
    await page.getByRole("alert").getByRole("button", { name: "Dismiss" }).click();
    await expect(page.getByRole("alert")).toHaveCount(0);
    await page.getByRole("button", { name: "Fail with words" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "Nothing is here" })).toBeVisible();
    await page.getByRole("button", { name: "Fail without words" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "That did not work" })).toBeVisible();
    await expect(page.locator("#target")).toHaveText("Target");
    complaints.length = 0;
    await context.setOffline(true);
    await page.getByRole("button", { name: "Fail with words" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "The server cannot be reached" })).toBeVisible();
    complaints.length = 0;
  });

  it("remembers the appearance that was picked, from the first paint on", async () => {
    const page = await open("/", { viewport: { width: 1440, height: 900 }, colorScheme: "light" });
    await page.getByRole("button", { name: "Nora North" }).click();
    await page.getByRole("radio", { name: "Dark" }).check({ force: true });
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await page.reload();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await page.getByRole("button", { name: "Nora North" }).click();
    await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
    await page.getByRole("radio", { name: "System" }).check({ force: true });
    await expect(page.locator("html")).not.toHaveAttribute("data-theme");
  });

  it("lets a button be pressed again only after its wait, and says how long that is", async () => {
    const page = await open();
    await expect(page.getByRole("button", { name: /^Send again in 0:0[12]$/ })).toBeDisabled();
    await expect(page.getByRole("button", { name: "Send again", exact: true })).toBeEnabled();
  });

  it("counts what is typed and shows a password on demand", async () => {
    const page = await open();
    await page.getByLabel("Message").fill("Hello");
    await expect(page.locator("#message-count")).toHaveText("5 of 500");
    await page.locator("#pw").fill("secret words");
    await page.getByRole("button", { name: "Show password" }).click();
    await expect(page.locator("#pw")).toHaveAttribute("type", "text");
    await page.getByRole("button", { name: "Hide password" }).click();
    await expect(page.locator("#pw")).toHaveAttribute("type", "password");
  });

  it.each([
    ["light", 1440],
    ["dark", 1440],
    ["light", 390],
    ["dark", 390],
  ] as const)("draws the whole catalogue without a fault that axe can find: %s, %i px", async (colorScheme, width) => {
    const page = await open("/catalogue", { colorScheme, viewport: { width, height: 900 }, hasTouch: width === 390 });
    const found = await page.evaluate<{ passes: unknown[]; violations: { id: string }[] }>(`${axe}; axe.run()`);
    expect(found.passes.length).toBeGreaterThan(20);
    expect(found.violations.map(({ id }) => id)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  });
});
