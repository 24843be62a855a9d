// The DNS records of a sending domain: what to set, what a check's answers mean, and what to change; pure.
import type { Seen } from "../dns/agreement.ts";
import type { SenderNames, SenderRecords } from "../dns/sender-records.ts";
import { zoneOf } from "./domain-names.ts";

/** What the operator says of the platform's mail: the SPF mechanisms of its servers, and the domain where bounces come in. */
export type PlatformMail = { spf: readonly string[]; bounceDomain: string | undefined };

export type SendingKeys = { domain: string; selector: string; publicKey: string; proofValue: string };

export type RecordKind = "proof" | "dkim" | "spf" | "dmarc" | "bounce";

/** How a record was found. `unknown` is no answer and changes nothing; `covered`: another record does its work. */
export type RecordFound = "found" | "covered" | "missing" | "wrong" | "unknown";

export type Finding = {
  found: RecordFound;
  /** What stands there now, cut to what fits a screen. */
  values: readonly string[];
  /** What is wrong or to be known, in words for the screen. */
  why?: string;
  /** The value to set instead of the usual one, such as an SPF record joined with the one that stands there. */
  value?: string;
};

/** What a check found: each record to set, and whether the domain takes in mail (`mail`), which is nothing that we set. */
export type Findings = Readonly<Partial<Record<RecordKind | "mail", Finding>>>;

/** A record to set. `required` ones decide whether the domain is used; the others help mail to arrive. */
export type SendingRecord = {
  kind: RecordKind;
  type: "TXT" | "CNAME";
  name: string;
  value: string;
  required: boolean;
};

/** The host that bounces come back to, below the sending domain. */
export const bounceHost = (domain: string) => `portico-bounces.${domain}`;

const proofName = (domain: string) => `_portico-mail.${domain}`;
const proofText = (proofValue: string) => `portico-verify=${proofValue}`;
const dkimText = (publicKey: string) => `v=DKIM1; k=rsa; p=${publicKey}`;
const DMARC_TEXT = "v=DMARC1; p=none";
const spfText = (mechanisms: readonly string[]) => `v=spf1 ${mechanisms.join(" ")} ~all`;

/** Every record to set, with the values of the last check's advice; those that the platform has no use for are left out. */
export function recordsToSet(keys: SendingKeys, platform: PlatformMail, findings: Findings = {}): SendingRecord[] {
  const { domain, selector, publicKey, proofValue } = keys;
  const txt = { type: "TXT", required: false } as const;
  const records: SendingRecord[] = [
    { ...txt, kind: "proof", name: proofName(domain), value: proofText(proofValue), required: true },
    { ...txt, kind: "dkim", name: `${selector}._domainkey.${domain}`, value: dkimText(publicKey), required: true },
  ];
  if (platform.spf.length > 0) records.push({ ...txt, kind: "spf", name: domain, value: spfText(platform.spf) });
  records.push({ ...txt, kind: "dmarc", name: `_dmarc.${domain}`, value: DMARC_TEXT });
  if (platform.bounceDomain)
    records.push({
      kind: "bounce",
      type: "CNAME",
      name: bounceHost(domain),
      value: platform.bounceDomain,
      required: false,
    });
  return records.map((record) => ({ ...record, value: findings[record.kind]?.value ?? record.value }));
}

/** The names that a check looks up. */
export function namesToCheck(
  { domain, selector }: Pick<SendingKeys, "domain" | "selector">,
  platform: PlatformMail,
): SenderNames {
  const zone = zoneOf(domain);
  return {
    proof: proofName(domain),
    dkim: `${selector}._domainkey.${domain}`,
    spf: domain,
    dmarc: `_dmarc.${domain}`,
    parentDmarc: zone === domain ? undefined : `_dmarc.${zone}`,
    bounce: platform.bounceDomain ? bounceHost(domain) : undefined,
    spfMechanisms: platform.spf,
  };
}

/** What each record's answers mean. */
export function judgeRecords(keys: SendingKeys, platform: PlatformMail, seen: SenderRecords): Findings {
  return {
    proof: judgeProof(keys, seen.proof),
    dkim: judgeDkim(keys, seen.dkim),
    ...(platform.spf.length > 0 ? { spf: judgeSpf(platform.spf, seen) } : {}),
    dmarc: judgeDmarc(seen),
    ...(platform.bounceDomain ? { bounce: judgeBounce(platform.bounceDomain, seen.bounce) } : {}),
    mail: judgeMail(seen),
  };
}

