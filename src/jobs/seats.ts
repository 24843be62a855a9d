// Seats at the relay, one a connection: who sends takes one and keeps it until the outcome is written down, so that a crash leaves at most one message a connection in doubt.
import type { Lane } from "../db/schema.ts";

/** Runs `work` in a seat, once there is one. */
export type Seats = <T>(lane: Lane, work: () => Promise<T>) => Promise<T>;

/** `count` seats. A fifth of them, one at least where there are two, take no bulk; interactive mail is seated first. */
export function createSeats(count: number): Seats {
  const forBulk = count > 1 ? count - Math.max(1, Math.round(count / 5)) : count;
  const waiting: Record<Lane, (() => void)[]> = { interactive: [], bulk: [] };
  const taken: Record<Lane, number> = { interactive: 0, bulk: 0 };

  const isFree = (lane: Lane) =>
    taken.interactive + taken.bulk < count && (lane === "interactive" || taken.bulk < forBulk);

  async function sit(lane: Lane): Promise<void> {
    if (isFree(lane)) {
      taken[lane] += 1;
      return;
    }
    await new Promise<void>((seated) => waiting[lane].push(seated));
  }

  function rise(lane: Lane): void {
    taken[lane] -= 1;
    for (const next of ["interactive", "bulk"] as const) {
      if (!isFree(next)) continue;
      const seated = waiting[next].shift();
      if (!seated) continue;
      taken[next] += 1;
      seated();
      return;
    }
  }

  return async (lane, work) => {
    await sit(lane);
    try {
      return await work();
    } finally {
      rise(lane);
    }
  };
}
