// Runs of workflows as a worker moves them: every kind of step, what ends a run, what holds it up, and what a fault leaves behind.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { openDirectoryJobs } from "../../src/db/directory-jobs.ts";
import { LeaseLost } from "../../src/jobs/queue.ts";
import { createRunWorkflow } from "../../src/jobs/run-workflow.ts";
import { addContactTags } from "../../src/models/contact-tags.ts";
import { removeTemplate } from "../../src/models/email-templates.ts";
import { retryEmail } from "../../src/models/emails.ts";
import { releaseSuppression } from "../../src/models/suppressions.ts";
import type { Step } from "../../src/models/workflow-definitions.ts";
import { retryRun, stopRun } from "../../src/models/workflow-run-changes.ts";
import { getRun, listContactRuns, listRuns } from "../../src/models/workflow-runs.ts";
import { pauseWorkflow, resumeWorkflow } from "../../src/models/workflow-switches.ts";
import { insertAgency } from "../support/database.ts";
import { startWorkflows, type WorkflowWorld } from "./workflow-world.ts";

const HOUR: Step = { do: "wait", amount: 1, unit: "hours" };
const tag = (name: string): Step => ({ do: "add-tag", tag: name });
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);

/** A contact in a workflow of these steps, with a worker at work. */
async function running(
  steps: (world: WorkflowWorld) => Step[] | Promise<Step[]>,
  columns: Record<string, unknown> = {},
) {
  const world = await startWorkflows();
  const workflow = await world.workflow(await steps(world));
  const contact = await world.contact(columns);
  const [run] = await world.enter(workflow, contact);
  return { world, workflow, contact, run };
}

