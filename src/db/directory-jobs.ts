// The job table across agencies: what a worker claims, renews, ends and gives back, each in one statement that names the lease.
import { randomUUID } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import type { Pool } from "pg";
import { connect, kyselyOn, orUnavailable } from "./pool.ts";
import type { Lane } from "./schema.ts";
import { AHEAD, lockIsFree } from "./worker-lock.ts";

/** A job as its worker holds it. `lateBy` is how long it had been ready, in seconds; `payload` holds ids only. */
export type ClaimedJob = {
  agencyId: string;
  jobId: string;
  leaseId: string;
  kind: string;
  lane: Lane;
  payload: Record<string, string>;
  emailId: string | null;
  attempts: number;
  crashes: number;
  lateBy: number;
};

/** The part of a claim that names it in every later write. */
export type HeldJob = Pick<ClaimedJob, "agencyId" | "jobId" | "leaseId">;

/** How many jobs a worker can take: `free` in all, of which at most `bulk` from the bulk lane. It can start `start` of them at once, or all; the others it holds ahead. */
export type Room = { free: number; bulk: number; start?: number };

/** A job that came back because its worker died or its lease ran out. `quarantined`: it crashed too often and waits for somebody to look at it. */
export type ReturnedJob = {
  agencyId: string;
  jobId: string;
  kind: string;
  emailId: string | null;
  quarantined: boolean;
};

/** Jobs counted for the metrics; `oldestSeconds` is how long the oldest ready one has waited. */
export type JobCount = {
  kind: string;
  lane: Lane;
  state: "ready" | "scheduled" | "running" | "quarantined";
  count: number;
  oldestSeconds: number;
};

export type DirectoryJobs = {
  /** How long a claim or a renewal holds a job. */
  readonly leaseSeconds: number;
  /** Takes jobs that are ready: the interactive lane first, the agencies in turn, oldest first within an agency. Leases them for `leaseSeconds`. */
  claimJobs(worker: string, room: Room): Promise<ClaimedJob[]>;
  /**
   * Lengthens the leases still held, under the name that the worker has now, and returns the ids of their jobs; what is missing was
   * lost. A row that somebody is writing at this moment is not waited for: it counts as held, and the next renewal lengthens it.
   */
  renewLeases(held: readonly (HeldJob & { ahead?: boolean })[], worker: string): Promise<Set<string>>;
  /** Ends jobs whose handler wrote nothing that needed the lease; those that were lost stay as they are. */
  finishJobs(held: readonly HeldJob[]): Promise<void>;
  /** Gives a job back after an error, to run again after `seconds`, or quarantines it. False when the lease was lost. */
  retryJob(held: HeldJob, retry: { seconds: number; error: string; quarantine?: boolean }): Promise<boolean>;
  /** Gives jobs back at once and counts no attempt: the worker stops. */
  releaseJobs(held: readonly HeldJob[]): Promise<void>;
  /**
   * Frees every job whose lease ran out, and those of a worker whose lock is free and which has not renewed them for some seconds
   * either: it has died. The third crash in a row quarantines a job.
   */
  returnExpired(): Promise<ReturnedJob[]>;
  /** Lets a quarantined job run again. False when it is not there or not quarantined. */
  rerunJob(agencyId: string, jobId: string): Promise<boolean>;
  /**
   * Has PostgreSQL look again at those tables of the queue that have more than doubled since it last did, so that plans made for
   * small ones are made anew; returns their names. It would find out by itself, but a minute later.
   */
  noteGrowth(): Promise<string[]>;
  /** The jobs by kind, lane and state. */
  countJobs(): Promise<JobCount[]>;
};

