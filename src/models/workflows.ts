// Workflows of an agency: the draft that is edited, the versions that were put to use, and what is written down of both.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader, WorkflowRunState } from "../db/schema.ts";
import { Invalid, NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";
import {
  checkDefinition,
  type Definition,
  emptyDefinition,
  type Known,
  parseDefinition,
  type Trigger,
} from "./workflow-definitions.ts";
import { findLoop } from "./workflow-loops.ts";
import { countOpenRuns, countRuns, noRuns } from "./workflow-run-counts.ts";
import { followSchedule } from "./workflow-schedule.ts";

/** Never switched on; on; switched on and paused. */
export type WorkflowState = "draft" | "on" | "paused";

/** A workflow in the list; `hasChanges` says that its draft differs from what is in use. */
export type WorkflowLine = {
  id: string;
  name: string;
  state: WorkflowState;
  trigger: Trigger;
  hasChanges: boolean;
  counts: Record<WorkflowRunState, number>;
};

/** A workflow whole. `definition` is the draft where there is one, `current` what is in use; `version` counts from 1. */
export type Workflow = {
  id: string;
  name: string;
  state: WorkflowState;
  definition: Definition;
  current: Definition | undefined;
  version: number | undefined;
  hasChanges: boolean;
  /** How many of those who matched when it was switched on have entered so far; undefined when there are no more to look through. */
  entering: number | undefined;
  openRuns: number;
  /** Open runs that will finish on a version from before the current one. */
  openRunsOnOlder: number;
  /** What is wrong with `definition`, by path; see checkDefinition. */
  errors: Record<string, string>;
};

const MOST = 100;
export const WORKFLOW_NAME_LENGTH = 60;
const REMOVED = "The workflow was removed.";
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Row = {
  id: string;
  name: string;
  draft: unknown;
  enabled_at: Date | null;
  paused_at: Date | null;
  current_id: string | null;
  number: number | null;
  definition: unknown;
  entering_after: string | null;
  entered_existing: number;
};

const stateOf = ({ enabled_at, paused_at }: Pick<Row, "enabled_at" | "paused_at">): WorkflowState =>
  enabled_at === null ? "draft" : paused_at === null ? "on" : "paused";

const rows = (db: AgencyReader) =>
  db
    .selectFrom("workflows as workflow")
    .leftJoin("workflow_versions as version", (join) =>
      join.onRef("version.agency_id", "=", "workflow.agency_id").onRef("version.id", "=", "workflow.current_id"),
    )
    .select(["workflow.id", "workflow.name", "workflow.draft", "workflow.enabled_at", "workflow.paused_at"])
    .select(["workflow.current_id", "version.number", "version.definition"])
    .select(["workflow.entering_after", "workflow.entered_existing"])
    .where("workflow.removed_at", "is", null);

const currentOf = (row: Row): Definition | undefined =>
  row.definition === null || row.definition === undefined ? undefined : parseDefinition(row.definition);

const shownOf = (row: Row): Definition =>
  row.draft === null || row.draft === undefined ? (currentOf(row) ?? emptyDefinition) : parseDefinition(row.draft);

const hasChanges = (row: Row) => row.current_id !== null && row.draft !== null;

/** The agency's workflows by name, each with how many runs it has in which state. */
export async function listWorkflows(db: AgencyReader): Promise<WorkflowLine[]> {
  const found = await rows(db).orderBy("workflow.name").orderBy("workflow.id").execute();
  const counted = await countRuns(db);
  return found.map((row) => {
    const { id, name } = row;
    const counts = counted.get(id) ?? noRuns;
    return { id, name, state: stateOf(row), trigger: shownOf(row).trigger, hasChanges: hasChanges(row), counts };
  });
}

/** One workflow. Throws NotFound, also for one that was removed. */
export async function getWorkflow(db: AgencyReader, id: string): Promise<Workflow> {
  const row = await findRow(db, id);
  const definition = shownOf(row);
  const { all, older } = await countOpenRuns(db, row.id, row.current_id);
  return {
    id: row.id,
    name: row.name,
    state: stateOf(row),
    definition,
    current: currentOf(row),
    version: row.number ?? undefined,
    hasChanges: hasChanges(row),
    entering: row.entering_after === null ? undefined : row.entered_existing,
    openRuns: all,
    openRunsOnOlder: older,
    errors: checkDefinition(definition, await findKnown(db)),
  };
}

async function findRow(db: AgencyReader, id: string): Promise<Row> {
  const row = uuid.test(id) ? await rows(db).where("workflow.id", "=", id).executeTakeFirst() : undefined;
  if (!row) throw new NotFound("There is no such workflow.");
  return row;
}

/** What a definition of this agency may name. */
export async function findKnown(db: AgencyReader): Promise<Known> {
  const templates = await db
    .selectFrom("email_templates")
    .select(["id", "name"])
    .where("kind", "is", null)
    .where("archived_at", "is", null)
    .orderBy("name")
    .orderBy("id")
    .execute();
  return { templates: new Map(templates.map(({ id, name }) => [id, name])) };
}

/** The names of all templates of the agency's own that there ever were, by id: what a run has sent may be gone by now. */
export async function findTemplateNames(db: AgencyReader): Promise<ReadonlyMap<string, string>> {
  const templates = await db.selectFrom("email_templates").select(["id", "name"]).where("kind", "is", null).execute();
  return new Map(templates.map(({ id, name }) => [id, name]));
}

/** Makes a workflow with an empty draft, or with `definition`, and returns its id. Throws Invalid at `name`. */
export async function createWorkflow(
  db: AgencyDb,
  name: string,
  memberId: string,
  definition: Definition = emptyDefinition,
): Promise<string> {
  const kept = parseName(name);
  const { count } = await db
    .selectFrom("workflows")
    .select(sql<number>`count(*)::int`.as("count"))
    .where("removed_at", "is", null)
    .executeTakeFirstOrThrow();
  if (count >= MOST) throw new Invalid({ name: `An agency has at most ${MOST} workflows.` });
  const { id } = await db
    .insertInto("workflows")
    .values({ name: kept, draft: JSON.stringify(parseDefinition(definition)) })
    .returning("id")
    .executeTakeFirstOrThrow();
  await recordEvent(db, { kind: "workflow.created", memberId, data: { workflow: id, name: kept } });
  return id;
}

/** Gives it another name. Throws Invalid at `name`, and NotFound. */
export async function renameWorkflow(db: AgencyDb, id: string, name: string, memberId: string): Promise<void> {
  const kept = parseName(name);
  const row = await lockWorkflow(db, id);
  if (row.name === kept) return;
  await db.updateTable("workflows").set({ name: kept }).where("id", "=", id).execute();
  await recordEvent(db, {
    kind: "workflow.changed",
    memberId,
    data: { workflow: id, name: kept, before: row.name },
  });
}

function parseName(text: string): string {
  const name = text
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ")
    .replace(/\s+/gu, " ")
    .trim();
  if (!name) throw new Invalid({ name: "Write a name." });
  if (Array.from(name).length > WORKFLOW_NAME_LENGTH)
    throw new Invalid({ name: `Use ${WORKFLOW_NAME_LENGTH} characters or fewer.` });
  return name;
}

/** Keeps what the editor holds; it may be wrong still. What is in use already leaves no draft. Throws NotFound, and Invalid at `definition`. */
export async function saveDraft(db: AgencyDb, id: string, definition: Definition): Promise<void> {
  const draft = JSON.stringify(parseDefinition(definition));
  const current = currentOf(await lockWorkflow(db, id));
  await db
    .updateTable("workflows")
    .set({ draft: current && JSON.stringify(current) === draft ? null : draft })
    .where("id", "=", id)
    .execute();
}

/** Drops the draft, so that what is in use stands in the editor again; a workflow that never was in use keeps its draft. Throws NotFound. */
export async function discardDraft(db: AgencyDb, id: string): Promise<void> {
  const row = await lockWorkflow(db, id);
  if (row.current_id !== null) await db.updateTable("workflows").set({ draft: null }).where("id", "=", id).execute();
}

/** Two who change one workflow come one after the other; those who enter it wait for neither. Throws NotFound. */
export async function lockWorkflow(db: AgencyDb, id: string): Promise<Row> {
  if (uuid.test(id)) await db.selectFrom("workflows").select("id").where("id", "=", id).forNoKeyUpdate().execute();
  return await findRow(db, id);
}

/**
 * Puts the draft to use as the next version; open runs finish on the one that they began with. Without a draft nothing changes.
 * Returns how many open runs are on older versions. Throws NotFound, and Invalid with the paths of checkDefinition.
 */
export async function publishWorkflow(db: AgencyDb, id: string, memberId: string): Promise<number> {
  // Two that would start each other must not be published at once.
  await db.selectFrom("workflows").select("id").orderBy("id").forNoKeyUpdate().execute();
  const row = await findRow(db, id);
  const definition = shownOf(row);
  await requireSound(db, id, definition);
  if (row.draft !== null) await addVersion(db, row, definition, memberId);
  return (await getWorkflow(db, id)).openRunsOnOlder;
}

async function requireSound(db: AgencyReader, id: string, definition: Definition): Promise<void> {
  const errors = checkDefinition(definition, await findKnown(db));
  const others = await rows(db).where("workflow.id", "<>", id).where("workflow.enabled_at", "is not", null).execute();
  const other = findLoop(
    definition,
    others.flatMap((one) => {
      const current = currentOf(one);
      return current ? [{ name: one.name, definition: current }] : [];
    }),
  );
  if (other !== undefined) errors.steps ??= `This workflow and “${other}” would start each other without end.`;
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
}

async function addVersion(db: AgencyDb, row: Row, definition: Definition, memberId: string): Promise<void> {
  const { trigger, conditions } = definition;
  const version = await db
    .insertInto("workflow_versions")
    .values({
      workflow_id: row.id,
      number: (row.number ?? 0) + 1,
      definition: JSON.stringify(definition),
      ends_on_join: definition.endsOnJoin,
      made_by: memberId,
    })
    .returning(["id", "number"])
    .executeTakeFirstOrThrow();
  const some = <T>(list: readonly T[]): T[] | null => (list.length > 0 ? [...list] : null);
  await db
    .updateTable("workflows")
    .set({
      current_id: version.id,
      draft: null,
      trigger: trigger.on,
      trigger_tag: trigger.tag ?? null,
      trigger_days: trigger.days ?? null,
      if_statuses: some(conditions.statuses),
      if_tags: some(conditions.tags),
      if_not_tags: some(conditions.notTags),
      if_company: conditions.company || null,
      if_email_domains: some(conditions.emailDomains),
    })
    .where("id", "=", row.id)
    .execute();
  const before = currentOf(row);
  if (!before || JSON.stringify(before.trigger) !== JSON.stringify(trigger)) await followSchedule(db, row.id);
  await recordEvent(db, {
    kind: "workflow.changed",
    memberId,
    data: { workflow: row.id, name: row.name, version: version.number },
  });
}

/** Takes a workflow away; its open runs stop, its history stays. Returns how many runs stopped. Throws NotFound. */
export async function removeWorkflow(db: AgencyDb, id: string, memberId: string): Promise<number> {
  const { name } = await lockWorkflow(db, id);
  await db.updateTable("workflows").set({ removed_at: sql<Date>`now()` }).where("id", "=", id).execute();
  // In the order in which triggers end runs, so that neither waits for the other in turn.
  const stopped = await db
    .with("open", (with_) =>
      with_
        .selectFrom("workflow_runs")
        .select("id")
        .where("workflow_id", "=", id)
        .where("ended_at", "is", null)
        .orderBy("contact_id")
        .forNoKeyUpdate(),
    )
    .updateTable("workflow_runs")
    .from("open")
    .whereRef("workflow_runs.id", "=", "open.id")
    .set({ state: "stopped", reason: REMOVED, ended_at: sql<Date>`now()`, due_at: null })
    .executeTakeFirst();
  await sql`
    select drop_run_jobs(current_agency(), array(select id from workflow_runs where workflow_id = ${id}::uuid and state = 'stopped') || ${id}::uuid)`.execute(
    db,
  );
  await recordEvent(db, { kind: "workflow.removed", memberId, data: { workflow: id, name } });
  return Number(stopped.numUpdatedRows);
}
