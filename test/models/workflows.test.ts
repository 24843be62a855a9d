// Workflows as members make them: drafts, versions, switches, who would enter, and what happens to open runs.
import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { removeTemplate } from "../../src/models/email-templates.ts";
import { Invalid, NotFound } from "../../src/models/errors.ts";
import { createReadyMade, readyMades } from "../../src/models/ready-made-workflows.ts";
import type { Definition, Step, Trigger } from "../../src/models/workflow-definitions.ts";
import { discardDraft, publishWorkflow, saveDraft } from "../../src/models/workflow-drafts.ts";
import { countEntrants } from "../../src/models/workflow-entrants.ts";
import { getWorkflowSettings, saveWorkflowSettings } from "../../src/models/workflow-settings.ts";
import { enableWorkflow, pauseWorkflow, resumeWorkflow } from "../../src/models/workflow-switches.ts";
import {
  createWorkflow,
  getWorkflow,
  listWorkflows,
  removeWorkflow,
  renameWorkflow,
} from "../../src/models/workflows.ts";
import { define, startAgency, type WorkflowAgency } from "./workflow-agency.ts";

const WEEK: Step = { do: "wait", amount: 1, unit: "weeks" };
const get = (agency: WorkflowAgency, id: string) => agency.store.read((db) => getWorkflow(db, id));
const save = (agency: WorkflowAgency, id: string, definition: Definition) =>
  agency.store.write((db) => saveDraft(db, id, definition));
const publish = (agency: WorkflowAgency, id: string) =>
  agency.store.write((db) => publishWorkflow(db, id, agency.memberId));
const enable = (agency: WorkflowAgency, id: string, existing = false) =>
  agency.store.write((db) => enableWorkflow(db, id, { existing }, agency.memberId));
const pause = (agency: WorkflowAgency, id: string) =>
  agency.store.write((db) => pauseWorkflow(db, id, agency.memberId));
const resume = (agency: WorkflowAgency, id: string) =>
  agency.store.write((db) => resumeWorkflow(db, id, agency.memberId));
const errorsOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => "accepted",
    (error: unknown) => (error instanceof Invalid ? error.fields : error),
  );
const ago = (days: number) => new Date(Date.now() - days * 86_400_000);

describe("a draft", () => {
  test("is kept half made, with what is wrong told beside it, and cannot be switched on", async () => {
    const agency = await startAgency();
    const id = await agency.store.write((db) => createWorkflow(db, "  Remind\u0000 me ", agency.memberId));
    expect(await get(agency, id)).toMatchObject({
      name: "Remind me",
      state: "draft",
      version: undefined,
      current: undefined,
      hasChanges: false,
      errors: { steps: "Add a step." },
    });
    await save(agency, id, define({ on: "tag-added", tag: "" }));
    expect((await get(agency, id)).errors).toEqual({ "trigger.tag": "Write a tag." });
    expect(await errorsOf(enable(agency, id))).toEqual({ "trigger.tag": "Write a tag." });
    expect((await get(agency, id)).state).toBe("draft");
  });

  test("becomes the next version when published; open runs stay on theirs", async () => {
    const agency = await startAgency();
    const id = await agency.on(define({ on: "contact-created" }));
    await agency.contact();
    await save(agency, id, define({ on: "contact-created" }, { steps: [WEEK] }));
    expect(await get(agency, id)).toMatchObject({ hasChanges: true, version: 1, openRuns: 1, openRunsOnOlder: 0 });
    await agency.contact();
    expect(await publish(agency, id)).toBe(2);
    await agency.contact();
    expect(await get(agency, id)).toMatchObject({
      hasChanges: false,
      version: 2,
      openRuns: 3,
      openRunsOnOlder: 2,
      definition: { steps: [WEEK] },
    });
  });

  test("changes nothing in use until then, and can be dropped", async () => {
    const agency = await startAgency();
    const id = await agency.on(define({ on: "contact-created" }));
    await save(agency, id, define({ on: "invited" }));
    await agency.contact();
    expect(await agency.runs()).toEqual(["contact-created: running"]);
    await agency.store.write((db) => discardDraft(db, id));
    expect(await get(agency, id)).toMatchObject({
      hasChanges: false,
      definition: { trigger: { on: "contact-created" } },
    });
  });

  test("that says what is in use already is none, and publishing it makes no version", async () => {
    const agency = await startAgency();
    const id = await agency.on(define({ on: "contact-created" }));
    await save(agency, id, define({ on: "invited" }));
    await save(agency, id, define({ on: "contact-created" }));
    expect((await get(agency, id)).hasChanges).toBe(false);
    await publish(agency, id);
    expect((await get(agency, id)).version).toBe(1);
  });

  test("names only templates that are there", async () => {
    const agency = await startAgency();
    const id = await agency.store.write((db) => createReadyMade(db, "welcome", agency.memberId));
    expect((await get(agency, id)).errors).toEqual({});
    const [template] = await agency.query<{ id: string }>("select id from email_templates");
    await agency.store.write((db) => removeTemplate(db, template?.id ?? "", agency.memberId));
    expect(await errorsOf(enable(agency, id))).toEqual({
      "steps.0.templateId": "This template was removed. Choose another one.",
    });
  });

  test("that another workflow would answer without end is refused, also when both are published at once", async () => {
    const agency = await startAgency();
    const adds = (tag: string): Step[] => [{ do: "add-tag", tag }];
    await agency.on(define({ on: "tag-added", tag: "a" }, { steps: adds("b") }), { name: "Other" });
    const back = await agency.draft(define({ on: "tag-added", tag: "b" }, { steps: adds("a") }));
    const words = { steps: "This workflow and “Other” would start each other without end." };
    expect(await errorsOf(enable(agency, back))).toEqual(words);
    const [one, two] = [
      await agency.on(define({ on: "tag-added", tag: "c" })),
      await agency.on(define({ on: "tag-added", tag: "d" })),
    ];
    await save(agency, one, define({ on: "tag-added", tag: "c" }, { steps: adds("d") }));
    await save(agency, two, define({ on: "tag-added", tag: "d" }, { steps: adds("c") }));
    const answers = await Promise.all([errorsOf(publish(agency, one)), errorsOf(publish(agency, two))]);
    expect(answers.filter((answer) => answer === "accepted")).toHaveLength(1);
  });
});

