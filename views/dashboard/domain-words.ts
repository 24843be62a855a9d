// A domain in words: its badge, its steps, how closely a page follows it, and when the next check is.
import type { Domain } from "../../src/models/domains.ts";
import type { Tone } from "../ui/status.tsx";
import type { Step } from "../ui/steps.tsx";
import { type DomainView, notesOf } from "./domain-notes.ts";

export type DomainBadge = { word: string; tone: Tone | undefined };

/** The word beside the name, one of the design's statuses. */
export function badgeOf(view: DomainView): DomainBadge {
  const { domain } = view;
  if (domain.included) return { word: "Included", tone: undefined };
  if (domain.state === "active") return { word: "Active", tone: "good" };
  if (domain.state === "degraded" || notesOf(view).some(({ tone }) => tone === "bad"))
    return { word: "Failing", tone: "bad" };
  if (domain.state === "pending") return { word: "Waiting for DNS", tone: "wait" };
  return { word: view.https ? "Issuing certificate" : "Waiting for an answer", tone: "wait" };
}

/** How far a domain has come. */
export function stepsOf(view: DomainView): Step[] {
  const { domain, https } = view;
  const answer = https ? "TLS certificate" : "Connection";
  const answers = https ? "TLS active" : "Answers";
  const failing = badgeOf(view).word === "Failing";
  if (domain.included)
    return [
      { label: "Always on", state: "done" },
      { label: answers, state: "done" },
    ];
  switch (domain.state) {
    case "pending":
      return [
        { label: "Domain verification", state: failing ? "fail" : "now" },
        { label: answer, state: "todo" },
      ];
    case "verified":
      return [
        { label: "Domain verified", state: "done" },
        { label: https ? `${answer}, usually under 5 minutes` : answer, state: failing ? "fail" : "now" },
      ];
    case "degraded":
      return [
        { label: "Domain verified", state: "done" },
        { label: "Does not answer", state: "fail" },
      ];
    default:
      return [
        { label: "Domain verified", state: "done" },
        { label: answers, state: "done" },
      ];
  }
}

/** How a page follows a domain: often while somebody waits for it, now and then while it is not well, else not at all. */
export function paceOf(
  { included, state, nextCheckIn, createdAt }: Domain,
  now: Date,
): "every 2s" | "every 15s" | null {
  if (included) return null;
  if (nextCheckIn <= 0) return "every 2s";
  if (state === "active") return null;
  const young = now.getTime() - createdAt.getTime() < 600_000;
  return state !== "degraded" && young ? "every 2s" : "every 15s";
}

/** When an active domain's certificate ends, and so has to be renewed by; undefined when it is not active or has none. */
export function renewalOf({ domain, https }: DomainView): Date | undefined {
  const answer = domain.lastCheck?.probe?.https;
  if (!https || domain.state !== "active" || answer?.result !== "ours" || !answer.certificate) return undefined;
  return new Date(answer.certificate.until);
}

/** When the next check is, for the end of a sentence: "in 5 minutes". */
export function nextCheckWords(seconds: number): string {
  if (seconds <= 0) return "Checking now.";
  if (seconds < 90) return "Next check within a minute.";
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `Next check in ${minutes} minutes.`;
  const hours = Math.round(minutes / 60);
  return hours < 36 ? `Next check in ${hours} hours.` : "Next check tomorrow.";
}
