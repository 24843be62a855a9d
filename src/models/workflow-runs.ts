// The runs of workflows as people see them: who is in one and where, and what each step did.
import { sql } from "kysely";
import type { AgencyReader, EmailStatus, WorkflowRunState, WorkflowRunStepsTable } from "../db/schema.ts";
import { NotFound } from "./errors.ts";
import { isId } from "./ids.ts";
import type { Definition, Step } from "./workflow-definitions.ts";

export type { WorkflowRunState } from "../db/schema.ts";

/**
 * A run in a list. `next` is the step that comes next or has failed, at `position`, undefined when none does; `dueAt` is when, for a run that waits. `reason` says
 * why it stopped, failed or waits longer than its steps say. `version` is the number of the version that it began with.
 */
export type RunLine = {
  id: string;
  workflowId: string;
  workflowName: string;
  contact: { id: string; name: string; email: string };
  state: WorkflowRunState;
  reason: string | null;
  version: number;
  position: number;
  next: Step | undefined;
  enteredAt: Date;
  dueAt: Date | null;
  endedAt: Date | null;
};

/** What one step did; `position` counts from 0 and `try` from 1. `email` is the one that it sent. */
export type RunStep = {
  position: number;
  try: number;
  at: Date;
  step: string;
  outcome: WorkflowRunStepsTable["outcome"];
  reason: string | null;
  email: { id: string; status: EmailStatus } | undefined;
};

/** A run with the workflow as it was when the run began, and what its steps did, in their order. */
export type WorkflowRun = RunLine & { definition: Definition; steps: RunStep[] };

const PAGE = 50;
const states: readonly WorkflowRunState[] = ["running", "done", "stopped", "failed"];

type RawLine = Omit<RunLine, "contact" | "next"> & {
  contactId: string;
  contactName: string;
  contactEmail: string;
  next: Step | null;
};

// An e-mail may fail when its run is further on: the step that counts is the first one that failed and was not taken since.
export const failedAt = sql`(
  select min(failed.position) from workflow_run_steps failed
  where failed.agency_id = run.agency_id and failed.run_id = run.id and failed.outcome = 'failed' and not exists (
    select from workflow_run_steps taken
    where taken.agency_id = failed.agency_id and taken.run_id = failed.run_id and taken.position = failed.position
      and taken.outcome <> 'failed'))`;
const place = sql`case when run.state = 'failed' then coalesce(${failedAt}, run.position) else run.position end`;

const columns = sql`
  run.id, run.workflow_id as "workflowId", workflows.name as "workflowName", run.contact_id as "contactId",
  contacts.name as "contactName", contacts.email as "contactEmail", run.state, run.reason, version.number as version, ${place} as position,
  case when run.state in ('running', 'failed') then version.definition #> array['steps', (${place})::text] end as next,
  run.entered_at as "enteredAt", run.due_at as "dueAt", run.ended_at as "endedAt"`;
const joined = sql`
  join workflows on workflows.agency_id = run.agency_id and workflows.id = run.workflow_id
  join workflow_versions version on version.agency_id = run.agency_id and version.id = run.version_id
  join contacts on contacts.agency_id = run.agency_id and contacts.id = run.contact_id`;

const lineOf = ({ contactId, contactName, contactEmail, next, ...line }: RawLine): RunLine => ({
  ...line,
  contact: { id: contactId, name: contactName, email: contactEmail },
  next: next ?? undefined,
});

/**
 * A page of 50 runs of a workflow, the newest first, of one state or of all. `after` is the page's `next` before, undefined on the
 * last page.
 */
export async function listRuns(
  db: AgencyReader,
  workflowId: string,
  { state, after }: { state?: WorkflowRunState | undefined; after?: string | undefined } = {},
): Promise<{ runs: RunLine[]; next: string | undefined }> {
  if (!isId(workflowId) || (after !== undefined && !isId(after))) return { runs: [], next: undefined };
  // from each state's part of the index the newest, so that a page costs the same of a hundred runs and of a hundred thousand
  const { rows } = await sql<RawLine>`
    select ${columns}
    from unnest(${state ? [state] : [...states]}::text[]) as wanted (state)
      cross join lateral (
        select * from workflow_runs
        where workflow_id = ${workflowId} and state = wanted.state and id < ${after ?? "ffffffff-ffff-ffff-ffff-ffffffffffff"}
        order by id desc limit ${PAGE + 1}
      ) run ${joined}
    order by run.id desc limit ${PAGE + 1}`.execute(db);
  const runs = rows.slice(0, PAGE).map(lineOf);
  return { runs, next: rows.length > PAGE ? runs.at(-1)?.id : undefined };
}

/** The newest runs of one contact, at most 50. */
export async function listContactRuns(db: AgencyReader, contactId: string): Promise<RunLine[]> {
  const { rows } = await sql<RawLine>`
    select ${columns} from workflow_runs run ${joined}
    where run.contact_id = ${contactId} order by run.id desc limit ${PAGE}`.execute(db);
  return rows.map(lineOf);
}

/** One run. Throws NotFound. */
export async function getRun(db: AgencyReader, runId: string): Promise<WorkflowRun> {
  if (!isId(runId)) throw new NotFound("There is no such run.");
  const { rows } = await sql<RawLine & { definition: Definition }>`
    select ${columns}, version.definition from workflow_runs run ${joined} where run.id = ${runId}`.execute(db);
  const [row] = rows;
  if (!row) throw new NotFound("There is no such run.");
  const { definition, ...line } = row;
  return { ...lineOf(line), definition, steps: await listSteps(db, runId) };
}

async function listSteps(db: AgencyReader, runId: string): Promise<RunStep[]> {
  const rows = await db
    .selectFrom("workflow_run_steps as taken")
    .leftJoin("emails", (join) =>
      join.onRef("emails.agency_id", "=", "taken.agency_id").onRef("emails.id", "=", "taken.email_id"),
    )
    .select(["taken.position", "taken.try", "taken.at", "taken.step", "taken.outcome", "taken.reason"])
    .select(["emails.id as emailId", "emails.status"])
    .where("taken.run_id", "=", runId)
    .orderBy("taken.position")
    .orderBy("taken.try")
    .execute();
  return rows.map(({ emailId, status, ...step }) => ({
    ...step,
    email: emailId && status ? { id: emailId, status } : undefined,
  }));
}
