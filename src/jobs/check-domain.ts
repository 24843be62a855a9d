// Checks one domain: asks DNS, knocks at the name, writes down what followed, and puts itself off until the next time.
import { type DomainRecords, lookUpDomain } from "../dns/domain-records.ts";
import { proxyAt } from "../dns/networks.ts";
import { type Probe, type ProbeSettings, probeHost } from "../dns/probe.ts";
import type { Resolver } from "../dns/resolvers.ts";
import { findDomainToCheck, isTaken, type Settled, settleCheck } from "../models/domain-checks.ts";
import { findRival, type Rival } from "../models/domain-claims.ts";
import { type DomainToCheck, type Findings, readFindings } from "../models/domain-findings.ts";
import type { HandlerDeps } from "./handlers.ts";
import { finishJob, postponeJob } from "./queue.ts";
import type { Handler } from "./worker.ts";

/** What the checks of a process share. */
export type DomainChecks = { resolvers: readonly Resolver[]; probe: ProbeSettings };

type CheckDeps = Pick<HandlerDeps, "agencies" | "globals" | "portalOrigin" | "log" | "domainChecks">;

/** The handler of `check-domain`: one job a domain, whose id is the domain's, for as long as the agency has it. */
export function createCheckDomain(deps: CheckDeps): Handler {
  const { agencies, globals, portalOrigin, domainChecks } = deps;
  const https = portalOrigin.scheme === "https";
  return async (job) => {
    const { hostId } = job.payload;
    if (!hostId) return "done";
    const store = agencies.open(job.agencyId);
    const domain = await store.read((db) => findDomainToCheck(db, hostId, portalOrigin));
    if (!domain) return "done";
    const findings = await examine(domain, domainChecks);
    const settle = async (rival: Rival): Promise<Settled | undefined> => {
      const outcome = readFindings(domain, findings, rival, https);
      return await store.write(async (db) => {
        const settled = await settleCheck(db, hostId, findings, outcome, rival);
        if (settled) await postponeJob(db, job, { seconds: settled.seconds, reason: "Checked.", spent: false });
        else await finishJob(db, job);
        return settled;
      });
    };
    const rival = await globals.run((db) => findRival(db, domain.name, hostId));
    const settled = await settle(rival).catch((error: unknown) => {
      // Two claims were proven in the same moment, and the other one was first.
      if (isTaken(error)) return settle("current");
      throw error;
    });
    if (settled?.change) deps.log.info({ domain: domain.name, change: settled.change }, "domain changed");
    return "settled";
  };
}

/** What DNS says of a domain and, once it is proven, what answers there. A name that is not proven gets no requests from us. */
export async function examine(domain: DomainToCheck, { resolvers, probe }: DomainChecks): Promise<Findings> {
  const records = await lookUpDomain(resolvers, { host: domain.name, ...domain.proof });
  const addresses = addressesOf(records);
  const found: Probe | null =
    domain.proven && addresses.length > 0 ? await probeHost(domain.name, addresses, probe) : null;
  const proxy = proxyAt(addresses) ?? found?.https.proxy ?? found?.http?.proxy ?? null;
  return { records, probe: found, proxy };
}

// Addresses need no agreement: big networks give every resolver others, and only our own marker makes one count.
function addressesOf({ a, aaaa, cname }: DomainRecords): readonly string[] {
  return cname.trouble === "loop" || cname.trouble === "too-long" ? [] : [...a.values, ...aaaa.values];
}
