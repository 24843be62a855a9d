// The job table as an operator reads it: what waits, what runs, and what was set aside and why.
import { sql } from "kysely";
import { type GlobalDb, PLATFORM } from "../db/schema.ts";

/** A job in the operator's list; `agency` is its agency's slug, null for the platform's own. */
export type ListedJob = {
  id: string;
  agencyId: string;
  agency: string | null;
  kind: string;
  state: "ready" | "scheduled" | "running" | "quarantined";
  attempts: number;
  runAt: Date;
  lastError: string | null;
};

/** Jobs with those that were set aside first, then by when they run; at most `limit`. */
export async function listJobs(db: GlobalDb, { quarantined = false, limit = 50 } = {}): Promise<ListedJob[]> {
  const { rows } = await sql<ListedJob>`
    select j.id, j.agency_id as "agencyId", a.slug as agency, j.kind, j.attempts, j.run_at as "runAt", j.last_error as "lastError",
           case when j.quarantined_at is not null then 'quarantined' when j.lease_id is not null then 'running'
                when j.run_at > now() then 'scheduled' else 'ready' end as state
    from jobs j left join agencies a on a.id = j.agency_id and a.id <> ${PLATFORM}
    where ${quarantined}::boolean is false or j.quarantined_at is not null
    order by j.quarantined_at is null, j.run_at, j.id
    limit ${limit}`.execute(db);
  return rows;
}
