// Everything in DNS that decides over a custom domain, as the resolvers agree on it.
import { lookUp, type Seen, same } from "./agreement.ts";
import type { Answer, Resolver } from "./resolvers.ts";

/** What to look for: the host, the names and values that would prove it. All names in lower case without the last dot. */
export type Expected = { host: string; target: string; txtName: string; txtValue: string };

/** What is there. `cname` holds the chain in its order; `caa` the nearest set at or above the host; `expected` the addresses of our target. */
export type DomainRecords = {
  cname: Seen;
  txt: Seen;
  a: Seen;
  aaaa: Seen;
  caa: Seen;
  expected: { a: Seen; aaaa: Seen };
};

const LONGEST = 253;
const MAX_HOPS = 8;
const DEADLINE_MS = 10_000;
const PROOF = /^"?portico-verify=/;

/** Looks all of it up at once, and asks nothing more after `deadlineMs`. Never rejects: what could not be found out says so. */
export async function lookUpDomain(
  servers: readonly Resolver[],
  { host, target, txtName }: Expected,
  deadlineMs = DEADLINE_MS,
): Promise<DomainRecords> {
  const resolvers = withDeadline(servers, deadlineMs);
  const [cname, txt, a, aaaa, caa, targetA, targetAaaa] = await Promise.all([
    lookUpChain(resolvers, host),
    // Before the longest names there is no room for another label, and so nothing to ask for.
    txtName.length > LONGEST ? { values: [] } : lookUp(resolvers, txtName, "TXT", (value) => PROOF.test(value.trim())),
    lookUp(resolvers, host, "A"),
    lookUp(resolvers, host, "AAAA"),
    lookUpCaa(resolvers, host),
    lookUp(resolvers, target, "A"),
    lookUp(resolvers, target, "AAAA"),
  ]);
  return { cname, txt, a, aaaa, caa, expected: { a: targetA, aaaa: targetAaaa } };
}

// Whoever serves a zone decides how many steps there are and how long each takes.
function withDeadline(resolvers: readonly Resolver[], deadlineMs: number): Resolver[] {
  const end = performance.now() + deadlineMs;
  const late: Answer = { kind: "no-answer", why: "no answer in time" };
  return resolvers.map((resolver) => ({
    server: resolver.server,
    ask: async (name, type) => (performance.now() < end ? resolver.ask(name, type) : late),
  }));
}

async function lookUpChain(resolvers: readonly Resolver[], host: string): Promise<Seen> {
  const chains = await Promise.all(resolvers.map((resolver) => follow(resolver, host)));
  const ends = same(chains.map(({ answer }) => answer));
  if (ends.trouble) return ends;
  // same() sorts, and the order of a chain is what it means
  const [first] = chains;
  const values = first?.answer.kind === "found" ? first.answer.values : [];
  return first?.trouble ? { values, trouble: first.trouble } : { values };
}

type Chain = { answer: Answer; trouble?: "loop" | "too-long" };

async function follow(resolver: Resolver, host: string): Promise<Chain> {
  const hops: string[] = [];
  let at = host;
  for (;;) {
    const answer = await resolver.ask(at, "CNAME");
    if (answer.kind === "no-answer") {
      // A resolver that follows a loop by itself gives up with SERVFAIL; the hops before it are still true.
      return { answer };
    }
    const next = answer.kind === "found" ? answer.values[0] : undefined;
    if (next === undefined) return { answer: hops.length > 0 ? { kind: "found", values: hops } : { kind: "none" } };
    const seen = next === host || hops.includes(next);
    hops.push(next);
    const found: Answer = { kind: "found", values: hops };
    if (seen) return { answer: found, trouble: "loop" };
    if (hops.length >= MAX_HOPS) return { answer: found, trouble: "too-long" };
    at = next;
  }
}

// RFC 8659 §3: the nearest set at or above the name decides.
async function lookUpCaa(resolvers: readonly Resolver[], host: string): Promise<Seen> {
  const labels = host.split(".");
  for (let i = 0; i < labels.length - 1; i++) {
    const seen = await lookUp(resolvers, labels.slice(i).join("."), "CAA");
    if (seen.trouble || seen.values.length > 0) return seen;
  }
  return { values: [] };
}
