// Mail that is kept instead of sent: private, whole, findable, bounded.

import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { composeMessage } from "../../src/mail/compose.ts";
import { createMailer } from "../../src/mail/mailer.ts";
import { listOutbox, readOutbox } from "../../src/mail/outbox.ts";

let dir: string;
beforeEach(async () => {
  dir = path.join(await mkdtemp(path.join(tmpdir(), "outbox-")), "outbox");
});
afterEach(() => rm(path.dirname(dir), { recursive: true, force: true }));

const send = async (address: string, subject = "Hello") =>
  createMailer({ outboxDir: dir }).send(
    await composeMessage({
      to: { name: "Jane, née Doe", address },
      from: { name: "Halden & Rye", address: "no-reply@portico.example" },
      messageId: `<${randomUUID()}@portico.example>`,
      subject,
      text: "Grüße https://a.example/l/x\n",
      html: "<p>Grüße</p>",
    }),
  );

test("an outbox that never held anything is empty", async () => {
  expect(await listOutbox(dir)).toEqual([]);
  expect(await readOutbox(dir, "1700000000000-0000-0123456789abcdef")).toBeUndefined();
});

test("without a relay a message is kept, listed newest first and read back whole", async () => {
  expect(await send("jane@acme.example", "First")).toMatchObject({ kind: "accepted" });
  await send("sam@brightwater.example", "Second · 2");
  const list = await listOutbox(dir);
  expect(list.map(({ subject }) => subject)).toEqual(["Second · 2", "First"]);
  const mail = await readOutbox(dir, list[1]?.id ?? "");
  expect(mail).toMatchObject({ subject: "First", text: "Grüße https://a.example/l/x\n", html: "<p>Grüße</p>" });
  expect(mail?.to).toContain("jane@acme.example");
  expect(mail?.from).toContain("Halden & Rye");
  expect(mail?.headers).toContainEqual({ name: "Auto-Submitted", value: "auto-generated" });
});

test("messages are found by a part of their recipient", async () => {
  await send("jane@acme.example");
  await send("sam@brightwater.example");
  expect((await listOutbox(dir, { to: "JANE@acme" })).map(({ to }) => to)).toEqual([
    expect.stringContaining("jane@acme.example"),
  ]);
  expect(await listOutbox(dir, { limit: 1 })).toHaveLength(1);
});

test("a kept message can be read by its owner alone, and no half file is left", async () => {
  await send("jane@acme.example");
  const [name = ""] = await readdir(dir);
  expect(name).toMatch(/\.eml$/);
  expect((await stat(path.join(dir, name))).mode & 0o777).toBe(0o600);
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
});

test("an id that is a path, or no id at all, is unknown", async () => {
  await send("jane@acme.example");
  await writeFile(path.join(path.dirname(dir), "secret.eml"), "Subject: secret\r\n\r\n");
  for (const id of ["../secret", "..%2fsecret", "", "secret", "."]) expect(await readOutbox(dir, id)).toBeUndefined();
});

test("only the newest messages are kept, 2,000 and at most a hundred more", async () => {
  await send("jane@acme.example", "newest");
  for (let at = 0; at < 2_100; at++) {
    await writeFile(
      path.join(dir, `1600000000000-${String(at).padStart(4, "0")}-0123456789abcdef.eml`),
      "Subject: old\r\n\r\n",
    );
  }
  for (let at = 0; at < 100; at++) await send("jane@acme.example", "newest");
  expect((await readdir(dir)).length).toBeLessThanOrEqual(2_100);
  expect((await listOutbox(dir, { limit: 101 })).every(({ subject }) => subject === "newest")).toBe(true);
});
