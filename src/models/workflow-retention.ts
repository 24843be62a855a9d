// How long the runs of workflows are kept once they are over: half a year, then they go with what their steps said.
import { sql } from "kysely";
import type { AgencyDb } from "../db/schema.ts";

/** Longer than any link lives (30 days), which still asks the run that sent it why it was sent. E-mails and events stay, they are the record. */
const DAYS = 180;
const PIECE = 1_000;

/** Deletes up to a thousand runs that were over half a year ago, the oldest first; returns whether there may be more. */
export async function deleteOldRuns(db: AgencyDb): Promise<boolean> {
  // ids tell when a run began: those that began since need not be looked at
  const gone = await sql`
    delete from workflow_runs where id = any (array(
      select id from workflow_runs
      where id < (select uuidv7(make_interval(days => ${-DAYS}))) and ended_at < now() - make_interval(days => ${DAYS})
      order by id limit ${sql.lit(PIECE)} for update skip locked))`.execute(db);
  return gone.numAffectedRows === BigInt(PIECE);
}
