// Workflows in the dashboard: who may change them, what is refused and where, what open runs hear of a change, and what a run shows.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { app } from "../../../src/paths.ts";
import type { Visitor } from "../../support/visitor.ts";
import { createWorld, type World } from "../../support/world.ts";

let world: World;
let owner: Visitor;
beforeAll(async () => {
  world = await createWorld();
  owner = await world.member(world.northwind.members.owner);
});
beforeEach(async () => {
  await world.database.owner.query("delete from workflow_runs");
  await world.database.owner.query("delete from workflows");
  await world.database.owner.query("update contacts set invited_at = null where id = $1", [
    world.northwind.contacts["not-invited"].id,
  ]);
  await owner.page(app.workflows("northwind"));
});
afterAll(() => world.close());

const rows = async (text: string, values: unknown[] = []) => (await world.database.owner.query(text, values)).rows;

/** The fields of the editor for a workflow that adds a tag to whoever is invited. */
const tagging = (changed: Record<string, string> = {}) => ({
  trigger: "invited",
  steps: "2",
  s0_do: "wait",
  s0_amount: "2",
  s0_unit: "days",
  s1_do: "add-tag",
  s1_tag: "waited",
  ...changed,
});

async function create(name = "Tag the patient"): Promise<string> {
  const made = await owner.post(app.workflows("northwind"), { name });
  expect(made.status).toBe(303);
  return (made.headers.get("location") ?? "").split("/").at(-1) ?? "";
}

async function createOn(fields = tagging()): Promise<string> {
  const id = await create();
  expect((await owner.post(app.workflow("northwind", id), fields)).status).toBe(303);
  expect((await owner.post(app.workflowEnabling("northwind", id), {})).status).toBe(303);
  return id;
}

const inviteSomebody = () =>
  rows("update contacts set invited_at = now() where id = $1", [world.northwind.contacts["not-invited"].id]);

describe("the list", () => {
  it("offers the ready-made ones, and shows what each workflow does and how its runs stand", async () => {
    const empty = await owner.page(app.workflows("northwind"));
    expect(empty).toContain("No workflows yet");
    for (const name of ["Remind after 3 and 7 days until joined", "Welcome after joining", "Win back after 60 days"])
      expect(empty).toContain(name);
    await owner.post(app.workflows("northwind"), { ready_made: "win-back" });
    expect(await owner.page(app.workflows("northwind"))).toContain("A contact has not signed in for 60 days");
  });

  it("is a viewer's to see and not to change, and shows Rivermark nothing", async () => {
    const id = await createOn();
    const viewer = await world.member(world.northwind.members.viewer);
    expect(await viewer.page(app.workflow("northwind", id))).not.toContain("Save");
    for (const path of [app.workflow("northwind", id), app.workflowPause("northwind", id), app.workflows("northwind")])
      expect((await viewer.post(path, tagging())).status).toBe(403);
    const rival = await world.member(world.rivermark.members.owner);
    await rival.page(app.workflows("rivermark"));
    expect((await rival.get(app.workflow("rivermark", id))).status).toBe(404);
    expect((await rival.post(app.workflow("rivermark", id), tagging())).status).toBe(404);
    expect((await rival.get(app.workflowRuns("rivermark", id))).status).toBe(404);
    expect(await rival.page(app.workflows("rivermark"))).toContain("No workflows yet");
  });

  it("says at the name what is wrong with it", async () => {
    const refused = await owner.post(app.workflows("northwind"), { name: " " });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("Write a name.");
  });
});

