// The way out of workflow e-mails: which mails carry it, where it leads, and that it is heeded up to the last moment.
import { expect, test } from "vitest";
import { readUnsubscribeToken, stopWorkflowMail } from "../../src/models/workflow-mail.ts";
import { createKeys } from "../../src/web/keys.ts";
import { SEALING_SECRET } from "../support/senders.ts";
import { startWorkflows } from "./workflow-world.ts";

const keys = createKeys([SEALING_SECRET]).every("unsubscribe");
const tokenIn = (text: string) => /\/unsubscribe\/([\w-]{43})/.exec(text)?.[1] ?? "";

test("a workflow's own mail carries the one-click headers and a link in HTML and text, for this contact of this agency", async () => {
  const world = await startWorkflows();
  const template = await world.template({ subject: "News" });
  const jane = await world.contact();
  await world.enter(await world.workflow([{ do: "send-template", templateId: template }]), jane);
  world.work();
  const [mail] = await world.sink.received(1);
  const raw = world.sink.messages[0]?.raw.toString() ?? "";
  expect(raw).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
  const header = /^List-Unsubscribe:\s+<(\S+)>\r$/m.exec(raw)?.[1] ?? "";
  expect(new URL(header).origin).toBe("http://northwind.portal.localhost:3000");
  expect(readUnsubscribeToken(world.agencyId, tokenIn(header), keys)).toBe(jane);
  expect(readUnsubscribeToken("01a20871-9cce-7cd3-9b75-5af7f0943f8b", tokenIn(header), keys)).toBeUndefined();
  expect(tokenIn(mail?.text ?? "")).toBe(tokenIn(header));
  expect(tokenIn(String(mail?.html))).toBe(tokenIn(header));
});

test("invites and login emails that a workflow sends carry none of it", async () => {
  const world = await startWorkflows();
  const [jane, joe] = [await world.contact(), await world.contact({ invited_at: new Date(), joined_at: new Date() })];
  await world.enter(await world.workflow([{ do: "invite" }]), jane);
  await world.enter(await world.workflow([{ do: "send-login-email" }]), joe);
  world.work();
  await world.sink.received(2);
  for (const { raw } of world.sink.messages) expect(raw.toString()).not.toMatch(/unsubscribe/i);
});

test("one who unsubscribes while the mail waits does not get it", async () => {
  const world = await startWorkflows();
  const template = await world.template();
  const jane = await world.contact();
  const [run] = await world.enter(await world.workflow([{ do: "send-template", templateId: template }]), jane);
  await world.query(
    "update agencies set sending_paused_at = now(), sending_paused_reason = 'Stopped.', sending_probe_at = now() + interval '1 hour'",
  );
  world.work();
  await expect.poll(async () => (await world.emailsOf(run))[0]?.status).toBe("delayed");
  await world.store.write((db) => stopWorkflowMail(db, jane));
  await world.query(
    "update agencies set sending_paused_at = null, sending_paused_reason = null, sending_probe_at = null",
  );
  await world.query("update jobs set run_at = now() where email_id is not null");
  await expect.poll(async () => (await world.emailsOf(run))[0]?.status).toBe("cancelled");
  expect(world.sink.messages).toHaveLength(0);
});