describe("a workflow", () => {
  test("is listed by name with its state and its runs", async () => {
    const agency = await startAgency();
    const paused = await agency.on(define({ on: "contact-created" }), { name: "B" });
    await agency.draft(define({ on: "joined" }), "A");
    for (const state of ["running", "done", "done", "stopped", "failed"]) {
      const contactId = await agency.contact();
      if (state !== "running")
        await agency.query("update workflow_runs set state = $1, ended_at = now() where contact_id = $2", [
          state,
          contactId,
        ]);
    }
    await pause(agency, paused);
    expect(await agency.store.read(listWorkflows)).toMatchObject([
      { name: "A", state: "draft", trigger: { on: "joined" }, counts: { running: 0, done: 0, stopped: 0, failed: 0 } },
      { name: "B", state: "paused", hasChanges: false, counts: { running: 1, done: 2, stopped: 1, failed: 1 } },
    ]);
    expect(await agency.other.read(listWorkflows)).toEqual([]);
  });

  test("has a name that says something, and at most a hundred stand beside it", async () => {
    const agency = await startAgency();
    const create = (name: string) => agency.store.write((db) => createWorkflow(db, name, agency.memberId));
    expect(await errorsOf(create(" \u200b "))).toEqual({ name: "Write a name." });
    expect(await errorsOf(create("x".repeat(61)))).toEqual({ name: "Use 60 characters or fewer." });
    const id = await create("One");
    await agency.store.write((db) => renameWorkflow(db, id, "Another", agency.memberId));
    expect((await get(agency, id)).name).toBe("Another");
    await agency.query("insert into workflows (agency_id, name) select $1, n::text from generate_series(1, 99) n", [
      agency.agencyId,
    ]);
    expect(await errorsOf(create("More"))).toEqual({ name: "An agency has at most 100 workflows." });
  });

  test("of another agency does not exist", async () => {
    const agency = await startAgency();
    const id = await agency.on(define({ on: "joined" }));
    const { memberId } = agency;
    for (const attempt of [
      () => agency.other.read((db) => getWorkflow(db, id)),
      () => agency.other.read((db) => countEntrants(db, id)),
      () => agency.other.write((db) => saveDraft(db, id, define({ on: "joined" }))),
      () => agency.other.write((db) => publishWorkflow(db, id, memberId)),
      () => agency.other.write((db) => enableWorkflow(db, id, { existing: true }, memberId)),
      () => agency.other.write((db) => pauseWorkflow(db, id, memberId)),
      () => agency.other.write((db) => resumeWorkflow(db, id, memberId)),
      () => agency.other.write((db) => removeWorkflow(db, id, memberId)),
      () => agency.store.read((db) => getWorkflow(db, "no id")),
      () => agency.store.read((db) => getWorkflow(db, randomUUID())),
    ])
      await expect(attempt()).rejects.toThrow(NotFound);
    expect((await get(agency, id)).state).toBe("on");
  });

  test("stops its runs when it is removed, and is gone from the list", async () => {
    const agency = await startAgency();
    const id = await agency.on(define({ on: "contact-created" }));
    await agency.contact();
    await agency.contact();
    expect(await agency.store.write((db) => removeWorkflow(db, id, agency.memberId))).toBe(2);
    expect(await agency.runs()).toEqual(
      Array.from({ length: 2 }, () => "contact-created: stopped (The workflow was removed.)"),
    );
    expect(await agency.query("select from jobs")).toEqual([]);
    expect(await agency.store.read(listWorkflows)).toEqual([]);
    await expect(get(agency, id)).rejects.toThrow(NotFound);
  });

  test("goes on after a pause: what was put aside is due when it was, and nothing before now", async () => {
    const agency = await startAgency();
    const id = await agency.on(define({ on: "contact-created" }));
    const [past, future] = [await agency.contact(), await agency.contact()];
    expect([await pause(agency, id), await pause(agency, id)]).toEqual([true, false]);
    await agency.query("update jobs set run_at = 'infinity', last_error = 'The workflow is paused.'");
    await agency.query(
      "update workflow_runs set due_at = case contact_id when $1 then now() - interval '1 day' else now() + interval '2 days' end",
      [past],
    );
    expect([await resume(agency, id), await resume(agency, id)]).toEqual([true, false]);
    const rows = await agency.query<{ contact_id: string; days: number }>(
      "select contact_id, round(extract(epoch from run_at - now()) / 86400)::int as days from jobs join workflow_runs using (agency_id, id)",
    );
    expect(new Map(rows.map((row) => [row.contact_id, row.days]))).toEqual(
      new Map([
        [past, 0],
        [future, 2],
      ]),
    );
  });
});

