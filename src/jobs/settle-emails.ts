// Writes down what came of a group of attempts of one agency and ends or postpones their jobs, all of it or nothing.
import type { AgencyDb } from "../db/schema.ts";
import type { Outcome } from "../mail/answers.ts";
import { PAUSED, pauseSending, wasRefusedAlone } from "../models/sending-pauses.ts";
import { finishSent, isWorthTrying, markDelayed, markFailed, markRefused } from "../models/sending-results.ts";
import type { EmailJob } from "./begin-emails.ts";
import { retryDelay } from "./delays.ts";
import { finishJob, holdLease, LeaseLost, postponeJob } from "./queue.ts";

/** An attempt that has ended. */
export type Attempted = { job: EmailJob; outcome: Outcome };

/** Settles the attempts; says of each whether its job was still held. Of one that was not, nothing is written. */
export async function settleEmails(db: AgencyDb, attempts: readonly Attempted[]): Promise<boolean[]> {
  const accepted = attempts.flatMap(({ job, outcome }) =>
    outcome.kind === "accepted" ? [{ job, emailId: job.emailId, response: outcome.response }] : [],
  );
  const ended = await finishSent(db, accepted);
  const held: boolean[] = [];
  for (const { job, outcome } of attempts)
    held.push(outcome.kind === "accepted" ? ended.has(job.jobId) : await isHeld(settleOne(db, job, outcome)));
  return held;
}

// A lease is asked for before anything is written, so what others of the group wrote may stand.
async function isHeld(settling: Promise<void>): Promise<boolean> {
  try {
    await settling;
    return true;
  } catch (error) {
    if (error instanceof LeaseLost) return false;
    throw error;
  }
}

async function settleOne(db: AgencyDb, job: EmailJob, outcome: Exclude<Outcome, { kind: "accepted" }>): Promise<void> {
  const { emailId } = job;
  switch (outcome.kind) {
    case "refused":
      await finishJob(db, job);
      return await markRefused(db, emailId, outcome);
    case "sender": {
      await holdLease(db, job);
      if (outcome.scope === "recipient" && (await wasRefusedAlone(db, emailId))) {
        await finishJob(db, job);
        return await markRefused(db, emailId, { ...outcome, suppress: false });
      }
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
