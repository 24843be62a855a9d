// Keeps each agency to so many e-mails a minute: what comes sooner is given a time of its own, one after the other.

export type AgencyPace = {
  /** Seconds until this job may run; 0 for now. A job that comes back at the time it was given may run. Interactive mail never waits, but counts. */
  wait(job: { agencyId: string; jobId: string; lane: string }): number;
};

// What an agency may send in one go after a pause.
const BURST_SECONDS = 10;
const FORGET_MS = 300_000;
// Timers and claims come a little early or late.
const EARLY_MS = 1_000;

/** One process's agencies; `perMinute` is for each. `now` is a monotonic clock in milliseconds. */
export function createAgencyPace(
  perMinute = Number.POSITIVE_INFINITY,
  now: () => number = () => performance.now(),
): AgencyPace {
  const apart = 60_000 / perMinute;
  const next = new Map<string, number>();
  const given = new Map<string, number>();
  let prunedAt = now();

  function prune(): void {
    if (now() - prunedAt < FORGET_MS) return;
    prunedAt = now();
    for (const times of [next, given]) for (const [key, at] of times) if (at < prunedAt - FORGET_MS) times.delete(key);
  }

  return {
    wait({ agencyId, jobId, lane }) {
      if (apart === 0) return 0;
      prune();
      const own = given.get(jobId);
      if (own !== undefined && own <= now() + EARLY_MS) {
        given.delete(jobId);
        return 0;
      }
      if (own !== undefined) return (own - now()) / 1_000;
      const at = Math.max(next.get(agencyId) ?? 0, now() - BURST_SECONDS * 1_000);
      next.set(agencyId, at + apart);
      if (at <= now() || lane === "interactive") return 0;
      given.set(jobId, at);
      return (at - now()) / 1_000;
    },
  };
}
