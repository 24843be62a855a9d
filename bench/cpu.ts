// What processes have cost, from /proc; NaN where the system does not tell.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

// Linux counts in hundredths of a second.
const fields = (pid: number | string) => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
const own = (stat: readonly string[]) => (Number(stat[11]) + Number(stat[12])) / 100;
const reaped = (stat: readonly string[]) => (Number(stat[13]) + Number(stat[14])) / 100;

/** Seconds of processor time of one process, all its threads. */
export function cpuOf(pid: number | undefined): number {
  try {
    return own(fields(pid ?? 0));
  } catch {
    return Number.NaN;
  }
}

/** Seconds of a whole PostgreSQL server: its first process, the connections that live and those that have ended. */
export function cpuOfServer(dataDir: string): number {
  try {
    const first = readFileSync(path.join(dataDir, "postmaster.pid"), "utf8").split("\n")[0] ?? "";
    const stat = fields(first);
    return own(stat) + reaped(stat) + children(first);
  } catch {
    return Number.NaN;
  }
}

function children(parent: string): number {
  let seconds = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = fields(pid);
      if (stat[1] === parent) seconds += own(stat);
    } catch {
      // it ended in the meantime, and its parent has counted it
    }
  }
  return seconds;
}
