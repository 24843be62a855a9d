// Housekeeping once an hour, by whichever worker comes first: deletes what has ended and that nobody will ask about, and revives checks that got lost.
import type { AgencyStore } from "../db/agency-store.ts";
import { reviveChecks } from "../models/domain-checks.ts";
import { Unavailable } from "../models/errors.ts";
import { deleteExpired, deleteExpiredShared, listAgencyIds } from "../models/expired-rows.ts";
import { reviveSendingChecks } from "../models/sending-checks.ts";
import { failSetAside } from "../models/sending-results.ts";
import { deleteOldRuns } from "../models/workflow-retention.ts";
import { failRunsSetAside } from "../models/workflow-run-changes.ts";
import { reviveWorkflowEntries } from "../models/workflow-schedule.ts";
import type { HandlerDeps } from "./handlers.ts";
import { ensurePlatformJob, postponeJob } from "./queue.ts";
import type { Handler } from "./worker.ts";

const HOUR = 3_600;
const PIECES = 20;
// The one sweep there is, whichever process wrote it first.
const SWEEP_ID = "00000000-0000-0000-0000-000000000001";

/** Writes the sweep's job unless it stands there already. */
export async function ensureSweep(globals: HandlerDeps["globals"]): Promise<void> {
  await globals.run((db) => ensurePlatformJob(db, SWEEP_ID, { kind: "sweep", lane: "bulk" }));
}

/** The handler of `sweep`: one job for ever, which puts itself off instead of ending. */
export function createSweep({ agencies, globals, log }: Pick<HandlerDeps, "agencies" | "globals" | "log">): Handler {
  return async (job, signal) => {
    await globals.write((db) => deleteExpiredShared(db));
    for (const agencyId of await globals.run((db) => listAgencyIds(db))) {
      if (signal.aborted) break;
      try {
        await sweepAgency(agencies.open(agencyId), signal);
      } catch (err) {
        // While the database is away nothing can be swept; what is wrong with one agency's rows must not keep the others' from it.
        if (err instanceof Unavailable) throw err;
        log.error({ err, agencyId }, "agency not swept");
      }
    }
    await globals.run((db) => postponeJob(db, job, { seconds: HOUR, reason: "Swept.", spent: false }));
    return "settled";
  };
}

async function sweepAgency(agency: AgencyStore, signal: AbortSignal): Promise<void> {
  await agency.write(async (db) => {
    await deleteExpired(db);
    await failSetAside(db);
    await failRunsSetAside(db);
    await reviveChecks(db);
    await reviveSendingChecks(db);
    await reviveWorkflowEntries(db);
  });
  // in pieces, so that no lock lasts; what is left after twenty of them goes next hour
  for (let piece = 0; piece < PIECES && !signal.aborted; piece++)
    if (!(await agency.write((db) => deleteOldRuns(db)))) break;
}
