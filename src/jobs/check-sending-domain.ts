// Checks one sending domain: asks DNS, writes down what followed, and puts itself off until the next time.
import { lookUpSender } from "../dns/sender-records.ts";
import { sealedFor } from "../models/dkim-keys.ts";
import {
  findSendingToCheck,
  isHeldByAnother,
  resealKey,
  type SendingToCheck,
  settleSendingCheck,
} from "../models/sending-checks.ts";
import { judgeRecords, namesToCheck } from "../models/sending-records.ts";
import type { HandlerDeps } from "./handlers.ts";
import { finishJob, postponeJob } from "./queue.ts";
import type { Handler } from "./worker.ts";

type CheckDeps = Pick<HandlerDeps, "agencies" | "log" | "domainChecks" | "senders">;

/** The handler of `check-sending-domain`: one job a domain, whose id is the domain's, for as long as the agency has it. */
export function createCheckSendingDomain(deps: CheckDeps): Handler {
  return async (job) => {
    const { domainId } = job.payload;
    if (!domainId) return "done";
    const store = deps.agencies.open(job.agencyId);
    const domain = await store.read((db) => findSendingToCheck(db, domainId));
    if (!domain) return "done";
    const { platform } = deps.senders;
    const findings = judgeRecords(
      domain,
      platform,
      await lookUpSender(deps.domainChecks.resolvers, namesToCheck(domain, platform)),
    );
    const fresh = sealedAnew(domain, sealedFor(job.agencyId, domainId), deps);
    const settle = (held: boolean) =>
      store.write(async (db) => {
        const settled = await settleSendingCheck(db, domainId, findings, held);
        if (!settled) return await finishJob(db, job);
        if (fresh) await resealKey(db, domainId, domain.sealedKey, fresh);
        await postponeJob(db, job, { seconds: settled.seconds, reason: "Checked.", spent: false });
        if (settled.change) deps.log.info({ domain: settled.domain, change: settled.change }, "sending domain changed");
        return undefined;
      });
    await settle(false).catch((error: unknown) => {
      // Row-level security hides another agency's row; its unique key does not.
      if (isHeldByAnother(error)) return settle(true);
      throw error;
    });
    return "settled";
  };
}

// A secret that is on its way out must not take the keys along.
function sealedAnew({ sealedKey, domain }: SendingToCheck, about: string, deps: CheckDeps): Buffer | undefined {
  const opened = deps.senders.open(sealedKey, about);
  if (!opened) deps.log.error({ domain }, "No SESSION_SECRET opens this domain's key.");
  return opened && !opened.newest ? deps.senders.seal(opened.plain, about) : undefined;
}
