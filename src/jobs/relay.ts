// The mail relay as its answers show it: how much it takes, and whether it is worth asking now. While it is away one e-mail at a time finds out, and the others wait without trying.
import type { Outcome } from "../mail/answers.ts";
import { createPace, type Pace, type PaceOptions } from "./pace.ts";

/** Leave to make one attempt; it must be ended, with what came of it or with nothing when no attempt was made. */
export type Ticket = { end(outcome?: Outcome): void };

export type Relay = {
  /** A ticket, or the seconds to wait and the reason. */
  admit(): Ticket | { wait: number; reason: string };
  /** Waits until the relay's pace has room for one more message. */
  turn: Pace["turn"];
};

const FIRST_PAUSE_SECONDS = 2;
const LONGEST_PAUSE_SECONDS = 60;
// One e-mail may have met a server's bad moment; a second in a row has met a relay that is away.
const FAILURES = 2;

/** One process's view of the relay of SMTP_URL. */
export function createRelay({ maxAtOnce = 5, ...options }: Partial<PaceOptions> = {}): Relay {
  const { now = () => performance.now() } = options;
  const pace = createPace({ maxAtOnce, ...options });
  let failures = 0;
  let closedUntil = 0;
  let probing = false;
  let reason = "";

  function failed(outcome: Outcome & { kind: "retry" }, begunAt: number, probe: boolean): void {
    reason = outcome.reason;
    // A relay that answers is there: it gets less, and is left alone only when the least is still too much.
    const answered = /^4\d\d/.test(outcome.code ?? "");
    if (answered && !pace.refused(begunAt) && !probe) return;
    // those that were on their way when it went away say nothing new
    if (failures >= FAILURES && !probe) return;
    failures += 1;
    const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** Math.min(failures - FAILURES, 10), LONGEST_PAUSE_SECONDS);
    if (failures >= FAILURES) closedUntil = now() + pause * 1_000;
  }

  const ticket = (probe: boolean): Ticket => {
    const begunAt = now();
    return {
      end(outcome) {
        if (probe) probing = false;
        if (!outcome) return;
        if (outcome.kind === "retry" && outcome.scope === "relay") return failed(outcome, begunAt, probe);
        failures = 0;
        if (outcome.kind !== "sender") pace.taken();
      },
    };
  };

  return {
    turn: (lane, signal) => pace.turn(lane, signal),
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