describe("a step", () => {
  test("of every kind has its effect, in its order, and is written down", async () => {
    const { world, contact, run } = await running(async ({ template }) => [
      tag("fresh"),
      { do: "invite" },
      HOUR,
      { do: "send-template", templateId: await template({ subject: "How is it going?" }) },
      { do: "send-login-email" },
      { do: "remove-tag", tag: "fresh" },
      { do: "wait-until", weekday: 1, hour: 9 },
      { do: "stop" },
      tag("never"),
    ]);
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ state: "running", position: 3 });
    expect(await world.tags(contact)).toEqual(["fresh"]);
    await world.due(run);
    await expect.poll(() => world.run(run)).toMatchObject({ state: "running", position: 7 });
    expect(await world.tags(contact)).toEqual([]);
    await world.due(run);
    await expect.poll(() => world.run(run)).toMatchObject({ state: "done", reason: null, due_at: null });
    expect(await world.steps(run)).toEqual([
      "add-tag: done",
      "invite: done",
      "wait: done",
      "send-template: done",
      "send-login-email: done",
      "remove-tag: done",
      "wait-until: done",
      "stop: done",
    ]);
    const mails = await world.sink.received(3);
    expect(mails.map(({ subject }) => subject)).toContain("How is it going?");
    expect(await world.emailsOf(run)).toMatchObject([
      { kind: "invite" },
      { kind: "template" },
      { kind: "login-email" },
    ]);
    const { rows } = await world.database.owner.query(
      "select kind, member_id from events where kind like 'contact.%tagged' order by id",
    );
    expect(rows).toEqual([
      { kind: "contact.tagged", member_id: null },
      { kind: "contact.untagged", member_id: null },
    ]);
    await expect.poll(() => world.standing()).toEqual([]);
  });

  test("that waits sets the run's moment and its job's, and the run goes on only then", async () => {
    const { world, run } = await running(() => [{ do: "wait", amount: 3, unit: "days" }, tag("later")]);
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ state: "running", position: 1 });
    const [row] = await world.query<{ same: boolean; days: number }>(
      `select jobs.run_at = due_at as same, round(extract(epoch from due_at - entered_at) / 86400)::int as days
       from workflow_runs join jobs using (id) where id = $1`,
      [run],
    );
    expect(row).toEqual({ same: true, days: 3 });
    await world.due(run);
    await expect.poll(() => world.run(run)).toMatchObject({ state: "done" });
  });

  test("that waits goes by the agency's time zone", async () => {
    const { world, run } = await running(({ query, agencyId }) =>
      query("update agencies set time_zone = 'Asia/Tokyo' where id = $1", [agencyId]).then(() => [
        { do: "wait-until", weekday: 3, hour: 14 },
      ]),
    );
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ position: 1 });
    const [row] = await world.query<{ there: string }>(
      "select to_char(due_at at time zone 'Asia/Tokyo', 'ID HH24:MI:SS') as there from workflow_runs where id = $1",
      [run],
    );
    expect(row).toEqual({ there: "3 14:00:00" });
  });

  test("that invites passes over those who have joined or wait for an invite, and reminds the invited", async () => {
    const { world, workflow } = await running(() => [{ do: "invite" }]);
    const [joined, reminded] = [
      await world.contact({ joined_at: ago(1) }),
      await world.contact({ invited_at: ago(100) }),
    ];
    const [first, second, third] = await world.enter(workflow, joined, reminded, await world.contact());
    world.work();
    await expect.poll(() => world.log(first)).toMatchObject([{ outcome: "skipped", reason: "Has joined already." }]);
    await expect.poll(() => world.emailsOf(second)).toHaveLength(1);
    await expect.poll(() => world.emailsOf(third)).toHaveLength(1);
    const invited = await world.query("select from events where kind = 'email.queued' and data ->> 'email' = 'invite'");
    expect(invited).toHaveLength(3);
    expect(await world.query("select from contacts where invited_at is null and joined_at is null")).toEqual([]);
  });

  test("that invites waits when the agency's invites of the day are used up, and loses nobody", async () => {
    const { world, workflow, run } = await running(() => [{ do: "invite" }, tag("invited")]);
    await world.query(
      `insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds, status, queued_at)
       select $1, 'invite', null, 'x@acme.example', 1, 'sent', now() - interval '2 hours' from generate_series(1, 199)`,
      [world.agencyId],
    );
    const [second] = await world.enter(workflow, await world.contact());
    world.work();
    const reason = "The agency's limit of invites is reached.";
    await expect
      .poll(async () => [await world.run(run), await world.run(second)])
      .toMatchObject([{ state: "done" }, { state: "running", position: 0, reason }]);
    await world.query("update emails set queued_at = queued_at - interval '23 hours' where contact_id is null");
    await world.due(second);
    await expect.poll(() => world.run(second)).toMatchObject({ state: "done", reason: null });
    expect(await world.emailsOf(second)).toHaveLength(1);
  });

  test("that sends a login email waits when the contact had one a moment ago", async () => {
    const { world, contact, run } = await running(() => [{ do: "send-login-email" }], { invited_at: ago(1) });
    const earlier = await world.queue(contact);
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ position: 0, reason: "Had a login email a moment ago." });
    const [row] = await world.query<{ minutes: number }>(
      "select round(extract(epoch from due_at - queued_at) / 60)::int as minutes from workflow_runs, emails where emails.id = $1 and workflow_runs.id = $2",
      [earlier, run],
    );
    expect(row).toEqual({ minutes: 10 });
    await world.query("update emails set queued_at = queued_at - interval '10 minutes' where id = $1", [earlier]);
    await world.due(run);
    await expect.poll(() => world.run(run)).toMatchObject({ state: "done" });
  });

  test("that sends a login email fails for somebody who was never invited", async () => {
    const { world, run } = await running(() => [{ do: "send-login-email" }]);
    world.work();
    await expect
      .poll(() => world.run(run))
      .toMatchObject({ state: "failed", position: 0, reason: expect.stringContaining("Not invited yet") });
  });
});

