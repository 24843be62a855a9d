// Looks for contacts whose moment has come in a workflow that time starts, lets them enter, and puts itself off until the next look.
import { enterWhoseTimeCame, LOOK_SECONDS } from "../models/workflow-schedule.ts";
import type { HandlerDeps } from "./handlers.ts";
import { finishJob, holdLease, postponeJob } from "./queue.ts";
import type { Handler } from "./worker.ts";

/** The handler of `enter-workflow`: one job a workflow, whose id is the workflow's, for as long as it is on. */
export function createEnterWorkflow({ agencies }: Pick<HandlerDeps, "agencies">): Handler {
  return async (job) => {
    await agencies.open(job.agencyId).write(async (db) => {
      await holdLease(db, job);
      const entered = await enterWhoseTimeCame(db, job.jobId);
      if (entered === undefined) await finishJob(db, job);
      else await postponeJob(db, job, { seconds: LOOK_SECONDS, reason: "Looked.", spent: false });
    });
    return "settled";
  };
}
