// What a sending domain's checks and tests mean, in words: its badge, its steps, what is wrong, how its records were found.
import type {
  AuthenticationResult,
  RecordFound,
  RecordKind,
  SendingDomain,
  SendingRecord,
} from "../../src/models/sending-domains.ts";
import type { IconName } from "../ui/icon.tsx";
import type { Tone } from "../ui/status.tsx";
import type { Step } from "../ui/steps.tsx";

/** A record as the page shows it: its name relative to the zone, and a long value as the strings that DNS keeps it in. */
export type ShownRecord = SendingRecord & { relative: string; strings: readonly string[] };

export type SendingView = { domain: SendingDomain; records: readonly ShownRecord[] };

type Look = { word: string; icon: IconName; tone?: Tone };

export const foundWords: Readonly<Record<RecordFound, Look>> = {
  found: { word: "Yes", icon: "done", tone: "good" },
  covered: { word: "Not needed", icon: "done" },
  missing: { word: "Not yet", icon: "clock" },
  wrong: { word: "Wrong value", icon: "fail", tone: "bad" },
  unknown: { word: "No answer", icon: "clock", tone: "wait" },
};

export const resultWords: Readonly<Record<AuthenticationResult["result"], Look>> = {
  pass: { word: "Pass", icon: "done", tone: "good" },
  fail: { word: "Fail", icon: "fail", tone: "bad" },
  none: { word: "None", icon: "none" },
  unknown: { word: "Not checked", icon: "clock" },
};

/** What each record is for. */
export const purposes: Readonly<Record<RecordKind, string>> = {
  proof: "Shows that the domain is yours",
  dkim: "DKIM: the key that your mail is signed with",
  spf: "SPF: lets our servers send for you",
  dmarc: "DMARC: what receivers do with mail that is not yours",
  bounce: "Return path: where bounces come back",
};

export type SendingNote = { tone: Tone | undefined; title: string; text: string };

const finding = ({ domain }: SendingView, kind: RecordKind | "mail") => domain.lastCheck?.findings[kind];
const wrongRecords = (view: SendingView) =>
  view.records.filter(({ kind, required }) => required && finding(view, kind)?.found === "wrong");

/** The word beside the name. */
export function badgeOf(view: SendingView): { word: string; tone: Tone | undefined } {
  const { domain } = view;
  if (domain.state === "verified") return { word: "Verified", tone: "good" };
  if (domain.state === "degraded") return { word: "Failing", tone: "bad" };
  if (domain.lastCheck?.held || wrongRecords(view).length > 0) return { word: "Failing", tone: "bad" };
  return { word: "Waiting for DNS", tone: "wait" };
}

/** How far a sending domain has come. */
export function stepsOf(view: SendingView): Step[] {
  const { state } = view.domain;
  const step = (kind: RecordKind, done: string, todo: string): Step => {
    const found = finding(view, kind)?.found;
    if (found === "found") return { label: done, state: "done" };
    return { label: todo, state: found === "wrong" || (state === "degraded" && kind === "dkim") ? "fail" : "now" };
  };
  const signs = step("dkim", "DKIM key found", "DKIM key");
  if (state === "verified")
    return [
      { label: "Domain verified", state: "done" },
      { label: "Mail is signed", state: "done" },
    ];
  if (state === "degraded") return [{ label: "Domain verified", state: "done" }, signs];
  return [step("proof", "Ownership shown", "Ownership"), signs];
}

/** What is worth saying, the most important first. */
export function notesOf(view: SendingView): SendingNote[] {
  const { domain } = view;
  if (domain.state === "degraded")
    return [
      {
        tone: "bad",
        title: domain.degradedReason ?? "The DKIM record is not as it should be.",
        text: "Mail comes from the included address until it is back. Set the record below, then check again.",
      },
    ];
  if (domain.state === "pending" && domain.lastCheck?.held)
    return [
      {
        tone: "bad",
        title: "This domain is in use.",
        text: "Another account on this service sends from it and has to remove it first. Your records count as soon as that is done.",
      },
    ];
  const silent = view.records.map(({ kind }) => finding(view, kind)).find((one) => one?.found === "unknown");
  const silence: SendingNote[] =
    domain.state === "pending" && silent
      ? [{ tone: "wait", title: "Not every question was answered.", text: silent.why ?? "We ask again." }]
      : [];
  return [...wrongNotes(view), ...silence, ...mailNotes(view)];
}

function mailNotes(view: SendingView): SendingNote[] {
  const mail = finding(view, "mail");
  if (mail?.found !== "missing" && mail?.found !== "wrong") return [];
  return [
    {
      tone: "wait",
      title: "This domain takes in no mail.",
      text: `${mail.why ?? ""} Some servers refuse mail from a domain that cannot be answered. Set an MX record, or send from the domain of your mailboxes.`,
    },
  ];
}

function wrongNotes(view: SendingView): SendingNote[] {
  return wrongRecords(view).map(({ kind }) => ({
    tone: "bad",
    title: kind === "dkim" ? "The DKIM record is not as it should be." : "The ownership record holds another value.",
    text: finding(view, kind)?.why ?? "Change the record below, then check again.",
  }));
}

/** How a page follows a domain: often while something was asked for, less often while it waits for DNS, else not at all. */
export function paceOf({ state, checking, testing, nextCheckIn }: SendingDomain): "every 1s" | "every 5s" | null {
  if (checking || testing) return "every 1s";
  return state !== "verified" && nextCheckIn < 600 ? "every 5s" : null;
}