describe("a run ends", () => {
  const ends: [string, { on: string; endsOnJoin?: boolean; why: string }][] = [
    [
      "when its contact joins, where the workflow says so",
      { on: "joined_at = now()", endsOnJoin: true, why: "Joined." },
    ],
    ["when its contact is revoked", { on: "revoked_at = now()", why: "Access was revoked." }],
  ];
  test.each(ends)("%s", async (_, { on, endsOnJoin = false, why }) => {
    const world = await startWorkflows();
    const workflow = await world.workflow([HOUR, tag("late")], { endsOnJoin });
    const contact = await world.contact({ invited_at: ago(1) });
    const [run] = await world.enter(workflow, contact);
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ position: 1 });
    await world.query(`update contacts set ${on} where id = $1`, [contact]);
    expect(await world.run(run)).toMatchObject({ state: "stopped", reason: why, due_at: null });
    await expect.poll(() => world.standing()).toEqual([]);
    expect(await world.tags(contact)).toEqual([]);
  });

  test("not when its contact joins, where the workflow does not say so", async () => {
    const { world, contact, run } = await running(() => [HOUR, tag("late")], { invited_at: ago(1) });
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ position: 1 });
    await world.query("update contacts set joined_at = now() where id = $1", [contact]);
    await world.due(run);
    await expect.poll(() => world.run(run)).toMatchObject({ state: "done" });
    expect(await world.tags(contact)).toEqual(["late"]);
  });

  test("when an e-mail to its contact bounces", async () => {
    const world = await startWorkflows({ onRcpt: () => "550 5.1.1 No such user" });
    const workflow = await world.workflow([
      { do: "send-template", templateId: await world.template() },
      HOUR,
      tag("late"),
    ]);
    const [run] = await world.enter(workflow, await world.contact({ invited_at: ago(1) }));
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ state: "stopped", reason: "An email bounced." });
    await expect.poll(() => world.standing()).toEqual([]);
  });

  test("with its contact, when that is deleted, and its job does not stand until its moment", async () => {
    const { world, contact, run } = await running(() => [HOUR, tag("late")]);
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ position: 1 });
    await world.query("delete from contacts where id = $1", [contact]);
    expect(await world.standing()).toEqual([]);
    expect(await world.run(run)).toBeUndefined();
  });

  test("when a member stops it, once", async () => {
    const { world, contact, run = "" } = await running(() => [HOUR, tag("late")]);
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ position: 1 });
    expect(await world.store.write((db) => stopRun(db, run, world.memberId))).toBe(true);
    expect(await world.store.write((db) => stopRun(db, run, world.memberId))).toBe(false);
    expect(await world.run(run)).toMatchObject({ state: "stopped", reason: "Stopped by a member." });
    expect(await world.standing()).toEqual([]);
    const events = await world.query("select contact_id, member_id from events where kind = 'workflow-run.stopped'");
    expect(events).toEqual([{ contact_id: contact, member_id: world.memberId }]);
  });

  test("at its next step when its contact was revoked unseen, and sends him nothing", async () => {
    const { world, contact, run } = await running(async ({ template }) => [
      { do: "send-template", templateId: await template() },
    ]);
    await world.query("alter table contacts disable trigger user");
    await world.query("update contacts set revoked_at = now() where id = $1", [contact]);
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ state: "stopped", reason: "Access was revoked." });
    expect(await world.query("select from emails")).toEqual([]);
  });
});