/** A lease of rules.md §7. */
export const LEASE_SECONDS = 60;
const MAX_CRASHES = 3;
// A worker that lost the connection with its lock is alive and renews under another name; one that is slow has its lock. Only one
// that does neither for this long is taken for dead, twice as long as its renewals are apart and a moment more.
const QUIET_SECONDS = 5;
// A job that crashes its worker takes those beside it along; the second time they come back apart from each other.
const APART = sql`interval '20 seconds'`;
// Jobs looked at beyond those wanted, because another worker may be taking the same ones at this moment.
const SPARE_AGENCIES = 4;
const SPARE_JOBS = 16;
/** What grows with every e-mail; migration 0026 lets the directory's role analyze these. */
const GROWING = ["jobs", "emails", "email_steps", "access_links", "events"];
const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** Opens the job table over a pool that runs as `portico_directory`. */
export function openDirectoryJobs(
  pool: Pool,
  { leaseSeconds = LEASE_SECONDS, quietSeconds = QUIET_SECONDS } = {},
): DirectoryJobs {
  // Where each lane's round of the agencies goes on. Every process turns its own round, from an agency of its own.
  const turn: Record<Lane, string> = { interactive: randomUUID(), bulk: randomUUID() };
  const run = <R>(statement: RawBuilder<R>) =>
    orUnavailable(async () => {
      const client = await connect(pool);
      try {
        return await statement.execute(kyselyOn(client));
      } finally {
        client.release();
      }
    });
  const until = sql`clock_timestamp() + make_interval(secs => ${leaseSeconds})`;

  // Claims whose answer got lost: they may hold jobs that nobody here knows of, and would until their leases run out.
  const doubtful = new Set<string>();
  async function releaseDoubtful(): Promise<void> {
    if (doubtful.size === 0) return;
    const leases = [...doubtful];
    await run(sql`update jobs set ${freed} where lease_id is not null and lease_id = any (${leases}::uuid[])`);
    for (const lease of leases) doubtful.delete(lease);
  }

  return {
    leaseSeconds,

    async claimJobs(worker, room) {
      if (room.free < 1) return [];
      await releaseDoubtful();
      const leaseId = randomUUID();
      const { rows } = await run(claim(room, turn, { worker, leaseId, until })).catch((error: unknown) => {
        doubtful.add(leaseId);
        throw error;
      });
      rows.sort((a, b) => b.lane.localeCompare(a.lane) || a.rank - b.rank || a.position - b.position);
      for (const { lane, agencyId } of rows) turn[lane] = agencyId;
      return rows.map(({ rank: _rank, position: _position, ...job }) => job);
    },

    async renewLeases(held, worker) {
      if (held.length === 0) return new Set();
      // Its writer is one of our own transactions that ends the job; two that wait for several rows each would wait for each other.
      const { rows } = await run(sql<{ id: string }>`
        with ours as (
          select jobs.id, jobs.lease_id, jobs.ctid as place, job_id = any (${held.filter(({ ahead }) => ahead).map(({ jobId }) => jobId)}::uuid[]) as ahead
          from ${list(held)} join jobs on ${matches}
        ),
        free as (
          select jobs.ctid as place, ours.ahead from ours join jobs on jobs.ctid = ours.place and jobs.lease_id = ours.lease_id
          for update of jobs skip locked
        ),
        renewed as (
          update jobs set leased_until = ${until}, leased_by = ${worker}::text || case when free.ahead then ${sql.lit(AHEAD)} else '' end
          from free where jobs.ctid = free.place
        )
        select id from ours`);
      return new Set(rows.map(({ id }) => id));
    },

    async finishJobs(held) {
      if (held.length > 0) await run(sql`delete from jobs using ${list(held)} where ${matches}`);
    },

    async retryJob(held, { seconds, error, quarantine = false }) {
      const { numAffectedRows } = await run(sql`
        update jobs
        set ${freed}, crashes = 0, attempts = attempts + 1, last_error = ${error}, run_at = now() + make_interval(secs => ${seconds}),
            quarantined_at = case when ${quarantine}::boolean then now() end
        from ${list([held])} where ${matches}`);
      return numAffectedRows === 1n;
    },

    async releaseJobs(held) {
      if (held.length > 0) await run(sql`update jobs set ${freed} from ${list(held)} where ${matches}`);
    },

    async returnExpired() {
      const { rows } = await run(sql<ReturnedJob>`
        with expired as (
          select agency_id, id from jobs
          where lease_id is not null
            and (leased_until < now()
              or leased_until < clock_timestamp() + make_interval(secs => ${Math.max(0, leaseSeconds - quietSeconds)}) and ${lockIsFree})
          for update skip locked
        )
        update jobs
        set ${freed}, crashes = crashes + ${begun}, last_error = 'The worker that had this job went away.',
            quarantined_at = case when crashes + ${begun} >= ${MAX_CRASHES} then now() end,
            run_at = case when crashes > 0 then now() + random() * ${APART} else run_at end
        from expired where jobs.agency_id = expired.agency_id and jobs.id = expired.id
        returning jobs.agency_id as "agencyId", jobs.id as "jobId", kind, email_id as "emailId",
                  quarantined_at is not null as quarantined`);
      return rows;
    },

    async rerunJob(agencyId, jobId) {
      const { numAffectedRows } = await run(sql`
        with woken as (select pg_notify('jobs_ready', ''))
        update jobs set quarantined_at = null, crashes = 0, attempts = 0, run_at = now() from woken
        where agency_id = ${agencyId} and id = ${jobId} and quarantined_at is not null`);
      return numAffectedRows === 1n;
    },

    async noteGrowth() {
      const { rows } = await run(sql<{ name: string }>`
        select relname as name from pg_class
        where relnamespace = 'public'::regnamespace and relname = any (${GROWING}::text[])
          and pg_relation_size(oid) > current_setting('block_size')::bigint * (2 * greatest(relpages, 0) + 20)`);
      // another worker that is looking at this moment is enough
      for (const { name } of rows) await run(sql`analyze (skip_locked) ${sql.table(name)}`);
      return rows.map(({ name }) => name);
    },

    async countJobs() {
      const { rows } = await run(sql<JobCount>`
        select kind, lane, state, count(*) as count,
               greatest(0, extract(epoch from now() - min(run_at)))::float8 as "oldestSeconds"
        from (
          select kind, lane, run_at,
                 case when quarantined_at is not null then 'quarantined' when lease_id is not null then 'running'
                      when run_at > now() then 'scheduled' else 'ready' end as state
          from jobs
        ) as standing
        group by kind, lane, state order by kind, lane, state`);
      return rows;
    },
  };
}

