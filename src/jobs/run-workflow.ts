// Moves runs of workflows: the run that a job stands for, and with it those of its agency that are ready too, in one transaction.
import { sql } from "kysely";
import type { ClaimedJob } from "../db/directory-jobs.ts";
import type { AgencyDb } from "../db/schema.ts";
import { type Moved, moveRuns } from "../models/workflow-moves.ts";
import type { HandlerDeps } from "./handlers.ts";
import { holdLeases, LeaseLost } from "./queue.ts";
import { createTogether } from "./together.ts";
import type { Handler } from "./worker.ts";

// What comes along shares the statements and the commit. More of them only make the locks last.
const ALONG = 200;
// How far to look for them: the agency's other jobs that are older go first.
const LOOK = 600;
const BUSY_SECONDS = 1;

/**
 * The handler of `run-workflow`; a run has the id of its job. Jobs that come along are never leased: their rows are locked until the
 * transaction ends, and a worker that dies leaves them as they were. A job that had trouble before goes alone.
 */
export function createRunWorkflow({ agencies }: Pick<HandlerDeps, "agencies">): Handler {
  const tried = new WeakSet<ClaimedJob>();
  const move = createTogether<ClaimedJob, boolean>(async (db, jobs) => {
    const trouble = jobs.some((job) => tried.has(job) || job.attempts > 0 || job.crashes > 0);
    for (const job of jobs) tried.add(job);
    return await moveJobs(db, jobs, trouble ? 0 : ALONG);
  });
  return async (job) => {
    if (!(await move(agencies.open(job.agencyId), job))) throw new LeaseLost();
    return "settled";
  };
}

// The jobs come first: without them nothing counts.
async function moveJobs(db: AgencyDb, jobs: readonly ClaimedJob[], along: number): Promise<boolean[]> {
  const held = await holdLeases(db, jobs);
  const taken = along > 0 ? await takeReadyJobs(db, along) : [];
  const moved = await moveRuns(db, [...held, ...taken]);
  // what came along and is busy stays as it was
  for (const id of taken) if ("busy" in (moved.get(id) ?? {})) moved.delete(id);
  await settleJobs(db, [...moved]);
  return jobs.map(({ jobId }) => held.has(jobId));
}

async function takeReadyJobs(db: AgencyDb, most: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select jobs.id
    from (
      select ctid as place, kind from jobs
      where lane = 'bulk' and lease_id is null and quarantined_at is null and run_at <= now()
      order by run_at, id limit ${sql.lit(LOOK)}
    ) as front join jobs on jobs.ctid = front.place
    where front.kind = 'run-workflow' and jobs.kind = 'run-workflow' and jobs.attempts = 0 and jobs.crashes = 0
      and num_nulls(jobs.lease_id, jobs.quarantined_at) = 2 and jobs.run_at <= now()
    limit ${sql.lit(most)}
    for update of jobs skip locked`.execute(db);
  return rows.map(({ id }) => id);
}

async function settleJobs(db: AgencyDb, moved: readonly (readonly [string, Moved])[]): Promise<void> {
  const over = moved.filter(([, where]) => "over" in where).map(([id]) => id);
  if (over.length > 0) await sql`delete from jobs where id = any(${over}::uuid[])`.execute(db);
  const waiting = moved.flatMap(([id, where]) => ("over" in where ? [] : [{ id, ...again(where) }]));
  if (waiting.length === 0) return;
  await sql`
    update jobs
    set lease_id = null, leased_until = null, leased_by = null, crashes = 0, attempts = 0, last_error = waiting.why,
        run_at = coalesce(waiting.run_at, now() + make_interval(secs => ${BUSY_SECONDS}))
    from unnest(
      ${waiting.map(({ id }) => id)}::uuid[], ${waiting.map(({ at }) => at)}::timestamptz[], ${waiting.map(({ why }) => why)}::text[]
    ) as waiting (id, run_at, why)
    where jobs.id = waiting.id`.execute(db);
}

function again(where: Exclude<Moved, { over: true }>): { at: string | null; why: string } {
  if ("until" in where) return { at: where.until.toISOString(), why: where.why };
  if ("paused" in where) return { at: "infinity", why: "The workflow is paused." };
  return { at: null, why: "Somebody else had the run." };
}
