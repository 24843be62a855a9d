// Workflows of an agency: the list, one of them whole, making, renaming and removing one.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader, WorkflowRunState } from "../db/schema.ts";
import { Invalid } from "./errors.ts";
import { recordEvent } from "./events.ts";
import {
  checkDefinition,
  type Definition,
  emptyDefinition,
  parseDefinition,
  type Trigger,
} from "./workflow-definitions.ts";
import {
  currentOf,
  findRow,
  hasChanges,
  lockWorkflow,
  rows,
  shownOf,
  stateOf,
  type WorkflowState,
} from "./workflow-rows.ts";
import { countOpenRuns, countRuns, noRuns } from "./workflow-run-counts.ts";
import { findKnown } from "./workflow-templates.ts";

export type { WorkflowState } from "./workflow-rows.ts";

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
    select drop_run_jobs(current_agency(), array(
      select id from workflow_runs where workflow_id = ${id}::uuid and state = 'stopped' and ended_at = now()) || ${id}::uuid)`.execute(
    db,
  );
  await recordEvent(db, { kind: "workflow.removed", memberId, data: { workflow: id, name } });
  return Number(stopped.numUpdatedRows);
}