describe("a run is held up", () => {
  test("by a pause of its workflow, and goes on exactly where it was", async () => {
    const { world, workflow, contact, run } = await running(() => [
      HOUR,
      tag("one"),
      { do: "wait", amount: 2, unit: "days" },
      tag("two"),
    ]);
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ position: 1 });
    await world.store.write((db) => pauseWorkflow(db, workflow.id, world.memberId));
    await world.due(run);
    await expect.poll(() => world.runAt(run)).toBe(Number.POSITIVE_INFINITY);
    expect(await world.run(run)).toMatchObject({ state: "running", position: 1 });
    expect(await world.tags(contact)).toEqual([]);
    await world.query("update workflow_runs set due_at = now() where id = $1", [run]);
    await world.store.write((db) => resumeWorkflow(db, workflow.id, world.memberId));
    await expect.poll(() => world.run(run)).toMatchObject({ state: "running", position: 3 });
    expect(await world.tags(contact)).toEqual(["one"]);

    // a pause that is over before the wait is changes nothing
    const before = await world.runAt(run);
    await world.store.write((db) => pauseWorkflow(db, workflow.id, world.memberId));
    await world.store.write((db) => resumeWorkflow(db, workflow.id, world.memberId));
    expect(await world.runAt(run)).toEqual(before);
  });

  test("by quiet hours before it sends, and only before it sends", async () => {
    const { world, contact, run } = await running(async ({ query, agencyId, template }) => {
      // two hours around this one, wherever that is in the day
      await query(
        `update agencies set time_zone = 'Pacific/Chatham',
           quiet_from = extract(hour from now() at time zone 'Pacific/Chatham'),
           quiet_to = extract(hour from (now() + interval '2 hours') at time zone 'Pacific/Chatham') where id = $1`,
        [agencyId],
      );
      return [tag("one"), { do: "send-template", templateId: await template() }, tag("two")];
    });
    world.work();
    await expect
      .poll(() => world.run(run))
      .toMatchObject({ state: "running", position: 1, reason: "Waits for the end of the quiet hours." });
    expect(await world.tags(contact)).toEqual(["one"]);
    const [row] = await world.query<{ end: boolean; same: boolean }>(
      `select to_char(due_at at time zone time_zone, 'FMHH24:MI:SS') = quiet_to || ':00:00' as end, due_at = run_at as same
       from workflow_runs run join agencies on agencies.id = run.agency_id join jobs on jobs.id = run.id where run.id = $1`,
      [run],
    );
    expect(row).toEqual({ end: true, same: true });
    await world.query("update agencies set quiet_from = 0, quiet_to = 0");
    await world.due(run);
    await expect.poll(() => world.run(run)).toMatchObject({ state: "done", reason: null });
    expect(await world.emailsOf(run)).toHaveLength(1);
  });

  test("by the limit of workflow emails a day, over all workflows of the contact", async () => {
    const world = await startWorkflows();
    await world.query("update agencies set workflow_mails_a_day = 2");
    const templateId = await world.template();
    const send: Step = { do: "send-template", templateId };
    const [one, two] = [await world.workflow([send, send]), await world.workflow([send])];
    const contact = await world.contact({ invited_at: ago(1) });
    const [first] = await world.enter(one, contact);
    world.work();
    await expect.poll(() => world.run(first)).toMatchObject({ state: "done" });
    const [second] = await world.enter(two, contact);
    const other = await world.enter(two, await world.contact({ invited_at: ago(1) }));
    await expect.poll(() => world.run(other[0])).toMatchObject({ state: "done" });
    await expect
      .poll(() => world.run(second))
      .toMatchObject({ position: 0, reason: "2 workflow emails in 24 hours already." });
    const [row] = await world.query<{ hours: number }>(
      `select round(extract(epoch from due_at - (select min(queued_at) from emails where contact_id = $2)) / 3600)::int as hours
       from workflow_runs where id = $1`,
      [second, contact],
    );
    expect(row).toEqual({ hours: 24 });
    await world.query("update emails set queued_at = queued_at - interval '1 day' where contact_id = $1", [contact]);
    await world.due(second);
    await expect.poll(() => world.run(second)).toMatchObject({ state: "done" });
  });

  test("by the limit also when two workflows would send to a contact at the same moment", async () => {
    const world = await startWorkflows();
    await world.query("update agencies set workflow_mails_a_day = 1");
    const send: Step = { do: "send-template", templateId: await world.template() };
    const [one, two] = [await world.workflow([send]), await world.workflow([send])];
    const contact = await world.contact({ invited_at: ago(1) });
    const runs = [...(await world.enter(one, contact)), ...(await world.enter(two, contact))];
    world.work();
    await expect
      .poll(async () => new Set((await Promise.all(runs.map((run) => world.run(run)))).map((run) => run?.reason)))
      .toEqual(new Set([null, "One workflow email in 24 hours already."]));
    await expect.poll(() => world.query("select from emails")).toHaveLength(1);
  });

  test("for no one else by somebody who has its contact locked", async () => {
    const { world, workflow, contact, run } = await running(() => [tag("one")]);
    const [other] = await world.enter(workflow, await world.contact());
    await world.store.write(async (db) => {
      await db.selectFrom("contacts").select("id").where("id", "=", contact).forUpdate().execute();
      world.work();
      await expect.poll(() => world.run(other)).toMatchObject({ state: "done" });
      expect(await world.run(run)).toMatchObject({ state: "running", position: 0 });
    });
    await expect.poll(() => world.run(run)).toMatchObject({ state: "done" });
  });
});

test("a contact who unsubscribed from workflow emails is passed over where a template is sent, and gets his login email", async () => {
  const { world, run } = await running(
    async ({ template }) => [{ do: "send-template", templateId: await template() }, { do: "send-login-email" }],
    { invited_at: ago(1), workflow_mail_off_at: ago(1) },
  );
  world.work();
  await expect.poll(() => world.run(run)).toMatchObject({ state: "done" });
  expect(await world.log(run)).toMatchObject([
    { step: "send-template", outcome: "skipped", reason: "Unsubscribed from workflow emails.", email_id: null },
    { step: "send-login-email", outcome: "done" },
  ]);
  expect(await world.emailsOf(run)).toMatchObject([{ kind: "login-email" }]);
});