describe("who would enter now", () => {
  // Seven contacts, from which each trigger takes its own.
  async function startPeople() {
    const agency = await startAgency();
    const add = async (name: string, columns: Record<string, unknown> = {}) => ({
      name,
      id: await agency.contact({ name, email: `${name}@acme.example`, ...columns }),
    });
    const plain = await add("plain");
    await add("invited", { invited_at: ago(2) });
    const waiting = await add("waiting", { invited_at: ago(9) });
    const joined = await add("joined", { invited_at: ago(9), joined_at: ago(2), last_sign_in_at: ago(2) });
    const away = await add("away", { invited_at: ago(99), joined_at: ago(90), last_sign_in_at: ago(70) });
    await add("revoked", { invited_at: ago(99), joined_at: ago(90), last_sign_in_at: ago(70), revoked_at: ago(1) });
    const bounced = await add("bounced");
    await agency.query("insert into contact_tags (agency_id, contact_id, tag) values ($1, $2, 'vip')", [
      agency.agencyId,
      joined.id,
    ]);
    await agency.query(
      `insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds, status)
         values ($1, 'invite', $2, 'bounced@acme.example', 60, 'bounced')`,
      [agency.agencyId, bounced.id],
    );
    await agency.query(
      `insert into access_links (agency_id, contact_id, kind, lifetime_seconds, access_version, expires_at)
       values ($1, $2, 'invite', 60, 1, now() - interval '1 day'), ($1, $3, 'invite', 60, 1, now() - interval '1 day'),
              ($1, $4, 'login', 60, 1, now() - interval '1 day'), ($1, $5, 'magic', 60, 1, now() + interval '1 day')`,
      [agency.agencyId, waiting.id, joined.id, away.id, plain.id],
    );
    return agency;
  }

  const expected: [Trigger, string[]][] = [
    [{ on: "contact-created" }, ["away", "bounced", "invited", "joined", "plain", "waiting"]],
    [{ on: "tag-added", tag: "vip" }, ["joined"]],
    [{ on: "tag-removed", tag: "vip" }, []],
    [{ on: "invited" }, ["invited", "waiting"]],
    [{ on: "not-joined", days: 7 }, ["waiting"]],
    [{ on: "joined" }, ["away", "joined"]],
    [{ on: "signed-in" }, ["away", "joined"]],
    [{ on: "not-signed-in", days: 60 }, ["away"]],
    [{ on: "link-expired" }, ["away", "waiting"]],
    [{ on: "email-bounced" }, ["bounced"]],
  ];

  test("is counted and named, and the same enter when they are let in", async () => {
    const agency = await startPeople();
    for (const [trigger, names] of expected) {
      const definition = define(trigger);
      const counted = await agency.store.read((db) => countEntrants(db, definition));
      expect([trigger.on, counted.count, counted.atLeast]).toEqual([trigger.on, names.length, false]);
      const id = await agency.draft(definition);
      expect(await agency.store.read((db) => countEntrants(db, id))).toEqual(counted);
      expect(await enable(agency, id, true)).toEqual({ entered: names.length, more: false });
      const entered = await agency.query<{ name: string }>(
        `select contacts.name from workflow_runs run join contacts on contacts.id = run.contact_id where workflow_id = $1 order by 1`,
        [id],
      );
      expect([trigger.on, entered.map(({ name }) => name)]).toEqual([trigger.on, names]);
      expect(counted.first.every(({ name }) => names.includes(name))).toBe(true);
      // nobody twice
      expect((await agency.store.read((db) => countEntrants(db, id))).count).toBe(0);
    }
    expect(await agency.other.read((db) => countEntrants(db, define({ on: "contact-created" })))).toEqual({
      count: 0,
      atLeast: false,
      first: [],
    });
  });

  test("keeps to the conditions", async () => {
    const agency = await startPeople();
    const conditions = { statuses: ["joined" as const], tags: ["vip"], notTags: [], company: "", emailDomains: [] };
    const definition = define({ on: "contact-created" }, { conditions });
    expect(await agency.store.read((db) => countEntrants(db, definition))).toMatchObject({
      count: 1,
      first: [{ name: "joined", email: "joined@acme.example" }],
    });
  });

  test("is nobody when a workflow is switched on without them", async () => {
    const agency = await startPeople();
    const id = await agency.draft(define({ on: "contact-created" }));
    expect(await enable(agency, id)).toEqual({ entered: 0, more: false });
    expect(await agency.runs()).toEqual([]);
    // and switching it on again lets nobody in behind anybody's back
    expect(await enable(agency, id, true)).toEqual({ entered: 0, more: false });
  });

  test("is counted no further than ten thousand", async () => {
    const agency = await startAgency();
    await agency.query(
      "insert into contacts (agency_id, email) select $1, n || '@acme.example' from generate_series(1, 10001) n",
      [agency.agencyId],
    );
    const { count, atLeast, first } = await agency.store.read((db) =>
      countEntrants(db, define({ on: "contact-created" })),
    );
    expect([count, atLeast, first.length]).toEqual([10_000, true, 5]);
  });
});

