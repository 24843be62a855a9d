// Ends jobs that are done in groups.
import type { ClaimedJob, DirectoryJobs } from "../db/directory-jobs.ts";
import type { Logger } from "../log.ts";

export type Finishing = {
  /** Deletes the job's row, as long as it is still held; never rejects. */
  finish(job: ClaimedJob): Promise<void>;
};

/** Those that finish while one statement is under way share the next. */
export function createFinishing(jobs: Pick<DirectoryJobs, "finishJobs">, log: Pick<Logger, "warn">): Finishing {
  let waiting: { job: ClaimedJob; done: () => void }[] = [];
  let writing = false;
  async function write(): Promise<void> {
    writing = true;
    // jobs that end in the same turn of the loop share the first statement too
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await jobs.finishJobs(group.map(({ job }) => job));
      } catch (error) {
        // The work is done; only the row stands. Its lease runs out and the handler meets its own result.
        log.warn({ err: error, count: group.length }, "Finished jobs could not be ended and will run once more.");
      }
      for (const { done } of group) done();
    }
    writing = false;
  }
  return {
    finish: (job: ClaimedJob) =>
      new Promise<void>((done) => {
        waiting.push({ job, done });
        if (!writing) void write();
      }),
  };
}
