// Lets the jobs that send mail run as fast as the relay takes it and as each agency may send.
import type { AgencyPace } from "./agency-pace.ts";
import type { HandlerDeps } from "./handlers.ts";
import { type JobKind, postponeJob } from "./queue.ts";
import type { Relay } from "./relay.ts";
import type { Handler, Handlers } from "./worker.ts";

const SENDING = [
  "send-email",
  "send-member-reset",
  "send-test-mail",
  "send-template-test",
] as const satisfies JobKind[];
const TOO_SOON = "The agency has sent as many e-mails a minute as it may.";

export type PacedDeps = Pick<HandlerDeps, "agencies"> & { relay: Relay; agencyPace: AgencyPace };

/** The same handlers; those that send wait for their turn before they begin, so that what waits is still queued and not being sent. */
export function pacedHandlers(handlers: Handlers, { relay, agencyPace, agencies }: PacedDeps): Handlers {
  const inTurn =
    (handler: Handler): Handler =>
    async (job, signal) => {
      const end = await relay.turn(job.lane, signal);
      try {
        return await handler(job, signal);
      } finally {
        end();
      }
    };
  const inTime =
    (handler: Handler): Handler =>
    async (job, signal) => {
      const seconds = agencyPace.wait(job);
      if (seconds === 0) return await handler(job, signal);
      // its slot is free for another agency's
      await agencies
        .open(job.agencyId)
        .write((db) => postponeJob(db, job, { seconds, reason: TOO_SOON, spent: false }));
      return "settled";
    };
  const paced = Object.fromEntries(SENDING.map((kind) => [kind, inTurn(handlers[kind])]));
  return { ...handlers, ...paced, "send-email": inTime(inTurn(handlers["send-email"])) };
}
