// Sends one e-mail: begins the attempt in one transaction, hands the message to the relay outside of any, and writes down what came of it.
import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import type { AgencyDb } from "../db/schema.ts";
import { AddressRefused, type Mailbox } from "../mail/addresses.ts";
import { ADDRESS_REFUSED, type Outcome } from "../mail/answers.ts";
import { Unavailable } from "../models/errors.ts";
import { findSender } from "../models/sending.ts";
import { markDelayed } from "../models/sending-results.ts";
import { unsubscribeToken } from "../models/workflow-mail.ts";
import { portal } from "../paths.ts";
import { beginEmails, type EmailJob } from "./begin-emails.ts";
import type { SendingDeps } from "./handlers.ts";
import { composeEmail, type Ready } from "./message.ts";
import { LeaseLost, postponeJob } from "./queue.ts";
import { createSeats } from "./seats.ts";
import { senderOf } from "./sender.ts";
import { type Attempted, settleEmails } from "./settle-emails.ts";
import { createTogether } from "./together.ts";
import type { Handler } from "./worker.ts";

/** The handler of `send-email`. What begins or ends at the same moment is written together. */
export function createSendEmail(deps: SendingDeps): Handler {
  const { connections } = deps.mailer;
  const begin = createTogether((db, jobs: readonly EmailJob[]) => beginEmails(db, jobs, deps), {
    ms: 10,
    many: 2,
    enough: 100,
  });
  const settle = createTogether((db, attempts: readonly Attempted[]) => settleEmails(db, attempts), {
    ms: 3,
    many: 8,
    enough: Math.floor(connections * 0.8),
  });
  const senderFor = rememberedSenders(deps);
  const seated = createSeats(connections);
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
      const begun = await begin(store, job);
      if ("lost" in begun) throw new LeaseLost();
      if ("settled" in begun) return "settled";
      const { ready } = begun;
      const held = await seated(job.lane, async () => {
        outcome = await attempt(ready, job.agencyId, { ...deps, senderFor }, signal);
        ticket.end(outcome);
        deps.onAttempt?.({ email: ready.sending.kind, outcome: outcome.kind });
        const attempted = { job, outcome };
        return await whileHeld(signal, () => settle(store, attempted));
      });
      if (!held) throw new LeaseLost();
      return "settled";
    } finally {
      if (!outcome) ticket.end();
    }
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

type SenderFor = (memberId: string) => Promise<Mailbox | undefined>;

// One member sends to ten thousand: his name and address are asked for every few seconds, not for each.
function rememberedSenders({ globals }: SendingDeps): SenderFor {
  const known = new LRUCache<string, Promise<Mailbox | undefined>>({ max: 500, ttl: 5_000 });
  return (memberId) => {
    const found = known.get(memberId) ?? globals.run((db) => findSender(db, memberId));
    if (!known.has(memberId)) {
      known.set(memberId, found);
      found.catch(() => known.delete(memberId));
    }
    return found;
  };
}

async function attempt(
  ready: Omit<Ready, "sender">,
  agencyId: string,
  deps: SendingDeps & { senderFor: SenderFor },
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const { sentBy, agency, id, attempt: number } = ready.sending;
    const bounce = { agencyNumber: agency.bounceNumber, emailId: id, attempt: number };
    const sender = sentBy ? await deps.senderFor(sentBy) : undefined;
    const unsubscribe = unsubscribeUrl(ready, agencyId, deps);
    const from = senderOf(ready.identity, agencyId, deps, bounce);
    const message = await composeEmail({ ...ready, sender, unsubscribe }, from);
    if (signal.aborted) throw new LeaseLost();
    return await deps.mailer.send(message);
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof Unavailable) throw error;
    if (error instanceof AddressRefused) return ADDRESS_REFUSED;
    deps.log.error({ err: error, email: ready.sending.id }, "An e-mail could not be prepared.");
    const reason = "The e-mail could not be prepared. It will be tried again.";
    return { kind: "retry", scope: "recipient", inDoubt: false, reason, code: null, response: null };
  }
}

function unsubscribeUrl({ sending, origin }: Omit<Ready, "sender">, agencyId: string, { senders }: SendingDeps) {
  if (!sending.byWorkflow || !senders.unsubscribeKey) return undefined;
  return `${origin}${portal.unsubscribe(unsubscribeToken(agencyId, sending.contactId, senders.unsubscribeKey))}`;
}

const AGAIN_MS = 300;

/** Tries a transaction again while the database is away: what was sent must be written down, or it would be sent twice. */
async function whileHeld<T>(signal: AbortSignal, write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof Unavailable) || signal.aborted) throw error;
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
