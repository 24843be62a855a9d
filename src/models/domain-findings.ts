// What a check of a domain looks for, what it found, and what that proves and shows.
import type { DomainRecords } from "../dns/domain-records.ts";
import type { Probe } from "../dns/probe.ts";
import type { DomainProof, Rival } from "./domain-claims.ts";
import type { CheckOutcome } from "./domain-states.ts";

/** What a check found, kept for the screen beside what was expected. */
export type LastCheck = {
  records: DomainRecords;
  probe: Probe | null;
  /** The proxy that stands in front of the name, as its addresses or its answers tell. */
  proxy: string | null;
  /** What the check concluded; a proof may be found and yet not count. */
  proof: CheckOutcome["proof"];
  reachable: CheckOutcome["reachable"];
  /** Another agency holds the name. */
  held: boolean;
};

/** What a check looks for. */
export type DomainToCheck = { hostId: string; name: string; proof: DomainProof; needsTxt: boolean; proven: boolean };

/** What the network said. */
export type Findings = { records: DomainRecords; probe: Probe | null; proxy: string | null };

/** What the findings prove and show. `https` says that links are built with https, so that an answer by HTTP alone is of no use. */
export function readFindings(
  domain: Pick<DomainToCheck, "proof" | "needsTxt">,
  findings: Findings,
  rival: Rival,
  https: boolean,
): CheckOutcome {
  return {
    proof: proofIn(domain, findings.records, rival),
    reachable: reachableBy(findings, https),
    held: rival === "current",
  };
}

function proofIn(
  { proof, needsTxt }: Pick<DomainToCheck, "proof" | "needsTxt">,
  { txt, cname }: DomainRecords,
  rival: Rival,
): CheckOutcome["proof"] {
  if (!txt.trouble && txt.values.some((value) => bare(value) === proof.txtValue)) return "txt";
  // An alias may have been left behind by whoever had the name before; a TXT record of this very claim was not.
  if (needsTxt || rival !== "none") return null;
  return !cname.trouble && cname.values.includes(proof.target) ? "cname" : null;
}

// Some providers keep the quotes that people paste along.
const bare = (value: string) => value.trim().replace(/^"|"$/g, "");

function reachableBy({ records, probe }: Findings, https: boolean): CheckOutcome["reachable"] {
  const { cname, a, aaaa } = records;
  if (probe?.https.result === "ours" || (!https && probe?.http?.result === "ours")) return "yes";
  if (cname.trouble === "loop" || cname.trouble === "too-long") return "no";
  // What is no answer in DNS, or not agreed on, may hide the address that would have shown our marker.
  if (a.trouble || aaaa.trouble) return "unknown";
  const asked = https ? [probe?.https] : [probe?.https, probe?.http];
  return asked.some((answer) => answer?.result === "unclear") ? "unknown" : "no";
}