describe("a fault", () => {
  test("of a template that was removed is said and mended: the run goes on from that step, and what was done is not done again", async () => {
    const {
      world,
      contact,
      run = "",
    } = await running(async ({ template }) => [
      tag("one"),
      { do: "send-template", templateId: await template() },
      tag("two"),
    ]);
    const [template] = await world.query<{ id: string }>("select id from email_templates");
    await world.store.write((db) => removeTemplate(db, template?.id ?? "", world.memberId));
    world.work();
    await expect
      .poll(() => world.run(run))
      .toMatchObject({ state: "failed", position: 1, reason: "The template was removed." });
    await expect.poll(() => world.standing()).toEqual([]);
    await world.query("update email_templates set archived_at = null");
    await world.store.write((db) => retryRun(db, run, world.memberId));
    await expect.poll(() => world.run(run)).toMatchObject({ state: "done", reason: null });
    expect(await world.log(run)).toMatchObject([
      { position: 0, try: 1, outcome: "done" },
      { position: 1, try: 1, outcome: "failed", reason: "The template was removed." },
      { position: 1, try: 2, outcome: "done" },
      { position: 2, try: 1, outcome: "done" },
    ]);
    expect(await world.tags(contact)).toEqual(["one", "two"]);
    expect(await world.query("select from events where kind = 'contact.tagged'")).toHaveLength(2);
    expect(await world.query("select member_id from events where kind = 'workflow-run.retried'")).toEqual([
      { member_id: world.memberId },
    ]);
  });

  test("of a suppressed address is said, and the run can be run again once it is released", async () => {
    const { world, run = "" } = await running(
      async ({ template }) => [{ do: "send-template", templateId: await template() }],
      {
        email: "gone@acme.example",
      },
    );
    await world.store.write((db) =>
      db.insertInto("suppressions").values({ email: "gone@acme.example", reason: "No such address." }).execute(),
    );
    world.work();
    await expect
      .poll(() => world.run(run))
      .toMatchObject({ state: "failed", reason: "The address is suppressed. No such address." });
    await world.store.write((db) => releaseSuppression(db, "gone@acme.example", world.memberId));
    await world.store.write((db) => retryRun(db, run, world.memberId));
    await expect.poll(() => world.run(run)).toMatchObject({ state: "done" });
    await world.sink.received(1, "gone@acme.example");
  });

  test("of an e-mail that fails later fails its run, which goes on from that step: its wait counts anew", async () => {
    const {
      world,
      contact,
      run = "",
    } = await running(async ({ template }) => [
      { do: "send-template", templateId: await template() },
      tag("told"),
      HOUR,
      tag("two"),
    ]);
    // only the run is moved: its e-mail waits
    await world.query(
      "update agencies set sending_paused_at = now(), sending_paused_reason = 'A test.', sending_probe_at = now() + interval '1 day'",
    );
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ position: 3 });
    const [email] = await world.emailsOf(run);
    await world.query("update emails set status = 'failed', reason = 'The relay refused it.' where id = $1", [
      email?.id,
    ]);
    expect(await world.run(run)).toMatchObject({ state: "failed", reason: "The relay refused it." });
    expect((await world.standing()).filter(({ kind }) => kind === "run-workflow")).toEqual([]);
    const shown = await world.store.read((db) => getRun(db, run));
    expect(shown).toMatchObject({ position: 0, next: { do: "send-template" } });
    expect(shown.steps[0]).toMatchObject({
      step: "send-template",
      outcome: "failed",
      email: { id: email?.id, status: "failed" },
    });

    await world.store.write((db) => retryRun(db, run, world.memberId));
    await expect.poll(() => world.run(run)).toMatchObject({ state: "running", position: 3 });
    expect(await world.emailsOf(run)).toHaveLength(2);
    expect(await world.query("select from events where kind = 'contact.tagged'")).toHaveLength(1);
    await world.due(run);
    await expect.poll(() => world.run(run)).toMatchObject({ state: "done" });
    expect((await world.log(run)).map(({ position, try: nth, outcome }) => `${position}.${nth} ${outcome}`)).toEqual([
      "0.1 failed",
      "0.2 done",
      "1.1 done",
      "2.2 done",
      "3.1 done",
    ]);
    expect(await world.tags(contact)).toEqual(["told", "two"]);
  });

  test("of an e-mail that fails when its run was done fails the run", async () => {
    const { world, run = "" } = await running(async ({ template }) => [
      { do: "send-template", templateId: await template() },
    ]);
    await world.query(
      "update agencies set sending_paused_at = now(), sending_paused_reason = 'A test.', sending_probe_at = now() + interval '1 day'",
    );
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ state: "done" });
    await world.query(
      "update emails set status = 'suppressed', reason = 'No such address.' where workflow_run_id = $1",
      [run],
    );
    expect(await world.run(run)).toMatchObject({ state: "failed", reason: "No such address." });
    await world.store.write((db) => retryRun(db, run, world.memberId));
    await expect.poll(() => world.run(run)).toMatchObject({ state: "done" });
    expect(await world.emailsOf(run)).toHaveLength(2);
  });

  test("of several e-mails of a run is made good for each, but not for one that somebody has sent again himself", async () => {
    const { world, run = "" } = await running(
      async ({ template }) => [
        { do: "send-login-email" },
        { do: "send-template", templateId: await template() },
        { do: "invite" },
      ],
      { invited_at: ago(1) },
    );
    await world.query(
      "update agencies set sending_paused_at = now(), sending_paused_reason = 'A test.', sending_probe_at = now() + interval '1 day'",
    );
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ state: "done" });
    const [login] = await world.emailsOf(run);
    for (const kind of ["login-email", "template", "invite"])
      await world.query("update emails set status = 'failed', reason = $1 where kind = $1", [kind]);
    expect(await world.run(run)).toMatchObject({ state: "failed", reason: "login-email" });
    expect(await world.store.write((db) => retryEmail(db, login?.id ?? ""))).toBe(true);
    await world.store.write((db) => retryRun(db, run, world.memberId));
    await expect.poll(() => world.run(run)).toMatchObject({ state: "done" });
    expect((await world.emailsOf(run)).map(({ kind }) => kind)).toEqual([
      "login-email",
      "template",
      "invite",
      "template",
      "invite",
    ]);
    expect((await world.log(run)).map((step) => `${step.position}.${step.try} ${step.outcome}`)).toEqual([
      "0.1 done",
      "1.1 failed",
      "1.2 done",
      "2.1 failed",
      "2.2 done",
    ]);
  });

  test("that keeps one run from moving keeps no other, and the run says so once its job was set aside", async () => {
    const { world, workflow, run } = await running(() => [tag("one")]);
    const broken = await world.workflow([{ do: "add-tag", tag: "x".repeat(41) }]);
    const contacts = await Promise.all(Array.from({ length: 20 }, () => world.contact()));
    const [stuck] = await world.enter(broken, contacts[0] ?? "");
    const others = await world.enter(workflow, ...contacts);
    await world.query("update jobs set attempts = 29 where id = $1", [stuck]);
    world.work();
    for (const other of [run, ...others]) await expect.poll(() => world.run(other)).toMatchObject({ state: "done" });
    await expect
      .poll(() => world.run(stuck))
      .toMatchObject({ state: "failed", position: 0, reason: expect.stringContaining("several times on our side") });
  });

  test("is not run again when it is none, or when its contact has begun the workflow anew", async () => {
    const { world, workflow, contact, run = "" } = await running(() => [{ do: "send-login-email" }]);
    const [other = ""] = await world.enter(await world.workflow([HOUR]), contact);
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ state: "failed" });
    await expect.poll(() => world.run(other)).toMatchObject({ position: 1 });
    await expect(world.store.write((db) => retryRun(db, other, world.memberId))).rejects.toThrow(
      "Only a run that failed",
    );
    await world.query(
      "insert into workflow_runs (agency_id, workflow_id, version_id, contact_id, ends_on_join) values ($1, $2, $3, $4, false)",
      [world.agencyId, workflow.id, workflow.versionId, contact],
    );
    await expect(world.store.write((db) => retryRun(db, run, world.memberId))).rejects.toThrow(
      "begun this workflow again",
    );
  });

  test("is not run again when its contact begins the workflow anew at that very moment", async () => {
    const { world, workflow, contact, run = "" } = await running(() => [{ do: "send-login-email" }]);
    world.work();
    await expect.poll(() => world.run(run)).toMatchObject({ state: "failed" });
    const client = await world.database.owner.connect();
    await client.query("begin");
    await client.query(
      "insert into workflow_runs (agency_id, workflow_id, version_id, contact_id, ends_on_join) values ($1, $2, $3, $4, false)",
      [world.agencyId, workflow.id, workflow.versionId, contact],
    );
    const again = world.store.write((db) => retryRun(db, run, world.memberId));
    again.catch(() => undefined);
    const waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    await expect.poll(async () => (await world.query(waiting)).length).toBeGreaterThan(0);
    await client.query("commit");
    client.release();
    await expect(again).rejects.toThrow("begun this workflow again");
    expect(await world.run(run)).toMatchObject({ state: "failed" });
  });
});

