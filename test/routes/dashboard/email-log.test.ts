// The email log over HTTP: filters, pages, one e-mail's story, and acting on what waits or failed.
import { expect, test } from "vitest";
import { createAccessLink } from "../../../src/models/access-links.ts";
import { newTemplateFields } from "../../../src/models/email-template-words.ts";
import { createTemplate, getTemplate, saveTemplate } from "../../../src/models/email-templates.ts";
import { queueEmail } from "../../../src/models/emails.ts";
import { startSending } from "../../../src/models/sending.ts";
import { markDelayed, markFailed, markSent } from "../../../src/models/sending-results.ts";
import { emptyDefinition } from "../../../src/models/workflow-definitions.ts";
import { enableWorkflow } from "../../../src/models/workflow-switches.ts";
import { createWorkflow } from "../../../src/models/workflows.ts";
import { countRows, worldForTest } from "../../support/world.ts";

async function open() {
  const world = await worldForTest();
  const nora = await world.member(world.northwind.members.member);
  await nora.page("/northwind");
  const store = world.deps.agencies.open(world.northwind.id);
  const { joined, invited } = world.northwind.contacts;
  const queue = (contactId: string, kind: "invite" | "login-email" | "reset-password" = "login-email") =>
    store.write((db) =>
      queueEmail(db, {
        kind,
        contactId,
        lifetimeSeconds: 3600,
        lane: "interactive",
        sentBy: world.northwind.members.member.id,
      }),
    );
  const set = (id: string, status: string, reason: string | null = null) =>
    world.database.owner.query("update emails set status = $2, reason = $3 where id = $1", [id, status, reason]);
  const status = async (id: string) =>
    (await world.database.owner.query("select status from emails where id = $1", [id])).rows[0].status as string;
  return { world, nora, store, joined, invited, queue, set, status };
}

const rowsIn = (html: string) => [...html.matchAll(/id="email-row-([0-9a-f-]{36})"/g)].map(([, id]) => id);

test("an agency without e-mails is told what will appear here", async () => {
  const { nora } = await open();
  const html = await nora.page("/northwind/email-log");
  expect(html).toContain("No emails yet");
  expect(html).toContain('aria-current="page"');
});

test("every filter has an address of its own: status, kind, batch and recipient", async () => {
  const { nora, queue, set, joined, invited } = await open();
  const login = await queue(joined.id);
  const invite = await queue(invited.id, "invite");
  const reset = await queue(joined.id, "reset-password");
  await set(invite, "failed", "Mailbox full.");
  await set(reset, "sent");
  const found = async (query: string) => rowsIn(await nora.page(`/northwind/email-log${query}`));
  expect(await found("")).toEqual([reset, invite, login]);
  expect(await found("?status=failed")).toEqual([invite]);
  expect(await found("?status=queued")).toEqual([login]);
  expect(await found("?status=sent")).toEqual([reset]);
  expect(await found("?status=nonsense&kind=nonsense")).toEqual([reset, invite, login]);
  expect(await found("?kind=reset-password")).toEqual([reset]);
  expect(await found("?q=Northwind+invited")).toEqual([invite]);
  expect(await found(`?q=${encodeURIComponent(joined.email)}&status=sent`)).toEqual([reset]);
  expect(await found("?q=nobody-here")).toEqual([]);
  expect(await nora.page("/northwind/email-log?q=nobody-here")).toContain("No emails found");
});

test("an address that was put right still finds what did not reach it", async () => {
  const { world, nora, queue, set, joined } = await open();
  const email = await queue(joined.id);
  await set(email, "bounced", "No such address.");
  await world.database.owner.query("update contacts set email = 'right@northwind-client.example' where id = $1", [
    joined.id,
  ]);
  const html = await nora.page(`/northwind/email-log?q=${encodeURIComponent(joined.email)}`);
  expect(rowsIn(html)).toEqual([email]);
  expect(html).not.toContain("Fix address");
});

test("a filter by htmx sends the table with its tabs and puts the clean address into the history", async () => {
  const { nora, queue, joined } = await open();
  await queue(joined.id);
  const response = await nora.get("/northwind/email-log?status=queued&kind=&q=", { htmx: "email-log" });
  expect(response.headers.get("hx-push-url")).toBe("/northwind/email-log?status=queued");
  const html = await response.text();
  expect(html).not.toContain("<html");
  expect(html).toContain('hx-target="#email-log-tabs"');
  expect(rowsIn(html)).toHaveLength(1);
});

