// Everything in DNS that decides over a sending domain, as the resolvers agree on it.
import { lookUp, type Seen } from "./agreement.ts";
import type { Resolver } from "./resolvers.ts";

/** What to look for: the names of the records, in lower case without the last dot, and the SPF mechanisms that mean our servers. */
export type SenderNames = {
  proof: string;
  dkim: string;
  spf: string;
  dmarc: string;
  /** Where DMARC looks when the domain has no record of its own. */
  parentDmarc: string | undefined;
  bounce: string | undefined;
  spfMechanisms: readonly string[];
};

/**
 * What is there. `spf` holds every record that begins as SPF does. `covered` are those of our mechanisms that the record reaches,
 * directly or through what it includes; undefined when that could not be followed to its end.
 */
export type SenderRecords = {
  proof: Seen;
  dkim: Seen;
  spf: Seen;
  covered: readonly string[] | undefined;
  /** The alias at the domain itself: beside one there can be no SPF record. */
  cname: Seen;
  dmarc: Seen;
  parentDmarc: Seen;
  bounce: Seen;
  /** Where the domain takes in mail: its MX records, and the addresses that stand in for them (RFC 5321 §5.1). */
  mx: Seen;
  a: Seen;
  aaaa: Seen;
};

const PROOF = /^"?portico-verify=/;
const SPF = /^["\s]*v=spf1(?:[\s"]|$)/i;
const DMARC = /^["\s]*v\s*=\s*DMARC1\b/i;
const NOTHING: Seen = { values: [] };

/** Looks all of it up at once. Never rejects: what could not be found out says so. */
export async function lookUpSender(resolvers: readonly Resolver[], names: SenderNames): Promise<SenderRecords> {
  const isDmarc = (value: string) => DMARC.test(value);
  const [proof, dkim, spf, cname, dmarc, parentDmarc, bounce, mx, a, aaaa] = await Promise.all([
    lookUp(resolvers, names.proof, "TXT", (value) => PROOF.test(value.trim())),
    lookUp(resolvers, names.dkim, "TXT"),
    lookUp(resolvers, names.spf, "TXT", (value) => SPF.test(value)),
    lookUp(resolvers, names.spf, "CNAME"),
    lookUp(resolvers, names.dmarc, "TXT", isDmarc),
    names.parentDmarc ? lookUp(resolvers, names.parentDmarc, "TXT", isDmarc) : NOTHING,
    names.bounce ? lookUp(resolvers, names.bounce, "CNAME") : NOTHING,
    lookUp(resolvers, names.spf, "MX"),
    lookUp(resolvers, names.spf, "A"),
    lookUp(resolvers, names.spf, "AAAA"),
  ]);
  const covered = await reach(resolvers, spf, names.spfMechanisms);
  return { proof, dkim, spf, covered, cname, dmarc, parentDmarc, bounce, mx, a, aaaa };
}

// RFC 7208 §4.6.4: a receiver follows at most ten look-ups.
const MOST_LOOKUPS = 10;

/** Which of `wanted` a record reaches through itself, its includes and its redirect. */
async function reach(
  resolvers: readonly Resolver[],
  spf: Seen,
  wanted: readonly string[],
): Promise<string[] | undefined> {
  if (wanted.length === 0 || spf.trouble || spf.values.length !== 1) return [];
  const found = new Set<string>();
  const queue = [...spf.values];
  const asked = new Set<string>();
  for (let record = queue.shift(); record !== undefined; record = queue.shift()) {
    const terms = termsOf(record);
    for (const mechanism of wanted) if (terms.includes(mechanism)) found.add(mechanism);
    if (found.size === wanted.length) break;
    for (const next of terms.map(leadsTo).filter((name) => name !== undefined)) {
      if (asked.has(next) || asked.size >= MOST_LOOKUPS) continue;
      asked.add(next);
      const seen = await lookUp(resolvers, next, "TXT", (value) => SPF.test(value));
      if (seen.trouble) return undefined;
      queue.push(...seen.values);
    }
  }
  return [...found];
}

/** The terms of an SPF record after its version, in lower case; a leading `+` says nothing. */
export function termsOf(record: string): string[] {
  return record
    .replaceAll('"', "")
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .slice(1)
    .map((term) => term.replace(/^\+/, ""));
}

// Names with macros depend on the message; what they lead to cannot be said beforehand.
const leadsTo = (term: string) => /^(?:include:|redirect=)([^%]+)$/.exec(term)?.[1]?.replace(/\.$/, "");
