// The runs of workflows as people see them: who is in one and where, what each step did, stopping one and running a failed one again.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader, EmailStatus, WorkflowRunState, WorkflowRunStepsTable } from "../db/schema.ts";
import { wakeJob } from "../jobs/queue.ts";
import { Invalid, NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";
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
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type RawLine = Omit<RunLine, "contact" | "next"> & {
  contactId: string;
  contactName: string;
  contactEmail: string;
  next: Step | null;
};

// An e-mail may fail when its run is further on: the step that counts is the first one that failed and was not taken since.
const failedAt = sql`(
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
  if (!uuid.test(workflowId) || (after !== undefined && !uuid.test(after))) return { runs: [], next: undefined };
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
  if (!uuid.test(runId)) throw new NotFound("There is no such run.");
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

/** Ends an open run; what its steps have done stays. False when it is over already. Throws NotFound. */
export async function stopRun(db: AgencyDb, runId: string, memberId: string): Promise<boolean> {
  const run = await lockRun(db, runId);
  if (run.state !== "running") return false;
  await endRun(db, runId, "stopped", "Stopped by a member.");
  // a job that a worker holds finds the run over
  await db.deleteFrom("jobs").where("id", "=", runId).where("lease_id", "is", null).execute();
  await recordEvent(db, { kind: "workflow-run.stopped", memberId, contactId: run.contact_id, data: { run: runId } });
  return true;
}

/**
 * Runs a failed run again, from the step that failed; what had taken effect is not done twice, and a wait after that step counts
 * anew. Throws NotFound, and Invalid at `run` when it has not failed, its workflow was removed or the contact is in it again by now.
 */
export async function retryRun(db: AgencyDb, runId: string, memberId: string): Promise<void> {
  const run = await lockRun(db, runId);
  if (run.state !== "failed") throw new Invalid({ run: "Only a run that failed can be run again." });
  if (run.removed) throw new Invalid({ run: "The workflow was removed." });
  if (run.again) throw begunAgain();
  await followEmails(db, runId);
  await reopen(db, runId);
  await wakeJob(db, runId, { kind: "run-workflow", lane: "bulk" });
  await recordEvent(db, { kind: "workflow-run.retried", memberId, contactId: run.contact_id, data: { run: runId } });
}

const UNIQUE_VIOLATION = "23505";
const begunAgain = () => new Invalid({ run: "The contact has begun this workflow again in the meantime." });

async function reopen(db: AgencyDb, runId: string): Promise<void> {
  try {
    await sql`
      update workflow_runs run
      set state = 'running', reason = null, ended_at = null, due_at = now(), position = coalesce(${failedAt}, position)
      where id = ${runId}`.execute(db);
  } catch (error) {
    // he entered between the look and now
    if (error instanceof Error && "code" in error && error.code === UNIQUE_VIOLATION) throw begunAgain();
    throw error;
  }
}

// What has become of e-mails since their run was over: more of them failed, or somebody has sent one again.
async function followEmails(db: AgencyDb, runId: string): Promise<void> {
  await sql`
    update workflow_run_steps step
    set outcome = case when step.outcome = 'done' then 'failed' else 'done' end,
        reason = case when step.outcome = 'done' then emails.reason end
    from emails
    where step.run_id = ${runId} and emails.agency_id = step.agency_id and emails.id = step.email_id
      and case step.outcome
        when 'done' then emails.status in ('failed', 'suppressed')
        when 'failed' then emails.status in ('queued', 'sending', 'delayed', 'sent') and not exists (
          select from workflow_run_steps taken
          where taken.agency_id = step.agency_id and taken.run_id = step.run_id and taken.position = step.position
            and taken.outcome <> 'failed')
      end`.execute(db);
}

// The contact first, as whoever revokes or deletes him does. Whoever lets him into the workflow anew waits for neither.
async function lockRun(db: AgencyDb, runId: string) {
  const run = uuid.test(runId)
    ? await db
        .selectFrom("contacts")
        .innerJoin("workflow_runs as run", (join) =>
          join.onRef("run.agency_id", "=", "contacts.agency_id").onRef("run.contact_id", "=", "contacts.id"),
        )
        .innerJoin("workflows", (join) =>
          join.onRef("workflows.agency_id", "=", "run.agency_id").onRef("workflows.id", "=", "run.workflow_id"),
        )
        .select(["run.contact_id", "run.state"])
        .select(sql<boolean>`workflows.removed_at is not null`.as("removed"))
        .select(
          sql<boolean>`exists (
            select from workflow_runs other
            where other.contact_id = run.contact_id and other.workflow_id = run.workflow_id and other.ended_at is null
              and other.id <> run.id)`.as("again"),
        )
        .where("run.id", "=", runId)
        .forNoKeyUpdate(["contacts", "run"])
        .executeTakeFirst()
    : undefined;
  if (!run) throw new NotFound("There is no such run.");
  return run;
}

async function endRun(db: AgencyDb, runId: string, state: "stopped" | "failed", reason: string): Promise<void> {
  await db
    .updateTable("workflow_runs")
    .set({ state, reason, ended_at: sql<Date>`now()`, due_at: null })
    .where("id", "=", runId)
    .where("ended_at", "is", null)
    .execute();
}

/** What a run says whose job was set aside. */
export const RUN_SET_ASIDE = "Taking this step failed several times on our side.";

/** Says in the runs' rows that their jobs were set aside, so that the dashboard shows it and offers to run them again. */
export async function failRunsSetAside(db: AgencyDb): Promise<void> {
  await sql`
    with gone as (delete from jobs where kind = 'run-workflow' and quarantined_at is not null returning id)
    update workflow_runs set state = 'failed', reason = ${RUN_SET_ASIDE}, ended_at = now(), due_at = null
    from gone where workflow_runs.id = gone.id and ended_at is null`.execute(db);
}
