// Housekeeping once an hour, by whichever worker comes first: deletes what has ended and that nobody will ask about, and revives checks that got lost.
import { reviveChecks } from "../models/domain-checks.ts";
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
export function createSweep({ agencies, globals }: Pick<HandlerDeps, "agencies" | "globals">): Handler {
  return async (job, signal) => {
    await globals.write((db) => deleteExpiredShared(db));
    for (const id of await globals.run((db) => listAgencyIds(db))) {
      if (signal.aborted) break;
      await agencies.open(id).write(async (db) => {
        await deleteExpired(db);
        await failSetAside(db);
        await failRunsSetAside(db);
        await reviveChecks(db);
        await reviveSendingChecks(db);
        await reviveWorkflowEntries(db);
      });
      // in pieces, so that no lock lasts; what is left after twenty of them goes next hour
      for (let piece = 0; piece < PIECES && !signal.aborted; piece++)
        if (!(await agencies.open(id).write((db) => deleteOldRuns(db)))) break;
    }
    await globals.run((db) => postponeJob(db, job, { seconds: HOUR, reason: "Swept.", spent: false }));
    return "settled";
  };
}