test("a worker that has lost its job writes nothing", async () => {
  const { world, run } = await running(() => [tag("one"), HOUR]);
  const jobs = openDirectoryJobs(world.database.directoryPool);
  const [job] = await jobs.claimJobs("slow", { free: 1, bulk: 1 });
  if (!job) throw new Error("Nothing was claimed.");
  await world.query("update jobs set lease_id = gen_random_uuid(), leased_by = 'another' where id = $1", [run]);
  const move = createRunWorkflow({ agencies: { open: world.database.store } });
  await expect(move(job, new AbortController().signal)).rejects.toThrow(LeaseLost);
  expect(await world.run(run)).toMatchObject({ state: "running", position: 0 });
  expect(await world.log(run)).toEqual([]);
});

test("jobs that are ready come along in the transaction of the one that was claimed, those of other agencies do not", async () => {
  const { world, workflow, run } = await running(() => [tag("one"), HOUR]);
  const others = await world.enter(workflow, ...(await Promise.all(Array.from({ length: 30 }, () => world.contact()))));
  const rivermark = await insertAgency(world.database, "rivermark", "Rivermark");
  await world.query("insert into jobs (agency_id, kind, lane) values ($1, 'run-workflow', 'bulk')", [rivermark]);
  const jobs = openDirectoryJobs(world.database.directoryPool);
  const claimed = await jobs.claimJobs("one", { free: 10, bulk: 10 });
  const ours = claimed.find(({ agencyId }) => agencyId === world.agencyId);
  if (!ours) throw new Error("Nothing was claimed.");
  await jobs.releaseJobs(claimed.filter((job) => job !== ours));
  const move = createRunWorkflow({ agencies: { open: world.database.store } });
  expect(await move(ours, new AbortController().signal)).toBe("settled");
  expect(await world.query("select from workflow_runs where position = 2")).toHaveLength(others.length + 1);
  expect(await world.query("select from workflow_run_steps group by at")).toHaveLength(1);
  expect(await world.query("select from jobs where run_at <= now() and agency_id <> $1", [rivermark])).toEqual([]);
  expect(await world.query("select run_at <= now() as ready from jobs where agency_id = $1", [rivermark])).toEqual([
    { ready: true },
  ]);
  expect(await world.run(run)).toMatchObject({ position: 2 });
});