test("pages follow each other both ways without a gap, also among e-mails of one moment", async () => {
  const { world, nora, joined } = await open();
  await world.database.owner.query(
    `insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds, status)
     select $1, 'login-email', $2, 'x@y.example', 60, 'sent' from generate_series(1, 120)`,
    [world.northwind.id, joined.id],
  );
  const { rows } = await world.database.owner.query("select id from emails where agency_id = $1 order by id desc", [
    world.northwind.id,
  ]);
  const all = rows.map(({ id }) => id as string);
  const link = (html: string, label: string) =>
    new RegExp(`<a href="([^"]+)"[^>]*aria-label="${label}"`).exec(html)?.[1]?.replaceAll("&amp;", "&");
  const first = await nora.page("/northwind/email-log?status=sent");
  const second = await nora.page(link(first, "Next page") ?? "");
  const third = await nora.page(link(second, "Next page") ?? "");
  expect([...rowsIn(first), ...rowsIn(second), ...rowsIn(third)]).toEqual(all);
  expect(link(third, "Next page")).toBeUndefined();
  const back = await nora.page(link(third, "Previous page") ?? "");
  expect(rowsIn(back)).toEqual(rowsIn(second));
  expect(rowsIn(await nora.page(link(back, "Previous page") ?? ""))).toEqual(rowsIn(first));
});

test("the story tells who asked, each attempt with its answer, and never the link", async () => {
  const { nora, store, queue, joined } = await open();
  const id = await queue(joined.id);
  const token = await store.write(async (db) => {
    await startSending(db, id, "<a@b.example>");
    return (
      await createAccessLink(db, {
        contactId: joined.id,
        kind: "login",
        destination: "/",
        lifetimeSeconds: 60,
        uses: "once",
        emailId: id,
      })
    ).token;
  });
  await store.write((db) =>
    markDelayed(db, id, "The mailbox is not available now.", {
      code: "450 4.2.1",
      response: "450 4.2.1 come back (address)",
    }),
  );
  await store.write((db) => startSending(db, id, "<a@b.example>"));
  await store.write((db) => markSent(db, id, "250 2.0.0 queued as 7XA"));
  const html = await nora.page(`/northwind/email-log/${id}`);
  const place = (words: string) => html.indexOf(words);
  for (const words of ["By Northwind member.", "450 4.2.1 come back (address)", "250 2.0.0 queued as 7XA"])
    expect(html).toContain(words);
  expect(place("Not taken, will be tried again")).toBeLessThan(place("Handed to the mail relay"));
  expect(html).not.toContain(token);
  expect(html).not.toContain("/l/");
});

test("what waits can be cancelled, what is being sent cannot", async () => {
  const { world, nora, store, queue, joined, invited, status } = await open();
  const waiting = await queue(joined.id);
  const sending = await queue(invited.id);
  await world.database.owner.query(
    "update jobs set lease_id = gen_random_uuid(), leased_until = now() + interval '1 minute' where email_id = $1",
    [sending],
  );
  await store.write((db) => startSending(db, sending, "<a@b.example>"));
  const row = await nora.post(
    `/northwind/emails/${waiting}/cancellation`,
    { from: "log" },
    { htmx: `email-row-${waiting}` },
  );
  const html = await row.text();
  expect(html).toContain("Email cancelled");
  expect(html).toContain("Cancelled");
  const refused = await nora.post(`/northwind/emails/${sending}/cancellation`, { from: "log" });
  expect(refused.headers.get("location")).toBe(`/northwind/email-log/${sending}`);
  expect(await nora.page(`/northwind/email-log/${sending}`)).toContain("This email cannot be cancelled");
  expect([await status(waiting), await status(sending)]).toEqual(["cancelled", "sending"]);
  expect(await countRows(world, "jobs", world.northwind.id)).toBe(1);
});

test("a failed one is tried again from its row, and all of them from the page's head", async () => {
  const { world, nora, store, queue, joined, invited, status } = await open();
  const ids = [await queue(joined.id), await queue(invited.id, "invite")];
  for (const id of ids) await store.write((db) => markFailed(db, id, "The mailbox is full."));
  await world.database.owner.query("delete from jobs where email_id = any($1)", [ids]);
  expect(await nora.page("/northwind")).toContain("2 failed");
  const [first = ""] = ids;
  const answer = await nora.post(`/northwind/emails/${first}/retry`, { from: "log" }, { htmx: `email-row-${first}` });
  expect(await answer.text()).toContain("Email queued again");
  expect(await nora.page("/northwind/email-log")).toContain("Retry 1 failed");
  const all = await nora.post("/northwind/email-log/retries");
  expect(all.headers.get("location")).toBe("/northwind/email-log");
  const html = await nora.page("/northwind/email-log");
  expect(html).toContain("1 email queued again");
  expect(html).not.toMatch(/\d failed/);
  expect(await Promise.all(ids.map(status))).toEqual(["queued", "queued"]);
  expect(await nora.page(`/northwind/email-log/${first}`)).toMatch(/Queued again[\s\S]*By Northwind member\./);
});

