// How many runs workflows have in each state: sums over a ledger that the database keeps (migration 0036), so that nothing counts runs.
import { sql } from "kysely";
import type { AgencyReader, WorkflowRunState } from "../db/schema.ts";

export type RunCounts = Record<WorkflowRunState, number>;

export const noRuns: RunCounts = { running: 0, done: 0, stopped: 0, failed: 0 };

const sum = (state: WorkflowRunState) => sql<number>`coalesce(sum(${sql.ref(state)}), 0)::int`.as(state);

/** How many runs each workflow has in each state, or one workflow alone; one without runs may be missing. */
export async function countRuns(db: AgencyReader, workflowId?: string): Promise<ReadonlyMap<string, RunCounts>> {
  const ledger = db
    .selectFrom("workflow_run_counts")
    .select(["workflow_id", sum("running"), sum("done"), sum("stopped"), sum("failed")])
    .groupBy("workflow_id");
  const rows = await (workflowId === undefined ? ledger : ledger.where("workflow_id", "=", workflowId)).execute();
  return new Map(rows.map(({ workflow_id, ...counts }) => [workflow_id, counts]));
}

/** How many runs of a workflow are open, and how many of them began with another version than the one given. */
export async function countOpenRuns(
  db: AgencyReader,
  workflowId: string,
  versionId: string | null,
): Promise<{ all: number; older: number }> {
  return await db
    .selectFrom("workflow_run_counts")
    .select([
      sql<number>`coalesce(sum(running), 0)::int`.as("all"),
      sql<number>`coalesce(sum(running) filter (where version_id is distinct from ${versionId}::uuid), 0)::int`.as(
        "older",
      ),
    ])
    .where("workflow_id", "=", workflowId)
    .executeTakeFirstOrThrow();
}
