// The operator looks at jobs and lets those run again that were set aside.
import { openDirectoryJobs } from "../../src/db/directory-jobs.ts";
import { listJobs } from "../../src/models/job-list.ts";
import { type Command, table, UsageError } from "./command.ts";

const list: Command = {
  name: "job list",
  summary: "Lists jobs, those that were set aside first; --quarantined lists these alone.",
  options: { quarantined: { type: "boolean", default: false } },
  async run({ deps, values }) {
    const jobs = await deps.globals.run((db) => listJobs(db, { quarantined: values.quarantined === true }));
    const rows = jobs.map((job) => [
      job.id,
      job.agency ?? "-",
      job.kind,
      job.state,
      String(job.attempts),
      job.runAt.toISOString().slice(0, 19),
      (job.lastError ?? "").slice(0, 80),
    ]);
    console.log(table(["ID", "AGENCY", "KIND", "STATE", "TRIES", "RUNS AT (UTC)", "LAST ERROR"], rows));
    return 0;
  },
};

const rerun: Command = {
  name: "job rerun",
  summary: "Lets a job run again that was set aside after crashes or errors; --all for every one of them.",
  options: { all: { type: "boolean", default: false } },
  operands: ["[id]"],
  async run({ deps, values, operands }) {
    const [id] = operands;
    if (!id && values.all !== true) throw new UsageError("Name a job, or use --all.");
    const table = openDirectoryJobs(deps.pools.directory);
    const aside = await deps.globals.run((db) => listJobs(db, { quarantined: true, limit: 100_000 }));
    const chosen = aside.filter((job) => values.all === true || job.id === id);
    let count = 0;
    for (const job of chosen) if (await table.rerunJob(job.agencyId, job.id)) count++;
    if (id && count === 0) {
      console.error(`No job with the id ${id} was set aside.`);
      return 1;
    }
    console.log(`${count} ${count === 1 ? "job runs" : "jobs run"} again.`);
    return 0;
  },
};

export const jobCommands: readonly Command[] = [list, rerun];
