// How many bulk jobs may run beside web requests of the same process: half as many while its event loop lags, which is what those requests wait for, then one more each time that it does not.
import { monitorEventLoopDelay } from "node:perf_hooks";

export type Appetite = {
  /** Bulk jobs that may run at once. */
  bulk: () => number;
  stop: () => void;
};

const LOOK_MS = 250;
const RESOLUTION_MS = 5;
/** What a request does not notice, on average over a look. */
const LAG_MS = 10;

/** Follows the lag of this process's event loop; `most` is without any, and the least is 1. */
export function createAppetite(most: number): Appetite {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const appetite = followLag(most);
  const timer = setInterval(() => {
    // it counts its own pause as a delay
    if (delays.count > 0) appetite.seen(delays.mean / 1e6 - RESOLUTION_MS);
    delays.reset();
  }, LOOK_MS).unref();
  return {
    bulk: appetite.bulk,
    stop() {
      clearInterval(timer);
      delays.disable();
    },
  };
}

/** The rule by itself: `seen` takes the mean lag of a look in milliseconds. */
export function followLag(most: number): { bulk: () => number; seen: (lagMs: number) => void } {
  let bulk = most;
  return {
    bulk: () => bulk,
    seen(lagMs) {
      bulk = lagMs > LAG_MS ? Math.max(1, Math.floor(bulk / 2)) : Math.min(most, bulk + 1);
    },
  };
}
