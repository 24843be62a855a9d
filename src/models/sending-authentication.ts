// Judges a message as its receiver would (RFC 6376, 7208, 7489): from its signature, its envelope and what stands in DNS; pure.
import type { SenderRecords } from "../dns/sender-records.ts";
import { zoneOf } from "./domain-names.ts";
import { dmarcPolicy, type PlatformMail, publishedKey } from "./sending-records.ts";
import type { AuthenticationResult } from "./sending-tests.ts";

/** A message that left, and what was looked up for it: the key at its selector, SPF at the envelope's domain, DMARC at `domain`. */
export type JudgedMessage = {
  /** The domain in From. */
  domain: string;
  signature: { domain: string; selector: string } | undefined;
  verify: (publicKey: string) => { pass: true } | { pass: false; why: string };
  envelopeDomain: string;
  platform: PlatformMail;
  seen: SenderRecords;
};

export type Verdicts = { dkim: AuthenticationResult; spf: AuthenticationResult; dmarc: AuthenticationResult };

/** The three verdicts, each with what it is about. */
export function authenticate(message: JudgedMessage): Verdicts {
  const dkim = judgeSignature(message);
  const spf = judgeEnvelope(message);
  return { dkim, spf, dmarc: judgePolicy(message, dkim, spf) };
}

function judgeSignature({ signature, verify, seen }: JudgedMessage): AuthenticationResult {
  if (!signature) return { result: "none", detail: "The message was not signed." };
  if (seen.dkim.trouble) return { result: "unknown", detail: "DNS gave no answer for the key." };
  if (seen.dkim.values.length === 0)
    return { result: "fail", detail: `There is no key at ${signature.selector}._domainkey.${signature.domain}.` };
  const published = publishedKey(seen.dkim.values);
  if ("fault" in published) return { result: "fail", detail: published.fault };
  const checked = verify(published.key);
  if (!checked.pass) return { result: "fail", detail: checked.why };
  return { result: "pass", detail: `Signed by ${signature.domain} with the key ${signature.selector}.` };
}

function judgeEnvelope({ envelopeDomain, platform, seen }: JudgedMessage): AuthenticationResult {
  if (platform.spf.length === 0)
    return { result: "unknown", detail: "Not checked: it is not known which servers your mail leaves from." };
  if (seen.spf.trouble || seen.covered === undefined)
    return { result: "unknown", detail: `DNS gave no answer for ${envelopeDomain}.` };
  if (seen.spf.values.length === 0) return { result: "none", detail: `${envelopeDomain} has no SPF record.` };
  if (seen.spf.values.length > 1) return { result: "fail", detail: `${envelopeDomain} has more than one SPF record.` };
  const all = platform.spf.every((mechanism) => seen.covered?.includes(mechanism));
  return all
    ? { result: "pass", detail: `${envelopeDomain} lets our servers send.` }
    : { result: "fail", detail: `The SPF record of ${envelopeDomain} does not name our servers.` };
}

function judgePolicy(
  { domain, signature, envelopeDomain, seen }: JudgedMessage,
  dkim: AuthenticationResult,
  spf: AuthenticationResult,
): AuthenticationResult {
  if (seen.dmarc.trouble || seen.parentDmarc.trouble)
    return { result: "unknown", detail: "DNS gave no answer for the policy." };
  const own = seen.dmarc.values.length === 1 ? seen.dmarc.values[0] : undefined;
  const record = own ?? (seen.dmarc.values.length === 0 ? seen.parentDmarc.values[0] : undefined);
  const policy = record && dmarcPolicy(record);
  const tags = (record ?? "").toLowerCase();
  const signed = dkim.result === "pass" && aligned(domain, signature?.domain ?? "", /\badkim\s*=\s*s/.test(tags));
  const enveloped = spf.result === "pass" && aligned(domain, envelopeDomain, /\baspf\s*=\s*s/.test(tags));
  const by = [signed && "DKIM", enveloped && "SPF"].filter(Boolean).join(" and ");
  if (!policy)
    return {
      result: "none",
      detail: by ? `No DMARC record; the message is aligned by ${by}.` : "No DMARC record, and nothing is aligned.",
    };
  return by
    ? { result: "pass", detail: `Aligned by ${by}. The domain’s policy is ${policy}.` }
    : { result: "fail", detail: `Nothing is aligned with ${domain}. The domain’s policy is ${policy}.` };
}

// Relaxed alignment wants the same registrable domain, strict the same name (RFC 7489 §3.1).
const aligned = (from: string, other: string, strict: boolean) =>
  strict ? from === other : zoneOf(from) === zoneOf(other);
