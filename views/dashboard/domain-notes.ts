// What is worth saying about a domain's last check: what was found beside what was expected, and what to do.
import type { Domain, LastCheck } from "../../src/models/domains.ts";
import type { Tone } from "../ui/status.tsx";

/** What is shown about a domain, beside the domain itself. `https` says that links are built with https. */
export type DomainView = { domain: Domain; https: boolean };

/** A message over a domain's records: what was found beside what was expected. */
export type DomainNote = {
  tone: Tone | undefined;
  title: string;
  text: string;
  found?: readonly string[];
  expected?: readonly string[];
};

/** What is worth saying about the last check, the most important first. */
export function notesOf({ domain, https }: DomainView): DomainNote[] {
  const { lastCheck: check } = domain;
  if (domain.included || !check) return [];
  if (domain.state === "pending") return pendingNotes(domain, check);
  if (domain.state === "active" && check.reachable === "yes") return activeNotes(domain, check, https);
  return [...answerNotes(domain, check, https), ...caaNotes(check, https)];
}

function pendingNotes(domain: Domain, check: LastCheck): DomainNote[] {
  const { records } = check;
  const { cname, txt } = records;
  const { target, txtValue } = domain.records;
  if (check.held)
    return [
      {
        tone: "bad",
        title: "This name is in use.",
        text: "Another account on this service holds it and has to remove it first. Your records count as soon as that is done.",
      },
    ];
  const notes: DomainNote[] = [];
  const chain = chainNote(domain, check, "bad");
  if (chain) notes.push(chain);
  else if (!cname.trouble && cname.values.length > 0 && !cname.values.includes(target))
    notes.push({
      tone: domain.needsTxt ? "wait" : "bad",
      title: "The CNAME points somewhere else.",
      text: "Change the record below, then check again.",
      found: cname.values.slice(0, 1),
      expected: [target],
    });
  if (!txt.trouble && txt.values.length > 0 && check.proof !== "txt")
    notes.push({
      tone: "bad",
      title: "The TXT record holds another value.",
      text: "It may be left over from an earlier try. Change the record below, then check again.",
      found: txt.values,
      expected: [txtValue],
    });
  else if (domain.needsTxt && !domain.apex && cname.values.includes(target))
    notes.push({
      tone: "wait",
      title: "The TXT record is needed too.",
      text: "This name was in use before, so the CNAME alone does not show that it is yours.",
    });
  if (check.proxy && !check.proof)
    notes.push({
      tone: "wait",
      title: `${check.proxy} stands in front of this name.`,
      text: "It hides the CNAME. Set the TXT record below, or turn the proxy off for this name.",
    });
  return [...notes, ...silenceNotes(check)];
}

function chainNote({ records }: Domain, check: LastCheck, tone: Tone): DomainNote | undefined {
  const { trouble, values } = check.records.cname;
  if (trouble !== "loop" && trouble !== "too-long") return undefined;
  const title = trouble === "loop" ? "The CNAME leads in a circle." : "There are too many CNAMEs in a row.";
  return { tone, title, text: "Point the first one at our name.", found: values, expected: [records.target] };
}

function silenceNotes({ records }: LastCheck): DomainNote[] {
  const seen = [records.cname, records.txt, records.a];
  const silent = seen.find(({ trouble }) => trouble === "no-answer");
  if (silent)
    return [
      {
        tone: "wait",
        title: "DNS gave no answer.",
        text: `The question ended with ${silent.why ?? "no answer"}. Nothing changes by that, and we ask again.`,
      },
    ];
  if (seen.some(({ trouble }) => trouble === "disagree"))
    return [
      {
        tone: "wait",
        title: "The change is still on its way.",
        text: "Two DNS servers say different things. We wait until they agree.",
      },
    ];
  return [];
}

const addressesIn = ({ a, aaaa }: { a: { values: readonly string[] }; aaaa: { values: readonly string[] } }) => [
  ...a.values,
  ...aaaa.values,
];

function answerNotes(domain: Domain, check: LastCheck, https: boolean): DomainNote[] {
  const { records, probe } = check;
  const tone = domain.state === "degraded" ? "bad" : "wait";
  const after = domain.state === "active" ? " After three failed checks over half an hour it counts as failing." : "";
  const expected = addressesIn(records.expected);
  if (!probe) {
    const chain = chainNote(domain, check, tone);
    if (chain) return [{ ...chain, text: `${chain.text}${after}` }];
    const silence = silenceNotes(check);
    if (silence.length > 0) return silence;
    return [
      {
        tone,
        title: "The name leads nowhere.",
        text: `It has no address any more. Set the records below.${after}`,
        expected: expected.length > 0 ? expected : [domain.records.target],
      },
    ];
  }
  const found = addressesIn(records);
  if (https && probe.http?.result === "ours")
    return [
      {
        tone,
        title: "It answers over HTTP, not over HTTPS.",
        text: `${probe.https.why ?? "No certificate yet."} Links need HTTPS.${after}`,
      },
    ];
  const answer = https ? probe.https : (probe.http ?? probe.https);
  if (answer.result === "other")
    return [
      {
        tone,
        title: "Another server answers.",
        text: `${answer.why ?? ""}${after}`,
        ...beside(check, found, expected),
      },
    ];
  return [
    {
      tone,
      title: "No answer from our server.",
      text: `${answer.why ?? ""}${after}`,
      ...beside(check, found, expected),
    },
  ];
}

// Behind a proxy the addresses are the proxy's, and differ for a good reason.
function beside({ proxy }: LastCheck, found: readonly string[], expected: readonly string[]) {
  if (proxy || expected.length === 0 || found.some((address) => expected.includes(address))) return {};
  return { found, expected };
}

// Caddy asks these two unless it is told otherwise.
const AUTHORITIES = ["letsencrypt.org", "sectigo.com"];

function caaNotes({ records: { caa } }: LastCheck, https: boolean): DomainNote[] {
  const issuers = caa.values.filter((value) => / issue "/.test(value));
  if (!https || caa.trouble || issuers.length === 0) return [];
  if (issuers.some((value) => AUTHORITIES.some((authority) => value.includes(`"${authority}`)))) return [];
  return [
    {
      tone: "bad",
      title: "CAA records forbid our certificate.",
      text: "Add a CAA record for the authority below, or ask whoever runs this service which one it uses.",
      found: issuers,
      expected: [`0 issue "${AUTHORITIES[0]}"`],
    },
  ];
}

// Caddy and its like renew when a third of the lifetime is left, which may be hours or weeks; at a sixth something is wrong.
function isLate(certificate: { from: string; until: string } | undefined, at: Date): boolean {
  if (!certificate) return false;
  const [from, until] = [Date.parse(certificate.from), Date.parse(certificate.until)];
  return until - at.getTime() < (until - from) / 6;
}

function activeNotes(domain: Domain, { probe, proxy }: LastCheck, https: boolean): DomainNote[] {
  const notes: DomainNote[] = [];
  if (https && probe?.https.untrusted)
    notes.push({
      tone: "wait",
      title: "Browsers may not trust its certificate.",
      text: `To our check, ${probe.https.untrusted}.`,
    });
  else if (https && domain.checkedAt && isLate(probe?.https.certificate, domain.checkedAt))
    notes.push({
      tone: "wait",
      title: "Its certificate has not been renewed.",
      text: "It ends soon, and browsers refuse the name then. Tell whoever runs this service.",
    });
  if (proxy)
    notes.push({
      tone: undefined,
      title: `${proxy} stands in front of this name.`,
      text: "Our server answers behind it.",
    });
  return notes;
}
