// A workflow's row with the version that is in use, and what the two say together; for the models of workflows alone.
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { NotFound } from "./errors.ts";
import { isId } from "./ids.ts";
import { type Definition, emptyDefinition, parseDefinition } from "./workflow-definitions.ts";

/** Never switched on; on; switched on and paused. */
export type WorkflowState = "draft" | "on" | "paused";

export type Row = {
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

export const stateOf = ({ enabled_at, paused_at }: Pick<Row, "enabled_at" | "paused_at">): WorkflowState =>
  enabled_at === null ? "draft" : paused_at === null ? "on" : "paused";

export const rows = (db: AgencyReader) =>
  db
    .selectFrom("workflows as workflow")
    .leftJoin("workflow_versions as version", (join) =>
      join.onRef("version.agency_id", "=", "workflow.agency_id").onRef("version.id", "=", "workflow.current_id"),
    )
    .select(["workflow.id", "workflow.name", "workflow.draft", "workflow.enabled_at", "workflow.paused_at"])
    .select(["workflow.current_id", "version.number", "version.definition"])
    .select(["workflow.entering_after", "workflow.entered_existing"])
    .where("workflow.removed_at", "is", null);

export const currentOf = (row: Row): Definition | undefined =>
  row.definition === null || row.definition === undefined ? undefined : parseDefinition(row.definition);

export const shownOf = (row: Row): Definition =>
  row.draft === null || row.draft === undefined ? (currentOf(row) ?? emptyDefinition) : parseDefinition(row.draft);

export const hasChanges = (row: Row) => row.current_id !== null && row.draft !== null;

/** The row of one that was not removed. Throws NotFound. */
export async function findRow(db: AgencyReader, id: string): Promise<Row> {
  const row = isId(id) ? await rows(db).where("workflow.id", "=", id).executeTakeFirst() : undefined;
  if (!row) throw new NotFound("There is no such workflow.");
  return row;
}

/** Two who change one workflow come one after the other; those who enter it wait for neither. Throws NotFound. */
export async function lockWorkflow(db: AgencyDb, id: string): Promise<Row> {
  if (isId(id)) await db.selectFrom("workflows").select("id").where("id", "=", id).forNoKeyUpdate().execute();
  return await findRow(db, id);
}
