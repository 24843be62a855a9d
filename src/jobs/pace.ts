// How much mail the relay gets at once and in a second: half as much after it says "later", a little more after each that it takes.
import type { Lane } from "../db/schema.ts";
import { LeaseLost } from "./queue.ts";
import { createRate } from "./rate.ts";

/** `perSecond` is Infinity where nothing limits it; `slowed` says that the relay gets less than it may. */
export type PaceState = { atOnce: number; perSecond: number; slowed: boolean };

export type PaceOptions = {
  maxAtOnce: number;
  maxPerSecond?: number | undefined;
  /** A monotonic clock in milliseconds. */
  now?: () => number;
  /** Called when the pace has changed. */
  onChange?: (state: PaceState) => void;
};

export type Pace = {
  /** Waits for a turn, interactive mail before bulk, and returns what ends it. Throws LeaseLost when `signal` aborts first. */
  turn(lane: Lane, signal?: AbortSignal): Promise<() => void>;
  /** The relay took a message, or refused that one alone. */
  taken(): void;
  /** The relay said "later" of itself to an attempt begun at `begunAt`. True when it already got the least there is. */
  refused(begunAt: number): boolean;
  state(): PaceState;
};

const LEAST_PER_SECOND = 1;
// What leaves in one go after a pause, so that a limit of a second is not kept to the millisecond.
const BURST_MS = 100;
// After so long without a "later" what it said is old news.
const FORGET_MS = 300_000;

/** One relay's pace in one process: additive increase, multiplicative decrease, of messages under way and of messages a second. */
export function createPace({
  maxAtOnce,
  maxPerSecond = Number.POSITIVE_INFINITY,
  now = () => performance.now(),
  onChange = () => undefined,
}: PaceOptions): Pace {
  const waiting: Record<Lane, (() => void)[]> = { interactive: [], bulk: [] };
  let atOnce = maxAtOnce;
  let perSecond = maxPerSecond;
  const rate = createRate(now);
  let slowed = false;
  let slowedAt = Number.NEGATIVE_INFINITY;
  let before = 0;
  let underWay = 0;
  let nextAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const state = (): PaceState => ({ atOnce: Math.floor(atOnce), perSecond, slowed });

  function pump(): void {
    clearTimeout(timer);
    while (waiting.interactive.length + waiting.bulk.length > 0 && underWay < Math.floor(atOnce)) {
      const wait = nextAt - now();
      if (wait > 0) {
        timer = setTimeout(pump, wait);
        return;
      }
      nextAt = Math.max(nextAt, now() - BURST_MS) + 1_000 / perSecond;
      underWay += 1;
      (waiting.interactive.shift() ?? waiting.bulk.shift())?.();
    }
  }

  const ended = () => {
    let over = false;
    return () => {
      if (over) return;
      over = true;
      underWay -= 1;
      pump();
    };
  };

  function full(): void {
    atOnce = maxAtOnce;
    perSecond = maxPerSecond;
    slowed = false;
    onChange(state());
  }

  return {
    state,
    turn(lane, signal) {
      if (slowed && now() - slowedAt > FORGET_MS) full();
      return new Promise((resolve, reject) => {
        const start = () => {
          signal?.removeEventListener("abort", leave);
          resolve(ended());
        };
        const leave = () => {
          waiting[lane] = waiting[lane].filter((one) => one !== start);
          reject(new LeaseLost());
        };
        if (signal?.aborted) return reject(new LeaseLost());
        signal?.addEventListener("abort", leave, { once: true });
        waiting[lane].push(start);
        pump();
      });
    },
    taken() {
      rate.count();
      if (!slowed) return;
      atOnce = Math.min(maxAtOnce, atOnce + 1 / atOnce);
      // about a tenth of what it once took, each second; at twice that much there is no limit to be found
      if (perSecond < maxPerSecond) perSecond += Math.max(1, before / 10) / perSecond;
      if (perSecond > Math.min(Math.max(2 * before, 2 * LEAST_PER_SECOND), maxPerSecond)) perSecond = maxPerSecond;
      if (atOnce === maxAtOnce && perSecond === maxPerSecond) full();
      else onChange(state());
      pump();
    },
    refused(begunAt) {
      const wasLeast = Math.floor(atOnce) === 1;
      // those that were on their way when it said so say nothing new
      if (begunAt <= slowedAt) return false;
      slowedAt = now();
      slowed = true;
      const took = rate.now();
      if (Number.isFinite(took)) before = took;
      atOnce = Math.max(1, Math.floor(Math.min(atOnce, Math.max(underWay, 1)) / 2));
      const least = Math.min(LEAST_PER_SECOND, maxPerSecond);
      perSecond = Math.max(least, Math.min(perSecond, took) / 2);
      nextAt = Math.max(nextAt, slowedAt) + 1_000 / perSecond;
      onChange(state());
      return wasLeast;
    },
  };
}