test("open runs end on the version that they began with, new ones begin on the next", async () => {
  const { world, workflow, contact, run } = await running(() => [HOUR, tag("old")]);
  world.work();
  await expect.poll(() => world.run(run)).toMatchObject({ position: 1 });
  const changed = await world.change(workflow, [HOUR, tag("new")]);
  const newcomer = await world.contact();
  const [next] = await world.enter(changed, newcomer);
  await expect.poll(() => world.run(next)).toMatchObject({ position: 1 });
  await world.due(run, next);
  await expect.poll(async () => [await world.tags(contact), await world.tags(newcomer)]).toEqual([["old"], ["new"]]);
});

test("one contact goes through two workflows at once, and a tag of one starts another", async () => {
  const world = await startWorkflows();
  const [one, two] = [
    await world.workflow([tag("a"), HOUR, tag("b")]),
    await world.workflow([tag("c"), HOUR, tag("d")]),
  ];
  const third = await world.workflow([tag("e")], { trigger: { on: "tag-added", tag: "b" } });
  const contact = await world.contact();
  const runs = [...(await world.enter(one, contact)), ...(await world.enter(two, contact))];
  world.work();
  for (const run of runs) await expect.poll(() => world.run(run)).toMatchObject({ position: 2 });
  await world.due(...runs);
  await expect.poll(() => world.tags(contact)).toEqual(["a", "b", "c", "d", "e"]);
  await expect
    .poll(() => world.query("select state from workflow_runs"))
    .toEqual(Array.from({ length: 3 }, () => ({ state: "done" })));
  expect(await world.query("select from workflow_runs where workflow_id = $1", [third.id])).toHaveLength(1);
});

