// Sends a member a test mail from a sending domain, and judges the message that left as its receiver would.
import { renderEmail } from "../../emails/render.ts";
import { untilMoment } from "../../emails/words.ts";
import { lookUpSender } from "../dns/sender-records.ts";
import { AddressRefused } from "../mail/addresses.ts";
import type { Outcome } from "../mail/answers.ts";
import { type ComposedMessage, composeMessage, newMessageId } from "../mail/compose.ts";
import { readSignature, verifyMessage } from "../mail/dkim.ts";
import { findSender } from "../models/sending.ts";
import { authenticate } from "../models/sending-authentication.ts";
import { namesToCheck } from "../models/sending-records.ts";
import { findTestSender, settleTest, type TestResult } from "../models/sending-tests.ts";
import type { SendingDeps } from "./handlers.ts";
import { finishJob, holdLease, LeaseLost } from "./queue.ts";
import { senderOf } from "./sender.ts";
import type { Handler } from "./worker.ts";

type Test = NonNullable<Awaited<ReturnType<typeof findTestSender>>>;
type Recipient = { name: string; address: string };

/** The handler of `send-test-mail`. It is tried once: somebody waits for the answer, and can ask again. */
export function createSendTestMail(deps: SendingDeps): Handler {
  return async (job, signal) => {
    const { domainId, memberId } = job.payload;
    if (!domainId || !memberId) return "done";
    const store = deps.agencies.open(job.agencyId);
    const test = await store.read((db) => findTestSender(db, domainId));
    const to = await deps.globals.run((db) => findSender(db, memberId));
    const result = test && to ? await attempt(test, to, job.agencyId, deps, signal).catch(unlessRefused) : null;
    await store.write(async (db) => {
      await holdLease(db, job);
      await settleTest(db, domainId, memberId, result);
      await finishJob(db, job);
    });
    return "settled";
  };
}

// An address that no mail can go to leaves nothing to show.
function unlessRefused(error: unknown): null {
  if (error instanceof AddressRefused) return null;
  throw error;
}

async function attempt(
  { identity, agency }: Test,
  to: Recipient,
  agencyId: string,
  deps: SendingDeps,
  signal: AbortSignal,
): Promise<Omit<TestResult, "at">> {
  const from = senderOf(identity, agencyId, deps);
  const brand = { name: agency.name, color: agency.color, origin: deps.appOrigin };
  const message = await composeMessage({
    to,
    from: { name: agency.name, address: from.address },
    envelopeFrom: from.envelopeFrom,
    dkim: from.dkim,
    messageId: newMessageId(from.address),
    ...(await renderEmail("sending-test", brand, {
      memberName: to.name,
      from: from.address,
      sentAt: untilMoment(new Date(), agency.timeZone),
      recipient: to.address,
    })),
  });
  const verdicts = await judge(message, identity.domain, deps);
  if (signal.aborted) throw new LeaseLost();
  const outcome = await deps.mailer.send(message);
  deps.onAttempt?.({ email: "sending-test", outcome: outcome.kind });
  return { from: from.address, ...verdicts, ...deliveryOf(outcome) };
}

async function judge({ raw, envelope }: ComposedMessage, domain: string, deps: SendingDeps) {
  const { platform } = deps.senders;
  const signature = readSignature(raw);
  const envelopeDomain = envelope.from.split("@").at(-1) ?? "";
  const names = namesToCheck({ domain, selector: signature?.selector ?? "" }, platform);
  const seen = await lookUpSender(deps.domainChecks.resolvers, { ...names, spf: envelopeDomain });
  return authenticate({
    domain,
    signature,
    verify: (publicKey) => verifyMessage(raw, publicKey),
    envelopeDomain,
    platform,
    seen,
  });
}

function deliveryOf(outcome: Outcome): Pick<TestResult, "delivered" | "delivery"> {
  if (outcome.kind === "accepted") return { delivered: true, delivery: outcome.response };
  return { delivered: false, delivery: outcome.reason };
}
