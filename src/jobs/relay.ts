// Whether the mail relay is worth asking now: while it is away one e-mail at a time finds out, and the others wait without trying.
import type { Outcome } from "../mail/answers.ts";

/** Leave to make one attempt; it must be ended, with what came of it or with nothing when no attempt was made. */
export type Ticket = { end(outcome?: Outcome): void };

export type Relay = {
  /** A ticket, or the seconds to wait and the reason. */
  admit(): Ticket | { wait: number; reason: string };
};

const FIRST_PAUSE_SECONDS = 2;
const LONGEST_PAUSE_SECONDS = 60;
// One e-mail may have met a server's bad moment; a second in a row has met a relay that is away.
const FAILURES = 2;

/** One process's view of the relay. `now` is a monotonic clock in milliseconds. */
export function createRelay(now: () => number = () => performance.now()): Relay {
  let failures = 0;
  let closedUntil = 0;
  let probing = false;
  let reason = "";

  const ticket = (probe: boolean): Ticket => ({
    end(outcome) {
      if (probe) probing = false;
      if (!outcome) return;
      if (outcome.kind !== "retry" || outcome.scope !== "relay") {
        failures = 0;
        return;
      }
      reason = outcome.reason;
      // those that were on their way when it went away say nothing new
      if (failures >= FAILURES && !probe) return;
      failures += 1;
      const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** Math.min(failures - FAILURES, 10), LONGEST_PAUSE_SECONDS);
      if (failures >= FAILURES) closedUntil = now() + pause * 1_000;
    },
  });

  return {
    admit() {
      if (failures < FAILURES) return ticket(false);
      const wait = (closedUntil - now()) / 1_000;
      if (wait > 0) return { wait, reason };
      if (probing) return { wait: FIRST_PAUSE_SECONDS, reason };
      probing = true;
      return ticket(true);
    },
  };
}