describe("ready-made workflows", () => {
  test("are drafts that can be switched on as they are", async () => {
    const agency = await startAgency();
    for (const { key, name } of readyMades) {
      const id = await agency.store.write((db) => createReadyMade(db, key, agency.memberId));
      expect(await get(agency, id)).toMatchObject({ name, state: "draft", errors: {} });
      await enable(agency, id);
    }
    expect(await agency.query("select name from email_templates order by name")).toEqual([
      { name: "Welcome" },
      { name: "Win back" },
    ]);
  });

  test("remind after three and seven days until the contact joins, by the invite or in words of one's own", async () => {
    const agency = await startAgency();
    await agency.store.write((db) => createReadyMade(db, "welcome", agency.memberId));
    const [template] = await agency.query<{ id: string }>("select id from email_templates");
    const templateId = template?.id ?? "";
    const make = (chosen?: string) =>
      agency.store.write((db) => createReadyMade(db, "remind-until-joined", agency.memberId, { templateId: chosen }));
    const days = (amount: number): Step => ({ do: "wait", amount, unit: "days" });
    expect((await get(agency, await make())).definition).toMatchObject({
      trigger: { on: "invited" },
      endsOnJoin: true,
      steps: [days(3), { do: "invite" }, days(4), { do: "invite" }],
    });
    const send: Step = { do: "send-template", templateId };
    expect((await get(agency, await make(templateId))).definition.steps).toEqual([days(3), send, days(4), send]);
  });
});

test("settings hold for the agency alone, are recorded when they change, and are checked", async () => {
  const agency = await startAgency();
  const change = (settings: { quietFrom: number; quietTo: number; mailsADay: number }) =>
    agency.store.write((db) => saveWorkflowSettings(db, settings, agency.memberId));
  const settings = { quietFrom: 21, quietTo: 8, mailsADay: 2 };
  expect([await change(settings), await change(settings)]).toEqual([true, false]);
  expect(await agency.store.read(getWorkflowSettings)).toEqual({ ...settings, timeZone: "UTC" });
  expect(await agency.other.read(getWorkflowSettings)).toMatchObject({ quietFrom: 0, quietTo: 0, mailsADay: 3 });
  expect(await errorsOf(change({ quietFrom: 24, quietTo: -1, mailsADay: 0.5 }))).toEqual({
    quietFrom: "Choose an hour from 0 to 23.",
    quietTo: "Choose an hour from 0 to 23.",
    mailsADay: "Use 1 to 20.",
  });
  const { rows } = await agency.store.read((db) =>
    sql`select from events where kind = 'workflow-settings.changed'`.execute(db),
  );
  expect(rows).toHaveLength(1);
});