describe("the editor", () => {
  it.each([
    [{ s0_amount: "0" }, "Use 1 to 366 days."],
    [{ s1_tag: "" }, "Write a tag."],
    [{ s1_do: "send-template", s1_template: "" }, "Choose a template."],
    [{ trigger: "tag-added", trigger_tag: "waited" }, "would start the workflow again"],
    [{ trigger: "not-joined", trigger_days: "many" }, "Use 1 to 366 days."],
    [{ email_domains: "not a domain" }, "is not a domain."],
    [{ steps: "0" }, "Add a step."],
  ] as [Record<string, string>, string][])(
    "refuses %j at its place, and keeps what was typed",
    async (changed, words) => {
      const id = await create();
      const refused = await owner.post(app.workflow("northwind", id), tagging(changed));
      expect(refused.status).toBe(422);
      const html = await refused.text();
      expect(html).toContain(words);
      for (const typed of Object.values(changed).filter((text) => text.length > 2)) expect(html).toContain(typed);
      expect(await rows("select 1 from workflow_versions")).toEqual([]);
    },
  );

  it("keeps each change as a draft that is not in use before it is saved", async () => {
    const id = await createOn();
    const changed = await owner.post(app.workflowDraft("northwind", id), tagging({ s1_tag: "very patient" }), {
      htmx: "workflow-form",
    });
    expect(await changed.text()).toContain("Changes not in use");
    expect(await owner.page(app.workflow("northwind", id))).toContain("very patient");
    await inviteSomebody();
    const [run] = await rows(
      "select v.definition->'steps'->1->>'tag' as tag from workflow_runs r join workflow_versions v on v.id = r.version_id",
    );
    expect(run).toEqual({ tag: "waited" });
    await owner.post(app.workflowDraftRemoval("northwind", id));
    expect(await owner.page(app.workflow("northwind", id))).not.toContain("very patient");
  });

  it("adds, moves and removes steps by buttons of one form", async () => {
    const id = await create();
    const press = async (action: string, fields = tagging()) =>
      (await owner.post(app.workflowDraft("northwind", id), { ...fields, action, add_do: "stop" })).text();
    const kinds = (html: string) =>
      [...html.matchAll(/name="s\d_do"[\s\S]*?<option value="([\w-]+)" selected/g)].map(([, kind]) => kind);
    expect(kinds(await press("add"))).toEqual(["wait", "add-tag", "stop"]);
    expect(kinds(await press("down:0"))).toEqual(["add-tag", "wait"]);
    expect(kinds(await press("up:1"))).toEqual(["add-tag", "wait"]);
    expect(kinds(await press("remove:0"))).toEqual(["add-tag"]);
    expect(kinds(await press("up:0"))).toEqual(["wait", "add-tag"]);
    expect(kinds(await press("remove:9"))).toEqual(["wait", "add-tag"]);
  });

  it("says that open runs finish on the version that they started with", async () => {
    const id = await createOn();
    await inviteSomebody();
    await owner.post(app.workflow("northwind", id), tagging({ s1_tag: "other" }));
    expect(await owner.page(app.workflow("northwind", id))).toContain(
      "1 open run finishes on the version that it started with.",
    );
  });
});

describe("switching on", () => {
  it("says who would enter now, and lets them in only when it is asked to", async () => {
    const id = await create();
    await owner.post(app.workflow("northwind", id), tagging());
    const question = await owner.page(app.workflowEnabling("northwind", id));
    expect(question).toContain("1 contact would enter now");
    expect(question).toContain(world.northwind.contacts.invited.name);
    await owner.post(app.workflowEnabling("northwind", id), { existing: "1" });
    expect(await rows("select contact_id from workflow_runs")).toEqual([
      { contact_id: world.northwind.contacts.invited.id },
    ]);
  });

  it("says how many of those who match already have entered while there are more, and no longer than that", async () => {
    const id = await createOn();
    const page = app.workflow("northwind", id);
    await rows("update workflows set entering_after = id, entered_existing = 5000 where id = $1", [id]);
    expect(await owner.page(page)).toContain("Those who match already are entering: 5,000 contacts so far.");
    const part = await owner.get(page, { htmx: "workflow-entering" });
    expect(await part.text()).toMatch(/^<div id="workflow-entering" hx-get=/);
    await owner.post(app.workflowPause("northwind", id));
    expect(await owner.page(page)).toContain("The others enter when the workflow is resumed.");
    await rows("update workflows set entering_after = null where id = $1", [id]);
    expect(await owner.page(page)).not.toContain("5,000");
  });

  it("is refused while something is missing", async () => {
    const id = await create();
    expect(await owner.page(app.workflowEnabling("northwind", id))).toContain("missing or wrong");
    expect((await owner.post(app.workflowEnabling("northwind", id), {})).status).toBe(422);
    expect(await rows("select enabled_at from workflows")).toEqual([{ enabled_at: null }]);
  });

  it("can be paused, resumed and removed, and says what becomes of runs", async () => {
    const id = await createOn();
    await owner.post(app.workflowPause("northwind", id));
    expect(await owner.page(app.workflow("northwind", id))).toContain("Paused");
    await inviteSomebody();
    expect(await rows("select 1 from workflow_runs")).toEqual([]);
    await owner.post(app.workflowResumption("northwind", id));
    await owner.post(app.workflowRemoval("northwind", id));
    expect((await owner.get(app.workflow("northwind", id))).status).toBe(404);
  });
});

