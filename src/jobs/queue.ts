// Writes jobs and settles them: what a transaction leaves behind for the worker, and what a job's own transaction says of it.
import { type QueryExecutorProvider, sql } from "kysely";
import { type AgencyDb, type GlobalDb, type Lane, PLATFORM } from "../db/schema.ts";

/** The kinds of job; each is a file of this folder. */
export type JobKind =
  | "send-email"
  | "answer-mail-request"
  | "send-member-reset"
  | "check-domain"
  | "check-sending-domain"
  | "send-test-mail"
  | "send-template-test"
  | "enter-workflow"
  | "run-workflow"
  | "sweep";

/** A job to be done: ids only, never a token or an address. `runAt` is now unless given. */
export type NewJob = {
  kind: JobKind;
  lane: Lane;
  payload?: Record<string, string>;
  emailId?: string;
  runAt?: Date;
};

/** One worker's hold on one job. Every write that follows from the job names it, so that a worker that lost it writes nothing. */
export type Lease = { agencyId: string; jobId: string; leaseId: string };

/** Somebody else holds the job now, or it is done: whoever meets this stops and writes nothing. */
export class LeaseLost extends Error {
  override name = "LeaseLost";
}

/** Writes a job of the agency, in the transaction of what it follows from. Waiting workers are woken when it commits. */
export async function enqueueJob(db: AgencyDb, job: NewJob): Promise<void> {
  await db.insertInto("jobs").values(row(job)).execute();
}

/** Writes a job of the platform itself, which belongs to no agency. */
export async function enqueuePlatformJob(db: GlobalDb, job: NewJob): Promise<void> {
  await db
    .insertInto("jobs")
    .values({ agency_id: PLATFORM, ...row(job) })
    .execute();
}

/** Writes a job of the agency under an id of its own; one that waits there is ready at once, one that runs is left alone. */
export async function wakeJob(db: AgencyDb, id: string, job: NewJob): Promise<void> {
  await db
    .insertInto("jobs")
    .values({ id, ...row(job) })
    .onConflict((conflict) =>
      conflict
        .columns(["agency_id", "id"])
        .doUpdateSet({ run_at: sql<Date>`now()`, quarantined_at: null, crashes: 0, attempts: 0 })
        .where("jobs.lease_id", "is", null),
    )
    .execute();
}

/** Writes a platform job under an id of its own unless it stands there; one that was set aside after crashes runs again. */
export async function ensurePlatformJob(db: GlobalDb, id: string, job: NewJob): Promise<void> {
  await db
    .insertInto("jobs")
    .values({ agency_id: PLATFORM, id, ...row(job) })
    .onConflict((conflict) => conflict.columns(["agency_id", "id"]).doUpdateSet({ quarantined_at: null, crashes: 0 }))
    .execute();
}

const row = (job: NewJob) => ({
  kind: job.kind,
  lane: job.lane,
  payload: JSON.stringify(job.payload ?? {}),
  email_id: job.emailId ?? null,
  ...(job.runAt ? { run_at: job.runAt } : {}),
});

/** Throws LeaseLost unless the job is still held; the row stays locked, so it cannot be lost before this transaction ends. */
export async function holdLease(db: QueryExecutorProvider, lease: Lease): Promise<void> {
  const { rows } = await sql`select 1 from jobs where ${held(lease)} for update`.execute(db);
  if (rows.length === 0) throw new LeaseLost();
}

/** The ids of those jobs that are still held; their rows stay locked, as with holdLease. */
export async function holdLeases(db: QueryExecutorProvider, leases: readonly Lease[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select jobs.id from ${listed(leases)} join jobs on ${matches} for update of jobs`.execute(db);
  return new Set(rows.map(({ id }) => id));
}

// In one order, because two transactions that lock the same jobs in different orders wait for each other.
const listed = (leases: readonly Lease[]) => {
  const sorted = leases.toSorted((a, b) => (a.jobId < b.jobId ? -1 : 1));
  const column = (name: keyof Lease) => sql`${sorted.map((lease) => lease[name])}::uuid[]`;
  return sql`unnest(${column("agencyId")}, ${column("jobId")}, ${column("leaseId")}) as lease (agency_id, job_id, lease_id)`;
};
const matches = sql`jobs.agency_id = lease.agency_id and jobs.id = lease.job_id and jobs.lease_id = lease.lease_id`;

/** Ends the job in the transaction of its result. Throws LeaseLost, and so undoes that result, when the job is not held any more. */
export async function finishJob(db: QueryExecutorProvider, lease: Lease): Promise<void> {
  const { numAffectedRows } = await sql`delete from jobs where ${held(lease)}`.execute(db);
  if (numAffectedRows !== 1n) throw new LeaseLost();
}

/**
 * Gives the job back, to run again after `seconds`. `spent` says whether this counts as an attempt, which lengthens later delays.
 * Throws LeaseLost when the job is not held any more.
 */
export async function postponeJob(
  db: QueryExecutorProvider,
  lease: Lease,
  { seconds, reason, spent }: { seconds: number; reason: string; spent: boolean },
): Promise<void> {
  const { numAffectedRows } = await sql`
    update jobs
    set lease_id = null, leased_until = null, leased_by = null, crashes = 0, last_error = ${reason},
        attempts = attempts + ${spent ? 1 : 0}, run_at = now() + make_interval(secs => ${seconds})
    where ${held(lease)}`.execute(db);
  if (numAffectedRows !== 1n) throw new LeaseLost();
}

/** Puts the job aside until somebody gives it a time again; no attempt is spent. Throws LeaseLost when the job is not held any more. */
export async function parkJob(db: QueryExecutorProvider, lease: Lease, reason: string): Promise<void> {
  const { numAffectedRows } = await sql`
    update jobs
    set lease_id = null, leased_until = null, leased_by = null, crashes = 0, last_error = ${reason}, run_at = 'infinity'
    where ${held(lease)}`.execute(db);
  if (numAffectedRows !== 1n) throw new LeaseLost();
}

const held = ({ agencyId, jobId, leaseId }: Lease) =>
  sql`agency_id = ${agencyId} and id = ${jobId} and lease_id = ${leaseId}`;
