// Sends a member the link to choose a new password; the platform speaks here, not an agency.
import { renderEmail } from "../../emails/render.ts";
import { lifetime, untilMoment } from "../../emails/words.ts";
import type { GlobalDb } from "../db/schema.ts";
import { AddressRefused } from "../mail/addresses.ts";
import type { Outcome } from "../mail/answers.ts";
import { composeMessage, newMessageId } from "../mail/compose.ts";
import {
  dropMemberReset,
  endMemberReset,
  type MemberReset,
  RESET_SECONDS,
  startMemberReset,
} from "../models/mail-requests.ts";
import { app } from "../paths.ts";
import { retryDelay } from "./delays.ts";
import type { SendingDeps } from "./handlers.ts";
import { finishJob, holdLease, LeaseLost, postponeJob } from "./queue.ts";
import type { Handler } from "./worker.ts";

/** The handler of `send-member-reset`. */
export function createSendMemberReset(deps: SendingDeps): Handler {
  return async (job, signal) => {
    const { requestId } = job.payload;
    if (!requestId) return "done";
    const ticket = deps.relay.admit();
    if ("wait" in ticket) {
      await deps.globals.run((db) =>
        postponeJob(db, job, { seconds: ticket.wait, reason: ticket.reason, spent: false }),
      );
      return "settled";
    }
    let outcome: Outcome | undefined;
    try {
      const reset = await deps.globals.write(async (db) => {
        await holdLease(db, job);
        return await startMemberReset(db, requestId);
      });
      if (reset) {
        outcome = await attempt(reset, deps, signal);
        deps.onAttempt?.({ email: "member-reset-password", outcome: outcome.kind });
      }
      await deps.globals.write((db) => settle(db, job, requestId, reset, outcome));
    } finally {
      ticket.end(outcome);
    }
    return "settled";
  };
}

async function attempt(reset: MemberReset, deps: SendingDeps, signal: AbortSignal): Promise<Outcome> {
  const platform = { name: deps.mailFrom.name || "Portico", color: null, origin: deps.appOrigin };
  try {
    const rendered = await renderEmail("member-reset-password", platform, {
      memberName: reset.name,
      url: `${deps.appOrigin}${app.resetPassword(reset.token)}`,
      lifetime: lifetime(RESET_SECONDS),
      askedIn: null,
      askedAt: untilMoment(reset.askedAt),
      recipient: reset.email,
    });
    const to = { name: reset.name, address: reset.email };
    const messageId = newMessageId(deps.mailFrom.address);
    const message = await composeMessage({ to, from: deps.mailFrom, messageId, ...rendered });
    if (signal.aborted) throw new LeaseLost();
    return await deps.mailer.send(message);
  } catch (error) {
    if (!(error instanceof AddressRefused)) throw error;
    return { kind: "refused", suppress: false, reason: "The address is refused.", code: null, response: null };
  }
}

async function settle(
  db: GlobalDb,
  job: Parameters<Handler>[0],
  requestId: string,
  reset: MemberReset | undefined,
  outcome: Outcome | undefined,
): Promise<void> {
  if (reset && outcome && (outcome.kind === "retry" || outcome.kind === "sender")) {
    const seconds = retryDelay(job.attempts, { first: 10, longest: 120 });
    await postponeJob(db, job, { seconds, reason: outcome.reason, spent: true });
    return await dropMemberReset(db, reset.tokenHash);
  }
  await finishJob(db, job);
  await endMemberReset(db, requestId, reset?.tokenHash);
}
