// Sends one e-mail: begins the attempt in one transaction, hands the message to the relay outside of any, and writes down what came of it.
import { setTimeout as sleep } from "node:timers/promises";
import type { ClaimedJob } from "../db/directory-jobs.ts";
import type { AgencyDb, LinkKind, LinkUses } from "../db/schema.ts";
import { AddressRefused } from "../mail/addresses.ts";
import type { Outcome } from "../mail/answers.ts";
import { newMessageId } from "../mail/compose.ts";
import { createAccessLink } from "../models/access-links.ts";
import { BATCH_PAUSED } from "../models/emails.ts";
import { Unavailable } from "../models/errors.ts";
import { markInvited } from "../models/invitations.ts";
import { portalUrl } from "../models/portal-url.ts";
import {
  findSender,
  isWorthTrying,
  markDelayed,
  markFailed,
  markRefused,
  markSent,
  PAUSED,
  pauseSending,
  type Sending,
  startSending,
} from "../models/sending.ts";
import { findSendingIdentity } from "../models/sending-identity.ts";
import { createSignInCode } from "../models/sign-in-codes.ts";
import { portal } from "../paths.ts";
import { retryDelay } from "./delays.ts";
import type { SendingDeps } from "./handlers.ts";
import { composeEmail, type Ready } from "./message.ts";
import { finishJob, holdLease, LeaseLost, parkJob, postponeJob } from "./queue.ts";
import { senderOf } from "./sender.ts";
import { versionWords } from "./template-message.ts";
import { createTogether, type Once } from "./together.ts";
import type { Handler } from "./worker.ts";

type EmailJob = ClaimedJob & { emailId: string };

const links: Record<Sending["kind"], { kind: LinkKind; uses: LinkUses } | undefined> = {
  invite: { kind: "invite", uses: "until-joined" },
  "login-email": { kind: "login", uses: "once" },
  "sign-in-link": { kind: "login", uses: "once" },
  "reset-password": { kind: "reset", uses: "once" },
  "confirm-email": { kind: "confirm", uses: "once" },
  "email-changed": undefined,
  template: { kind: "magic", uses: "once" },
};

/** The handler of `send-email`. */
export function createSendEmail(deps: SendingDeps): Handler {
  const beginning = createTogether();
  const settling = createTogether();
  return async (claimed, signal) => {
    if (claimed.emailId === null) return "done";
    const job = { ...claimed, emailId: claimed.emailId };
    const store = deps.agencies.open(job.agencyId);
    const ticket = deps.relay.admit();
    if ("wait" in ticket) {
      await store.write((db) => waitForRelay(db, job, ticket));
      return "settled";
    }
    let outcome: Outcome | undefined;
    try {
      const ready = await beginning.write(store, (db, once) => begin(db, job, deps, once));
      if (!ready) return "settled";
      outcome = await attempt(ready, job.agencyId, deps, signal);
      deps.onAttempt?.({ email: ready.sending.kind, outcome: outcome.kind });
    } finally {
      ticket.end(outcome);
    }
    const result = outcome;
    await whileHeld(signal, () => settling.write(store, (db) => settle(db, job, result)));
    return "settled";
  };
}

async function waitForRelay(
  db: AgencyDb,
  job: EmailJob,
  { wait, reason }: { wait: number; reason: string },
): Promise<void> {
  // a spread, so that a relay that comes back is not met by everybody at once
  await postponeJob(db, job, { seconds: wait + Math.random() * 30, reason, spent: false });
  await markDelayed(db, job.emailId, reason);
}

/** The attempt as one transaction: status, Message-ID, the token's row and the code's. Undefined when there is nothing to send now. */
async function begin(
  db: AgencyDb,
  job: EmailJob,
  deps: SendingDeps,
  once: Once,
): Promise<Omit<Ready, "sender"> | undefined> {
  await holdLease(db, job);
  const identity = await once("identity", () => findSendingIdentity(db));
  const start = await startSending(db, job.emailId, newMessageId(identity?.address ?? deps.mailFrom.address));
  if ("over" in start) {
    await finishJob(db, job);
    return undefined;
  }
  if ("held" in start) {
    await parkJob(db, job, BATCH_PAUSED);
    return undefined;
  }
  if ("wait" in start) {
    await postponeJob(db, job, { seconds: start.wait.seconds + Math.random() * 30, reason: PAUSED, spent: false });
    return undefined;
  }
  const { go: sending } = start;
  const origin = await once("portal", () => portalUrl(db, deps.portalOrigin));
  const words = sending.templateVersionId ? await versionWords(db, sending.templateVersionId) : undefined;
  return {
    sending,
    identity,
    origin,
    words,
    link: await makeLink(db, sending, origin, words),
    code: await makeCode(db, sending, deps.codeKey),
  };
}

