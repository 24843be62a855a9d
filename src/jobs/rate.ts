// How many messages a second the relay has taken lately.

export type Rate = {
  /** The relay took one. */
  count(): void;
  /** Messages a second; Infinity where nobody can know. */
  now(): number;
};

// That of the last seconds, of a run of mail that has lasted for a moment: less says nothing about rates.
const OVER_MS = 2_000;
const SHORTEST_RUN_MS = 500;
const RUN_ENDS_MS = 10_000;

/** `clock` is monotonic, in milliseconds. */
export function createRate(clock: () => number): Rate {
  let rate = 0;
  let countedAt = Number.NEGATIVE_INFINITY;
  let runSince = 0;
  return {
    count() {
      const at = clock();
      if (at - countedAt > RUN_ENDS_MS) {
        runSince = at;
        rate = 0;
      } else rate *= Math.exp((countedAt - at) / OVER_MS);
      rate += 1_000 / OVER_MS;
      countedAt = at;
    },
    now() {
      const at = clock();
      const run = at - runSince;
      if (run < SHORTEST_RUN_MS || at - countedAt > RUN_ENDS_MS) return Number.POSITIVE_INFINITY;
      return (rate * Math.exp((countedAt - at) / OVER_MS)) / (1 - Math.exp(-run / OVER_MS));
    },
  };
}
