// The developer's pages on mail: what they list, and what the frame of an e-mail may and may not do.

import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allEmailPreviews } from "../../src/jobs/email-previews.ts";
import { composeMessage } from "../../src/mail/compose.ts";
import { createMailer } from "../../src/mail/mailer.ts";
import { outboxIn } from "../../src/mail/outbox.ts";
import { devRoutes } from "../../src/routes/dev.tsx";
import { loadAssets } from "../../src/web/assets.ts";

let dir: string;
let routes: ReturnType<typeof devRoutes>;
const LINK = "https://clients.haldenrye.example/l/Qm7Xw1vK2f8TQm7Xw1vK2f8TQm7Xw1vK2f8TQm7Xw1v";

beforeAll(async () => {
  loadAssets();
  dir = await mkdtemp(path.join(tmpdir(), "dev-mail-"));
  routes = devRoutes({ outbox: outboxIn(dir), emails: allEmailPreviews, sending: false });
  const mailer = createMailer({ outboxDir: dir });
  for (const [address, subject] of [
    ["jane@acme.example", "First <b>"],
    ["sam@brightwater.example", "Second"],
  ] as const) {
    await mailer.send(
      await composeMessage({
        to: { name: null, address },
        from: { name: "Halden & Rye", address: "no-reply@portico.example" },
        messageId: `<${randomUUID()}@portico.example>`,
        subject,
        text: `Hello ${address}\n\nAccept the invite:\n${LINK}\n`,
        html: `<html><head><title>x</title></head><body><a href="${LINK}?a=1&amp;b=2">Accept</a></body></html>`,
      }),
    );
  }
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const page = async (url: string) => (await routes.request(url)).text();
const idOf = (html: string) => /href="\/dev\/mail\/([\w-]+)"/.exec(html)?.[1] ?? "";

test("mail is listed newest first and found by recipient, its text escaped", async () => {
  const all = await page("/dev/mail");
  expect(all.indexOf("Second")).toBeLessThan(all.indexOf("First &lt;b&gt;"));
  expect(all.indexOf("Second")).toBeGreaterThan(0);
  const found = await page("/dev/mail?to=Jane%40");
  expect(found).toContain("jane@acme.example");
  expect(found).not.toContain("sam@brightwater.example");
  expect(await page("/dev/mail?to=nobody")).toContain("No mail to this address");
});

test("a message shows its headers, its text and its links to click", async () => {
  const html = await page(`/dev/mail/${idOf(await page("/dev/mail?to=jane"))}`);
  expect(html).toContain("Auto-Submitted");
  expect(html).toContain(`<a href="${LINK}">`);
  expect(html).toContain(`<a href="${LINK}?a=1&amp;b=2">`);
});

test("a message's HTML stands alone, without scripts, forms or an origin, and a click takes the whole window", async () => {
  const id = idOf(await page("/dev/mail?to=jane"));
  const answer = await routes.request(`/dev/mail/${id}/html`);
  const policy = answer.headers.get("content-security-policy") ?? "";
  expect(policy).toMatch(/^sandbox allow-top-navigation-by-user-activation /);
  expect(policy).not.toMatch(/allow-scripts|allow-same-origin|allow-forms|unsafe/);
  expect(await answer.text()).toContain('<head><base target="_top">');
  expect(await page(`/dev/mail/${id}`)).toContain(`src="/dev/mail/${id}/html"`);
});

test("an unknown message and an unknown template are not found", async () => {
  for (const url of [
    "/dev/mail/nothing",
    "/dev/mail/nothing/html",
    "/dev/mail/..%2f..%2fsecret",
    "/dev/emails/nothing/html",
  ]) {
    expect((await routes.request(url)).status).toBe(404);
  }
});

test("every template is shown as HTML and as text", async () => {
  const html = await page("/dev/emails");
  for (const kind of allEmailPreviews.kinds) {
    expect(html).toContain(`src="/dev/emails/${kind}/html"`);
    expect(await page(`/dev/emails/${kind}/html`)).toContain("<!DOCTYPE html");
  }
  expect(html).toContain("Your client portal is ready");
});

test("with a relay the empty list says where the mail goes", async () => {
  const elsewhere = devRoutes({ outbox: outboxIn(path.join(dir, "empty")), emails: allEmailPreviews, sending: true });
  expect(await (await elsewhere.request("/dev/mail")).text()).toContain("SMTP_URL is set");
});