describe("runs", () => {
  it("shows each contact's run with what comes next, stops it, and runs a failed one again from its step", async () => {
    const id = await createOn();
    await inviteSomebody();
    const [{ id: run }] = (await rows("select id from workflow_runs")) as [{ id: string }];
    const { name } = world.northwind.contacts["not-invited"];
    expect(await owner.page(app.workflowRuns("northwind", id))).toContain(name);
    expect(await owner.page(app.workflowRun("northwind", id, run))).toContain("Wait 2 days");
    expect(await owner.page(app.contact("northwind", world.northwind.contacts["not-invited"].id))).toContain(
      app.workflowRun("northwind", id, run),
    );
    await owner.post(app.workflowRunStop("northwind", id, run));
    expect(await owner.page(app.workflowRun("northwind", id, run))).toContain("Stopped by a member.");
    expect(await owner.page(app.workflowRuns("northwind", id, { state: "running" }))).toContain("No such runs");

    await rows("update workflow_runs set state = 'failed', reason = 'The template was removed.' where id = $1", [run]);
    expect(await owner.page(app.workflowRun("northwind", id, run))).toContain("Run again from this step");
    await owner.post(app.workflowRunRetry("northwind", id, run));
    expect(await rows("select state from workflow_runs where id = $1", [run])).toEqual([{ state: "running" }]);
    const refused = await owner.post(app.workflowRunRetry("northwind", id, run));
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("Only a run that failed can be run again.");
  });

  it("is found under its own workflow alone", async () => {
    const [one, other] = [await createOn(), await create("Another")];
    await inviteSomebody();
    const [{ id: run }] = (await rows("select id from workflow_runs where workflow_id = $1", [one])) as [
      { id: string },
    ];
    expect((await owner.get(app.workflowRun("northwind", other, run))).status).toBe(404);
    expect((await owner.post(app.workflowRunStop("northwind", other, run))).status).toBe(404);
  });
});

describe("quiet hours and the limit", () => {
  it("are saved, and refused at their field with what was typed", async () => {
    const path = app.workflowSettings("northwind");
    await owner.post(path, { quiet_from: "21", quiet_to: "8", mails_a_day: "2" });
    expect(
      await rows("select quiet_from, quiet_to, workflow_mails_a_day as n from agencies where slug = 'northwind'"),
    ).toEqual([{ quiet_from: 21, quiet_to: 8, n: 2 }]);
    const refused = await owner.post(path, { quiet_from: "21", quiet_to: "8", mails_a_day: "99" });
    expect(refused.status).toBe(422);
    const html = await refused.text();
    expect(html).toContain("Use 1 to 20.");
    expect(html).toContain('value="99"');
  });

  it("go by the time zone that the agency chooses, which the pages then show", async () => {
    const path = app.workflowSettings("northwind");
    const form = { quiet_from: "21", quiet_to: "8", mails_a_day: "3" };
    expect((await owner.post(path, { ...form, time_zone: "Pacific/Auckland" })).status).toBe(303);
    expect(await rows("select time_zone from agencies order by slug")).toEqual([
      { time_zone: "Pacific/Auckland" },
      { time_zone: "UTC" },
    ]);
    expect(await owner.page(app.workflows("northwind"))).toMatch(
      /<option value="Pacific\/Auckland" selected[^>]*>Pacific\/Auckland</,
    );
    const refused = await owner.post(path, { ...form, time_zone: "Mars/Olympus_Mons" });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("Choose a time zone of the list.");
    // a form from before the field keeps what is there
    expect((await owner.post(path, form)).status).toBe(303);
    expect(await rows("select time_zone from agencies where slug = 'northwind'")).toEqual([
      { time_zone: "Pacific/Auckland" },
    ]);
  });
});