const freed = sql`lease_id = null, leased_until = null, leased_by = null`;

const list = (held: readonly HeldJob[]) => sql`
  unnest(${held.map((job) => job.agencyId)}::uuid[], ${held.map((job) => job.jobId)}::uuid[], ${held.map((job) => job.leaseId)}::uuid[])
    as held (agency_id, job_id, lease_id)`;

// A job that was only held ahead had no part in the crash, as far as anybody knows. One that was begun since the last renewal counts
// as held too; when it comes back it is among the oldest, and so among those that are begun at once.
const begun = sql`case when jobs.leased_by like ${sql.lit(`%${AHEAD}`)} then 0 else 1 end`;

const matches = sql`jobs.agency_id = held.agency_id and jobs.id = held.job_id and jobs.lease_id = held.lease_id`;

/**
 * One lane's candidates. A loose index scan steps from agency to agency, beginning after the one that had the last turn and going
 * round once; from each it reads the oldest few. Its cost follows the jobs wanted, not the jobs waiting, and an agency's ten
 * thousand jobs give it no more turns than another's one. Nothing is locked here, so that looking takes nothing from others.
 */
const candidates = (lane: Lane, after: string, wanted: number) => sql`
  with recursive round (agency_id, lap) as (
    select ${after}::uuid, 0
    union all
    select step.agency_id, step.lap
    from round cross join lateral (
      (select agency_id, round.lap from jobs
       where ${ready(lane)} and agency_id > round.agency_id and agency_id <= case when round.lap = 0 then ${LAST}::uuid else ${after}::uuid end
       order by agency_id, run_at limit 1)
      union all
      (select agency_id, 1 from jobs
       where ${ready(lane)} and agency_id <= ${after}::uuid and round.lap = 0
       order by agency_id, run_at limit 1)
      limit 1
    ) as step
  ),
  agency as (select agency_id, row_number() over () as position from (select agency_id from round offset 1 limit ${wanted + SPARE_AGENCIES}) as stepped)
  select agency.agency_id, oldest.place, agency.position, row_number() over (partition by agency.agency_id order by oldest.run_at, oldest.id) as rank
  from agency cross join lateral (
    select ctid as place, id, run_at from jobs where ${ready(lane)} and agency_id = agency.agency_id
    order by run_at, id limit ${wanted + SPARE_JOBS}
  ) as oldest`;

const ready = (lane: Lane) => sql`lane = ${lane} and lease_id is null and quarantined_at is null and run_at <= now()`;

type Placed = ClaimedJob & { rank: number; position: number };
type Claim = { worker: string; leaseId: string; until: RawBuilder<unknown> };

// Locks rows only as they are taken, passes over those that another worker is taking at this moment, and looks again at each: it
// may have been taken since the statement began. (num_nulls, because "is null" would invite the planner to walk jobs_ready here.)
const lock = (lane: Lane, after: string, wanted: number, limit: RawBuilder<unknown>) => sql`
  select jobs.ctid as place, candidate.rank, candidate.position
  from (${candidates(lane, after, wanted)}) as candidate
  join jobs on jobs.ctid = candidate.place
  where num_nulls(jobs.lease_id, jobs.quarantined_at) = 2 and jobs.run_at <= now()
  order by candidate.rank, candidate.position
  limit ${limit}
  for update of jobs skip locked`;

/**
 * Claims at most `free` jobs: the interactive lane's first, then at most `bulk` of the bulk lane's; in both every agency's first
 * job stands before any agency's second.
 */
const claim = (
  { free, bulk, start = free }: Room,
  turn: Record<Lane, string>,
  { worker, leaseId, until }: Claim,
) => sql<Placed>`
  with urgent as (${lock("interactive", turn.interactive, free, sql`${free}::int`)}),
  patient as (${lock("bulk", turn.bulk, bulk, sql`least(${bulk}::int, ${free}::int - (select count(*) from urgent))`)}),
  chosen as (
    select *, 0 as lane_order from urgent union all select *, 1 from patient
  ),
  numbered as (select *, row_number() over (order by lane_order, rank, position) > ${start}::int as ahead from chosen)
  update jobs
  set lease_id = ${leaseId}::uuid, leased_by = ${worker}::text || case when chosen.ahead then ${sql.lit(AHEAD)} else '' end, leased_until = ${until}
  from numbered as chosen
  where jobs.ctid = chosen.place
  returning jobs.agency_id as "agencyId", jobs.id as "jobId", jobs.lease_id as "leaseId", kind, lane, payload, email_id as "emailId",
            attempts, crashes, extract(epoch from now() - run_at)::float8 as "lateBy", chosen.rank, chosen.position`;
