// How many bulk jobs a worker claims before it has room for them: as many as it ran in the last tenth of a second.

export type Ahead = {
  /** Jobs to hold beyond the free slots. */
  size(): number;
  /** Says that a bulk job has ended. */
  ran(): void;
  /** Jobs have become slow: hold none for now. */
  reset(): void;
};

// A claim and an ending cost two commits whatever their number, so they should come about this often and no more. It is also the
// longest that a job of another agency waits behind those that are held.
const OVER_MS = 100;
const MOST = 1_000;

/** Follows the pace of the jobs. `now` is a monotonic clock in milliseconds. */
export function createAhead(now: () => number = () => performance.now()): Ahead {
  let lately = 0;
  let at = now();
  const decay = () => {
    lately *= Math.exp((at - now()) / OVER_MS);
    at = now();
  };
  return {
    size() {
      decay();
      return Math.min(Math.floor(lately), MOST);
    },
    ran() {
      decay();
      lately += 1;
    },
    reset() {
      lately = 0;
    },
  };
}
