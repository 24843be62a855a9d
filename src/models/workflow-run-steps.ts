// Writes down how far runs of workflows have come: a line for each step that was taken, and where each run stands.
import { sql } from "kysely";
import type { AgencyDb, WorkflowRunState, WorkflowRunStepsTable } from "../db/schema.ts";

/** A step as it is written down; `again` says that it is a wait which had been passed before its run was run again. */
export type LoggedStep = {
  position: number;
  try: number;
  step: string;
  outcome: WorkflowRunStepsTable["outcome"];
  reason: string | null;
  emailId: string | null;
  again: boolean;
};

/** A run as it stands after it was moved. */
export type MovedRun = {
  id: string;
  position: number;
  state: WorkflowRunState;
  reason: string | null;
  dueAt: Date | null;
  log: readonly LoggedStep[];
};

/** Writes the runs' new places and what they did on the way, in two statements for any number. */
export async function writeMoves(db: AgencyDb, runs: readonly MovedRun[]): Promise<void> {
  if (runs.length === 0) return;
  const lines = runs.flatMap(({ id, log }) => log.map((step) => ({ id, ...step })));
  await addLines(
    db,
    lines.filter(({ again }) => !again),
  );
  await renewLines(
    db,
    lines.filter(({ again }) => again),
  );
  await sql`
    update workflow_runs
    set position = moved.position, state = moved.state, reason = moved.reason, due_at = moved.due_at,
        ended_at = case when moved.state <> 'running' then now() end
    from unnest(
      ${runs.map(({ id }) => id)}::uuid[], ${runs.map(({ position }) => position)}::int[], ${runs.map(({ state }) => state)}::text[],
      ${runs.map(({ reason }) => reason)}::text[], ${runs.map(({ dueAt }) => dueAt?.toISOString() ?? null)}::timestamptz[]
    ) as moved (id, position, state, reason, due_at)
    where workflow_runs.id = moved.id`.execute(db);
}

type Line = LoggedStep & { id: string };

async function addLines(db: AgencyDb, lines: readonly Line[]): Promise<void> {
  if (lines.length === 0) return;
  await sql`
    insert into workflow_run_steps (run_id, position, try, step, outcome, reason, email_id)
    select * from unnest(
      ${lines.map(({ id }) => id)}::uuid[], ${lines.map(({ position }) => position)}::int[], ${lines.map((line) => line.try)}::int[],
      ${lines.map(({ step }) => step)}::text[], ${lines.map(({ outcome }) => outcome)}::text[],
      ${lines.map(({ reason }) => reason)}::text[], ${lines.map(({ emailId }) => emailId)}::uuid[])`.execute(db);
}

async function renewLines(db: AgencyDb, lines: readonly Line[]): Promise<void> {
  if (lines.length === 0) return;
  await sql`
    update workflow_run_steps taken
    set at = now(), try = line.try
    from unnest(
      ${lines.map(({ id }) => id)}::uuid[], ${lines.map(({ position }) => position)}::int[], ${lines.map((line) => line.try)}::int[]
    ) as line (run_id, position, try)
    where taken.run_id = line.run_id and taken.position = line.position and taken.outcome <> 'failed'`.execute(db);
}