test("lists show where each run is, a page at a time, and Rivermark sees nothing", async () => {
  const { world, workflow, contact, run = "" } = await running(() => [HOUR, tag("late")]);
  const more = await Promise.all(Array.from({ length: 55 }, () => world.contact()));
  await world.enter(workflow, ...more);
  const rivermark = world.database.store(await insertAgency(world.database, "rivermark", "Rivermark"));
  world.work();
  await expect.poll(() => world.query("select from workflow_runs where position = 1")).toHaveLength(56);
  const { first, second, done, own, shown } = await world.store.read(async (db) => {
    const first = await listRuns(db, workflow.id, { state: "running" });
    return {
      first,
      second: await listRuns(db, workflow.id, { after: first.next }),
      done: await listRuns(db, workflow.id, { state: "done" }),
      own: await listContactRuns(db, contact),
      shown: await getRun(db, run),
    };
  });
  expect([first.runs.length, second.runs.length, second.next, done.runs]).toEqual([50, 6, undefined, []]);
  expect(own).toMatchObject([{ id: run, state: "running", version: 1, next: tag("late"), contact: { id: contact } }]);
  expect(shown).toMatchObject({
    position: 1,
    definition: { steps: [HOUR, tag("late")] },
    steps: [{ step: "wait", outcome: "done" }],
  });

  await rivermark.read(async (db) => {
    expect((await listRuns(db, workflow.id)).runs).toEqual([]);
    expect(await listContactRuns(db, contact)).toEqual([]);
    await expect(getRun(db, run)).rejects.toThrow("There is no such run.");
  });
  await expect(rivermark.write((db) => stopRun(db, run, world.memberId))).rejects.toThrow("There is no such run.");
  await expect(rivermark.write((db) => retryRun(db, run, world.memberId))).rejects.toThrow("There is no such run.");
  for (const table of ["workflow_runs", "workflow_run_steps", "jobs", "emails", "events"])
    expect(await world.query(`select from ${table} where agency_id = $1`, [rivermark.id])).toEqual([]);
});

test("the one query of docs/workflows.md says where a run stands and what its steps did", async () => {
  const { world, run } = await running(
    async ({ template }) => [tag("one"), { do: "send-template", templateId: await template() }, HOUR, tag("two")],
    { email: "jane@acme.example", invited_at: ago(1) },
  );
  world.work();
  await expect.poll(() => world.emailsOf(run)).toMatchObject([{ status: "sent" }]);
  const page = await readFile(path.join(import.meta.dirname, "../../docs/workflows.md"), "utf8");
  const query = /```sql\n(.*?)```/s.exec(page)?.[1] ?? "";
  expect(await world.query(query)).toMatchObject([
    {
      id: run,
      state: "running",
      version: 1,
      next_step: 4,
      next: tag("two"),
      in_hands_of: null,
      taken: expect.stringMatching(
        /^1\. add-tag: done at .*\n2\. send-template: done, email sent at .*\n3\. wait: done at /,
      ),
    },
  ]);
});

test("a run that entered by its trigger is moved like any other", async () => {
  const world = await startWorkflows();
  await world.workflow([HOUR, tag("seen")], { trigger: { on: "tag-added", tag: "vip" } });
  const contact = await world.contact();
  world.work();
  await world.store.write((db) => addContactTags(db, { ids: [contact] }, ["vip"], world.memberId));
  await expect
    .poll(() => world.query("select position, state from workflow_runs"))
    .toEqual([{ position: 1, state: "running" }]);
});