test("a viewer reads the log and its stories and finds no button that acts", async () => {
  const { world, queue, set, joined } = await open();
  const id = await queue(joined.id);
  await set(id, "failed", "Mailbox full.");
  const viewer = await world.member(world.northwind.members.viewer);
  for (const path of ["/northwind/email-log", `/northwind/email-log/${id}`, "/northwind/suppressions"]) {
    const html = await viewer.page(path);
    const main = html.slice(html.indexOf("<main"), html.indexOf("</main"));
    expect([path, main.includes('method="post"')]).toEqual([path, false]);
  }
});

test("Rivermark sees nothing of Northwind's log, its count included", async () => {
  const { world, queue, set, joined } = await open();
  const id = await queue(joined.id);
  await set(id, "failed", "Mailbox full.");
  const rafael = await world.member(world.rivermark.members.owner);
  const html = await rafael.page("/rivermark/email-log");
  expect(html).toContain("No emails yet");
  expect(html).not.toContain("failed</span>");
  expect((await rafael.get(`/rivermark/email-log/${id}`)).status).toBe(404);
  expect((await rafael.get(`/northwind/email-log/${id}`)).status).toBe(404);
  for (const path of [`emails/${id}/cancellation`, `emails/${id}/retry`])
    expect((await rafael.post(`/rivermark/${path}`, { from: "log" })).status).toBe(404);
  await rafael.post("/rivermark/email-log/retries");
  expect((await world.database.owner.query("select status from emails where id = $1", [id])).rows).toEqual([
    { status: "failed" },
  ]);
});

test("batches are paused and resumed from the log, and the words say how many wait", async () => {
  const { nora, joined, invited, world } = await open();
  const key = crypto.randomUUID();
  await nora.post("/northwind/login-emails", { contact: [joined.id, invited.id], key });
  const page = await nora.page("/northwind/email-log");
  expect(page).toContain("2 login emails");
  const paused = await nora.post(`/northwind/email-batches/${key}/pause`, { from: "log" }, { htmx: "email-batches" });
  const html = await paused.text();
  expect(html).toContain("Paused with 2 emails to go");
  expect(html).toContain("/resumption");
  const progress = await nora.page(`/northwind/email-batches/${key}`);
  expect(progress).toContain("This batch is paused.");
  expect(progress).not.toContain('hx-trigger="every');
  const resumed = await nora.post(`/northwind/email-batches/${key}/resumption`, { from: "log" });
  expect(resumed.headers.get("location")).toBe("/northwind/email-log");
  expect(await nora.page("/northwind/email-log")).toContain("2 emails on the way again");
  const { rows } = await world.database.owner.query(
    "select kind from events where kind like 'email-batch.%' order by id",
  );
  expect(rows.map(({ kind }) => kind)).toEqual(["email-batch.paused", "email-batch.resumed"]);
  const rafael = await world.member(world.rivermark.members.owner);
  await rafael.page("/rivermark");
  for (const action of ["pause", "resumption"])
    expect((await rafael.post(`/rivermark/email-batches/${key}/${action}`)).status).toBe(404);
});

test("the story names the words, with their version, and the workflow that sent it", async () => {
  const { world, nora, store, joined } = await open();
  const memberId = world.northwind.members.owner.id;
  const { versionId, key } = await store.write(async (db) => {
    const template = await createTemplate(db, "Reminder", newTemplateFields, memberId);
    await saveTemplate(db, template, { ...newTemplateFields, subject: "Again" }, memberId);
    return await getTemplate(db, template);
  });
  const step = { do: "send-template", templateId: key } as const;
  const workflow = await store.write((db) =>
    createWorkflow(db, "Remind", memberId, { ...emptyDefinition, trigger: { on: "signed-in" }, steps: [step] }),
  );
  await store.write((db) => enableWorkflow(db, workflow, { existing: false }, memberId));
  await world.database.owner.query("update contacts set last_sign_in_at = now() where id = $1", [joined.id]);
  const { rows } = await world.database.owner.query("select id from workflow_runs where workflow_id = $1", [workflow]);
  const [{ id: workflowRunId }] = rows as [{ id: string }];
  const email = await store.write((db) =>
    queueEmail(db, {
      kind: "template",
      contactId: joined.id,
      templateVersionId: versionId,
      workflowRunId,
      lifetimeSeconds: 3600,
      lane: "bulk",
    }),
  );
  const story = await nora.page(`/northwind/email-log/${email}`);
  expect(story).toContain("Reminder, version 2");
  expect(story).toContain(`/northwind/workflows/${workflow}/runs/${workflowRunId}`);
});
