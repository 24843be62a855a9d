// Switching workflows on, pausing them and letting them go on.
import { sql } from "kysely";
import type { AgencyDb } from "../db/schema.ts";
import { recordEvent } from "./events.ts";
import { publishWorkflow } from "./workflow-drafts.ts";
import { beginEntering } from "./workflow-entrants.ts";
import { lockWorkflow } from "./workflow-rows.ts";
import { followSchedule } from "./workflow-schedule.ts";

/**
 * Switches a workflow on, with its draft put to use first where there is one. With `existing` those who match now enter now, the first
 * thousands at once and the others by the workflow's job, piece by piece; without, only what happens from now on counts. Returns how many
 * entered, and whether there are more to look through; one that is on already stays as it is. Throws NotFound, and Invalid with the paths of
 * checkDefinition.
 */
export async function enableWorkflow(
  db: AgencyDb,
  id: string,
  { existing }: { existing: boolean },
  memberId: string,
): Promise<{ entered: number; more: boolean }> {
  const { name, enabled_at } = await lockWorkflow(db, id);
  if (enabled_at !== null) return { entered: 0, more: false };
  await publishWorkflow(db, id, memberId);
  await db.updateTable("workflows").set({ enabled_at: sql<Date>`now()` }).where("id", "=", id).execute();
  const begun = existing ? await beginEntering(db, id) : { entered: 0, more: false };
  await followSchedule(db, id);
  await recordEvent(db, { kind: "workflow.enabled", memberId, data: { workflow: id, name, existing } });
  return begun;
}

/** Nobody enters it any more and no run goes on, until it is resumed. Returns false when it is not on. Throws NotFound. */
export async function pauseWorkflow(db: AgencyDb, id: string, memberId: string): Promise<boolean> {
  const { name, enabled_at, paused_at } = await lockWorkflow(db, id);
  if (enabled_at === null || paused_at !== null) return false;
  await db.updateTable("workflows").set({ paused_at: sql<Date>`now()` }).where("id", "=", id).execute();
  await recordEvent(db, { kind: "workflow.paused", memberId, data: { workflow: id, name } });
  return true;
}

/** Its runs go on, those whose moment passed meanwhile at once; what happened meanwhile starts none. Returns false when it is not paused. Throws NotFound. */
export async function resumeWorkflow(db: AgencyDb, id: string, memberId: string): Promise<boolean> {
  const { name, paused_at } = await lockWorkflow(db, id);
  if (paused_at === null) return false;
  await db.updateTable("workflows").set({ paused_at: null }).where("id", "=", id).execute();
  await followSchedule(db, id);
  // Jobs that nobody has run since stand at their own time still.
  await sql`
    with released as (
      update jobs set run_at = greatest(coalesce(run.due_at, now()), now()), last_error = null
      from workflow_runs run
      where run.agency_id = jobs.agency_id and run.id = jobs.id and run.workflow_id = ${id}::uuid and run.state = 'running'
        and jobs.lease_id is null and jobs.run_at = 'infinity'
      returning 1
    )
    select pg_notify('jobs_ready', '') where exists (select from released)`.execute(db);
  await recordEvent(db, { kind: "workflow.resumed", memberId, data: { workflow: id, name } });
  return true;
}
