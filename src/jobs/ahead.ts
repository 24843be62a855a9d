// How many bulk jobs a worker claims before it has room for them: none while jobs are slow, up to a thousand while they take next to nothing.

export type Ahead = {
  /** Jobs to hold beyond the free slots. */
  size(): number;
  /** Says that a claim for `wanted` bulk jobs brought `got`. */
  claimed(got: number, wanted: number): void;
  /** Jobs have become slow: hold none for now. */
  reset(): void;
};

// A claim and an ending cost two commits whatever their number, so they should come about this often and no more. It is also the
// longest that a job of another agency waits behind those that are held.
const SHORT_MS = 50;
const LONG_MS = 200;
const MOST = 1_000;

/** Follows the pace of the claims. `now` is a monotonic clock in milliseconds. */
export function createAhead(now: () => number = () => performance.now()): Ahead {
  let ahead = 0;
  let last = Number.NEGATIVE_INFINITY;
  return {
    size: () => ahead,
    claimed(got, wanted) {
      if (wanted < 1) return;
      const since = now() - last;
      last = now();
      if (got < wanted || since > LONG_MS) ahead = Math.floor(ahead / 2);
      else if (since < SHORT_MS) ahead = Math.min(ahead * 2 + 2, MOST);
    },
    reset() {
      ahead = 0;
    },
  };
}
