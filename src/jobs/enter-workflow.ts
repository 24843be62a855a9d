// Lets contacts enter a workflow: those who matched when it was switched on, piece by piece, and those whose moment has come where time starts it.
import { enterPiece } from "../models/workflow-entrants.ts";
import { enterWhoseTimeCame, LOOK_SECONDS } from "../models/workflow-schedule.ts";
import type { HandlerDeps } from "./handlers.ts";
import { finishJob, holdLease, postponeJob } from "./queue.ts";
import type { Handler } from "./worker.ts";

/** The handler of `enter-workflow`: one job a workflow, whose id is the workflow's, for as long as it is on. */
export function createEnterWorkflow({ agencies }: Pick<HandlerDeps, "agencies">): Handler {
  return async (job) => {
    await agencies.open(job.agencyId).write(async (db) => {
      await holdLease(db, job);
      if ((await enterPiece(db, job.jobId)) !== undefined) {
        // the others of the queue go first
        await postponeJob(db, job, { seconds: 0, reason: "Lets those in who match already.", spent: false });
        return;
      }
      const entered = await enterWhoseTimeCame(db, job.jobId);
      if (entered === undefined) await finishJob(db, job);
      else await postponeJob(db, job, { seconds: LOOK_SECONDS, reason: "Looked.", spent: false });
    });
    return "settled";
  };
}