const LONGEST_SHOWN = 600;
const MOST_SHOWN = 4;

const shownOf = (values: readonly string[]) =>
  values.slice(0, MOST_SHOWN).map((value) => value.slice(0, LONGEST_SHOWN));

function unanswered({ values, trouble, why }: Seen): Finding | undefined {
  if (!trouble) return undefined;
  const words =
    trouble === "disagree"
      ? "DNS servers do not agree yet: the change is still on its way."
      : `DNS gave no answer (${why ?? "no answer"}). This changes nothing; we ask again.`;
  return { found: "unknown", values: shownOf(values), why: words };
}

const missing: Finding = { found: "missing", values: [] };

function judgeProof({ proofValue }: SendingKeys, seen: Seen): Finding {
  const none = unanswered(seen);
  if (none) return none;
  const values = shownOf(seen.values);
  if (seen.values.some((value) => value.trim() === proofText(proofValue))) return { found: "found", values };
  if (values.length === 0) return missing;
  const quoted = seen.values.some((value) => value.replaceAll('"', "").trim() === proofText(proofValue));
  return { found: "wrong", values, why: quoted ? QUOTED : "This is the value of another claim." };
}

const QUOTED = "The value was typed with quotation marks. Set it without them.";

/** The public key that a DKIM record publishes (RFC 6376 §3.6.1), base64; or why receivers would not take it. */
export function publishedKey(values: readonly string[]): { key: string } | { fault: string } {
  if (values.length > 1) return { fault: "There are two records at this name. Receivers may take the wrong one." };
  const [text = ""] = values;
  if (/^\s*"/.test(text)) return { fault: QUOTED };
  const tags = tagsOf(text);
  if (tags.has("v") && tags.get("v") !== "DKIM1") return { fault: "This is not a DKIM record." };
  const key = tags.get("p")?.replace(/\s+/g, "");
  if (key === undefined) return { fault: "The record holds no key (p=)." };
  if (key === "") return { fault: "The record says that the key was withdrawn (p= is empty)." };
  if ((tags.get("k") ?? "rsa") !== "rsa") return { fault: "The record is for another kind of key." };
  if (!/^(?:.*:)?\s*sha256\s*(?::|$)/.test(tags.get("h") ?? "sha256"))
    return { fault: "The record excludes sha256 (h=)." };
  if (!(tags.get("s") ?? "*").split(":").some((service) => /^\s*(?:\*|email)\s*$/.test(service)))
    return { fault: "The record is not for e-mail (s=)." };
  if (/(?:^|:)\s*y\s*(?::|$)/.test(tags.get("t") ?? ""))
    return { fault: "The record is in test mode (t=y): receivers treat signed mail as unsigned." };
  return { key };
}

function tagsOf(text: string): Map<string, string> {
  const pairs = text.split(";").map((part) => {
    const at = part.indexOf("=");
    return [part.slice(0, Math.max(at, 0)).trim(), part.slice(at + 1).trim()] as const;
  });
  return new Map(pairs.filter(([name]) => name !== ""));
}

function judgeDkim({ publicKey }: SendingKeys, seen: Seen): Finding {
  const none = unanswered(seen);
  if (none) return none;
  if (seen.values.length === 0) return missing;
  const values = shownOf(seen.values);
  const published = publishedKey(seen.values);
  if ("fault" in published) return { found: "wrong", values, why: published.fault };
  if (published.key === publicKey) return { found: "found", values };
  const cut = publicKey.startsWith(published.key) && published.key.length < publicKey.length;
  return { found: "wrong", values, why: cut ? "The key was cut off. Set the whole value." : "This is another key." };
}

function judgeSpf(mechanisms: readonly string[], { spf, covered, cname }: SenderRecords): Finding {
  if (cname.values.length > 0 && !cname.trouble)
    return {
      found: "covered",
      values: [],
      why: "The name is an alias (CNAME), and beside one no SPF record can stand. Mail is aligned by DKIM alone.",
    };
  const none = unanswered(spf);
  if (none) return none;
  const values = shownOf(spf.values);
  if (spf.values.length === 0) return missing;
  const joined = joinSpf(spf.values, mechanisms);
  if (spf.values.length > 1)
    return {
      found: "wrong",
      values,
      value: joined,
      why: `There are ${spf.values.length} SPF records, and receivers refuse more than one. Replace them with this one.`,
    };
  if (covered === undefined)
    return { found: "unknown", values, why: "DNS gave no answer for what the record includes. We ask again." };
  // what stands there is the value to keep: copying ours over it would cut off the agency's own servers
  if (mechanisms.every((one) => covered.includes(one)))
    return { found: "found", values, value: spf.values[0] ?? spfText(mechanisms) };
  return {
    found: "wrong",
    values,
    value: joined,
    why: "Your SPF record does not name our servers. Change it to this; a second one beside it would break both.",
  };
}

/** One SPF record from those that stand there and our mechanisms, ours before the first term that ends the list. */
export function joinSpf(records: readonly string[], mechanisms: readonly string[]): string {
  const terms = records.flatMap((record) => record.replaceAll('"', "").trim().split(/\s+/).slice(1));
  const isLast = (term: string) => /^[+?~-]?all$|^redirect=/i.test(term);
  const kept = [...new Set([...terms.filter((term) => !isLast(term)), ...mechanisms])];
  const ends = terms.filter(isLast);
  // all ends the list and makes a redirect meaningless (RFC 7208 §6.1)
  const end = ends.find((term) => !/^redirect=/i.test(term)) ?? ends[0] ?? "~all";
  return ["v=spf1", ...kept, end].join(" ");
}

/** The policy that a DMARC record asks for (`none`, `quarantine`, `reject`); undefined when the record is not one. */
export function dmarcPolicy(record: string): string | undefined {
  const policy = tagsOf(record.replaceAll('"', "")).get("p")?.toLowerCase();
  return policy && ["none", "quarantine", "reject"].includes(policy) ? policy : undefined;
}

function judgeDmarc({ dmarc, parentDmarc }: SenderRecords): Finding {
  const none = unanswered(dmarc);
  if (none) return none;
  const values = shownOf(dmarc.values);
  if (dmarc.values.length > 1)
    return { found: "wrong", values, why: "There are two DMARC records, and receivers ignore both. Keep one." };
  if (dmarc.values.length === 1) {
    if (/^\s*"/.test(dmarc.values[0] ?? "")) return { found: "wrong", values, why: QUOTED };
    if (!dmarcPolicy(dmarc.values[0] ?? ""))
      return { found: "wrong", values, why: "The record names no policy (p=none, p=quarantine or p=reject)." };
    const [own = DMARC_TEXT] = dmarc.values;
    return own === DMARC_TEXT
      ? { found: "found", values }
      : { found: "found", values, value: own, why: "Your own record is kept as it is." };
  }
  if (parentDmarc.trouble) return unanswered(parentDmarc) ?? missing;
  if (parentDmarc.values.length === 1 && dmarcPolicy(parentDmarc.values[0] ?? ""))
    return {
      found: "covered",
      values: shownOf(parentDmarc.values),
      why: "The record of the domain above holds here too.",
    };
  return missing;
}

function judgeBounce(target: string, seen: Seen): Finding {
  const none = unanswered(seen);
  if (none) return none;
  if (seen.values.length === 0) return missing;
  const values = shownOf(seen.values);
  if (seen.values.includes(target)) return { found: "found", values };
  return { found: "wrong", values, why: "It points somewhere else." };
}

// Many receivers refuse mail from a domain that could not be answered.
function judgeMail({ mx, a, aaaa }: SenderRecords): Finding {
  const none = unanswered(mx);
  if (none) return none;
  const values = shownOf(mx.values);
  // RFC 7505: a single MX that names nothing says that the domain takes no mail.
  if (mx.values.length === 1 && /^\d+ \.$/.test(mx.values[0] ?? ""))
    return { found: "wrong", values, why: "Its MX record says that it takes in no mail (a null MX)." };
  if (values.length > 0) return { found: "found", values };
  if ([a, aaaa].some((seen) => seen.values.length > 0)) return { found: "covered", values };
  return unanswered(a) ?? unanswered(aaaa) ?? { ...missing, why: "It has neither an MX record nor an address." };
}

/** A long TXT value as the strings of at most 255 bytes that DNS keeps it in (RFC 1035 §3.3.14). */
export function txtStrings(value: string): string[] {
  return value.match(/[\s\S]{1,255}/g) ?? [""];
}