async function makeLink(
  db: AgencyDb,
  sending: Sending,
  origin: string,
  template: Ready["words"],
): Promise<Ready["link"]> {
  const link = links[sending.kind];
  if (!link) return undefined;
  if (sending.kind === "template") return makeOwnLink(db, sending, origin, template);
  const { token, expiresAt } = await createAccessLink(db, {
    ...link,
    contactId: sending.contactId,
    destination: sending.destination,
    lifetimeSeconds: sending.lifetimeSeconds,
    emailId: sending.id,
    ...(sending.sentBy ? { madeBy: sending.sentBy } : {}),
    ...(link.kind === "confirm" ? { newEmail: sending.to } : {}),
  });
  return { url: `${origin}${portal.link(token)}`, expiresAt };
}

// A link in an agency's own words invites whoever was never invited: it lets him in.
async function makeOwnLink(
  db: AgencyDb,
  { id, contactId, sentBy }: Sending,
  origin: string,
  template: Ready["words"],
): Promise<Ready["link"]> {
  const wanted = template?.words.link;
  if (!wanted) return undefined;
  await markInvited(db, contactId, id, sentBy);
  const { token, expiresAt } = await createAccessLink(db, {
    kind: "magic",
    uses: "once",
    contactId,
    destination: wanted.to,
    lifetimeSeconds: wanted.seconds,
    emailId: id,
    ...(sentBy ? { madeBy: sentBy } : {}),
  });
  return { url: `${origin}${portal.link(token)}`, expiresAt };
}

// Only what the contact asked for himself carries a code, and only for the browser that asked.
async function makeCode(
  db: AgencyDb,
  { id, kind, contactId, browserHash }: Sending,
  key: Buffer,
): Promise<string | undefined> {
  if (kind !== "sign-in-link" || !browserHash) return undefined;
  return await createSignInCode(db, { emailId: id, contactId, browserHash }, key);
}

async function attempt(
  ready: Omit<Ready, "sender">,
  agencyId: string,
  deps: SendingDeps,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const { sentBy, bounceNumber, id, attempt: number } = ready.sending;
    const bounce = { agencyNumber: bounceNumber, emailId: id, attempt: number };
    const sender = sentBy ? await deps.globals.run((db) => findSender(db, sentBy)) : undefined;
    const message = await composeEmail({ ...ready, sender }, senderOf(ready.identity, agencyId, deps, bounce));
    if (signal.aborted) throw new LeaseLost();
    return await deps.mailer.send(message);
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof Unavailable) throw error;
    const unsent = { code: null, response: null };
    if (error instanceof AddressRefused) {
      return {
        kind: "refused",
        suppress: false,
        reason: "The address is not one that mail can be sent to.",
        ...unsent,
      };
    }
    deps.log.error({ err: error, email: ready.sending.id }, "An e-mail could not be prepared.");
    const reason = "The e-mail could not be prepared. It will be tried again.";
    return { kind: "retry", scope: "recipient", inDoubt: false, reason, ...unsent };
  }
}

/** Writes down what came of the attempt and ends or postpones the job, all or nothing. The job comes first: without its lease nothing counts. */
async function settle(db: AgencyDb, job: EmailJob, outcome: Outcome): Promise<void> {
  const { emailId } = job;
  switch (outcome.kind) {
    case "accepted":
      await finishJob(db, job);
      return await markSent(db, emailId, outcome.response);
    case "refused":
      await finishJob(db, job);
      return await markRefused(db, emailId, outcome);
    case "sender": {
      await holdLease(db, job);
      const seconds = await pauseSending(db, emailId, outcome.reason, answerOf(outcome));
      return await postponeJob(db, job, { seconds: seconds + Math.random() * 30, reason: PAUSED, spent: false });
    }
    case "retry":
      return await tryLater(db, job, outcome);
  }
}

const answerOf = ({ code, response }: { code: string | null; response: string | null }) => ({ code, response });

async function tryLater(db: AgencyDb, job: EmailJob, outcome: Outcome & { kind: "retry" }): Promise<void> {
  const { scope, reason } = outcome;
  await holdLease(db, job);
  // a relay that is away comes back for everybody at once; a server that greylists wants us to come back later and later
  const seconds = retryDelay(job.attempts, { first: 15, longest: scope === "relay" ? 120 : 3_600 });
  if (await isWorthTrying(db, job.emailId, seconds)) {
    await markDelayed(db, job.emailId, reason, answerOf(outcome));
    await postponeJob(db, job, { seconds, reason, spent: true });
  } else {
    await markFailed(db, job.emailId, reason, answerOf(outcome));
    await finishJob(db, job);
  }
}

const AGAIN_MS = 300;

/** Tries a transaction again while the database is away: what was sent must be written down, or it would be sent twice. */
async function whileHeld(signal: AbortSignal, write: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof Unavailable) || signal.aborted) throw error;
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
