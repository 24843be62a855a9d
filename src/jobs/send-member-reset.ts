// Sends a member the link to choose a password: a new one, or the first one with a place on a team; the platform speaks here, not an agency.
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
  startMemberReset,
  startTeamMail,
  type TeamMail,
} from "../models/mail-requests.ts";
import { app } from "../paths.ts";
import { retryDelay } from "./delays.ts";
import type { SendingDeps } from "./handlers.ts";
import { finishJob, holdLease, LeaseLost, postponeJob } from "./queue.ts";
import type { Handler } from "./worker.ts";

type Mail =
  | ({ kind: "member-reset-password"; link: MemberReset } & MemberReset)
  | ({ kind: "member-invite" } & TeamMail);

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
      const mail = await deps.globals.write(async (db): Promise<Mail | undefined> => {
        await holdLease(db, job);
        const reset = await startMemberReset(db, requestId);
        if (reset) return { kind: "member-reset-password", ...reset, link: reset };
        const team = await startTeamMail(db, requestId);
        return team && { kind: "member-invite", ...team };
      });
      if (mail) {
        outcome = await attempt(mail, deps, signal);
        deps.onAttempt?.({ email: mail.kind, outcome: outcome.kind });
      }
      await deps.globals.write((db) => settle(db, job, requestId, mail, outcome));
    } finally {
      ticket.end(outcome);
    }
    return "settled";
  };
}

function render(mail: Mail, deps: SendingDeps) {
  const platform = { name: deps.mailFrom.name || "Portico", color: null, origin: deps.appOrigin };
  const choosing = (token: string) => `${deps.appOrigin}${app.resetPassword(token)}`;
  if (mail.kind === "member-reset-password")
    return renderEmail(mail.kind, platform, {
      memberName: mail.name,
      url: choosing(mail.token),
      lifetime: lifetime(mail.seconds),
      askedIn: null,
      askedAt: untilMoment(mail.askedAt),
      recipient: mail.email,
    });
  return renderEmail(mail.kind, platform, {
    memberName: mail.name,
    agencyName: mail.agencyName,
    invitedBy: mail.invitedBy,
    url: mail.link ? choosing(mail.link.token) : `${deps.appOrigin}${app.portal(mail.slug)}`,
    lifetime: mail.link && lifetime(mail.link.seconds),
    recipient: mail.email,
  });
}

async function attempt(mail: Mail, deps: SendingDeps, signal: AbortSignal): Promise<Outcome> {
  try {
    const rendered = await render(mail, deps);
    const to = { name: mail.name, address: mail.email };
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
  mail: Mail | undefined,
  outcome: Outcome | undefined,
): Promise<void> {
  if (mail && outcome && (outcome.kind === "retry" || outcome.kind === "sender")) {
    const seconds = retryDelay(job.attempts, { first: 10, longest: 120 });
    await postponeJob(db, job, { seconds, reason: outcome.reason, spent: true });
    if (mail.link) await dropMemberReset(db, mail.link.tokenHash);
    return;
  }
  await finishJob(db, job);
  await endMemberReset(db, requestId, mail?.link);
}
