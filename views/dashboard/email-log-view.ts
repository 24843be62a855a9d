// What the parts of the email log share: the filter in its addresses, what htmx swaps, and the words of a step.
import type { LogFilter, LogPage, StoryStep } from "../../src/models/email-log.ts";
import { app } from "../../src/paths.ts";
import type { IconName } from "../ui/icon.tsx";

export type EmailLogView = {
  slug: string;
  zone: string;
  mayAct: boolean;
  filter: LogFilter;
  log: LogPage;
};

/** The address of the log with a filter. */
export const logPath = (slug: string, filter: LogFilter, place: { after?: string; before?: string } = {}) =>
  app.emailLog(slug, { ...filter, ...place });

/** What htmx needs to swap the table for what a link leads to; the address stays in the history. */
export const swapsLog = { "hx-target": "#email-log", "hx-swap": "outerMorph", "hx-push-url": "true" } as const;

type StepWords = { icon: IconName; tone?: "good" | "bad"; text: string };

/** A step of an e-mail's story in words. */
export const stepWords: Readonly<Record<StoryStep["kind"], StepWords>> = {
  queued: { icon: "clock", text: "Queued" },
  sent: { icon: "mail", tone: "good", text: "Handed to the mail relay" },
  delayed: { icon: "clock", text: "Not taken, will be tried again" },
  refused: { icon: "fail", tone: "bad", text: "Refused" },
  paused: { icon: "clock", text: "Sending paused" },
  failed: { icon: "fail", tone: "bad", text: "Failed" },
  suppressed: { icon: "ban", tone: "bad", text: "Not sent: the address is suppressed" },
  cancelled: { icon: "ban", text: "Cancelled" },
  "queued-again": { icon: "refresh", text: "Queued again" },
  bounced: { icon: "fail", tone: "bad", text: "Bounced" },
  late: { icon: "clock", text: "The recipient's server keeps it waiting" },
  complained: { icon: "alert", tone: "bad", text: "Marked as spam by the recipient" },
  opened: { icon: "eye", text: "Its link was opened" },
  used: { icon: "key", tone: "good", text: "Its link was used to sign in" },
};
