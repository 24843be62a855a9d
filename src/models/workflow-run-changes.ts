// Stopping a run, running a failed one again, and failing those whose job was set aside.
import { sql } from "kysely";
import type { AgencyDb } from "../db/schema.ts";
import { wakeJob } from "../jobs/queue.ts";
import { Invalid, NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";
import { isId } from "./ids.ts";
import { failedAt } from "./workflow-runs.ts";

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
  const run = isId(runId)
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
