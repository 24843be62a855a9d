// Workflows in words: what starts them, whom they are for, their steps, and how a run stands.
import type { ContactStatus } from "../../src/models/contacts.ts";
import type {
  Conditions,
  Definition,
  Step,
  Trigger,
  WaitUnit,
  WorkflowTrigger,
} from "../../src/models/workflow-definitions.ts";
import type { WorkflowRunState } from "../../src/models/workflow-runs.ts";
import type { WorkflowState } from "../../src/models/workflows.ts";
import type { IconName } from "../ui/icon.tsx";

export const triggerLabels: Readonly<Record<WorkflowTrigger, string>> = {
  "contact-created": "A contact is added",
  invited: "A contact is invited",
  "not-joined": "A contact has not joined some days after the invite",
  joined: "A contact joins",
  "signed-in": "A contact signs in",
  "not-signed-in": "A contact has not signed in for some days",
  "tag-added": "A tag is added",
  "tag-removed": "A tag is removed",
  "link-expired": "A link expires unused",
  "email-bounced": "An email bounces",
};

export const stepLabels: Readonly<Record<Step["do"], string>> = {
  "send-template": "Send an email",
  invite: "Send the invite",
  "send-login-email": "Send a login email",
  "add-tag": "Add a tag",
  "remove-tag": "Remove a tag",
  wait: "Wait",
  "wait-until": "Wait until a weekday",
  stop: "Stop here",
};

export const stepIcons: Readonly<Record<Step["do"], IconName>> = {
  "send-template": "mail",
  invite: "userplus",
  "send-login-email": "send",
  "add-tag": "tag",
  "remove-tag": "tag",
  wait: "clock",
  "wait-until": "calendar",
  stop: "ban",
};

export const unitLabels: Readonly<Record<WaitUnit, string>> = {
  minutes: "minutes",
  hours: "hours",
  days: "days",
  weeks: "weeks",
  months: "months",
};

export const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;

export const statusLabels: Readonly<Record<ContactStatus, string>> = {
  "not-invited": "Not invited",
  invited: "Invited",
  joined: "Joined",
  revoked: "Revoked",
};

/** "09:00". */
export const hourText = (hour: number) => `${String(hour).padStart(2, "0")}:00`;

const counted = (n: number, unit: string) => `${n} ${n === 1 ? unit.slice(0, -1) : unit}`;

/** What starts a workflow, as one sentence without its full stop. */
export function triggerText({ on, tag, days }: Trigger): string {
  switch (on) {
    case "tag-added":
      return `The tag “${tag ?? ""}” is added`;
    case "tag-removed":
      return `The tag “${tag ?? ""}” is removed`;
    case "not-joined":
      return `A contact has not joined ${counted(days ?? 0, "days")} after the invite`;
    case "not-signed-in":
      return `A contact has not signed in for ${counted(days ?? 0, "days")}`;
    default:
      return triggerLabels[on];
  }
}

/** Whom it is for beside what starts it; undefined when it is for everybody. */
export function conditionsText({ statuses, tags, notTags, company, emailDomains }: Conditions): string | undefined {
  const parts = [
    statuses.length > 0 && statuses.map((status) => statusLabels[status].toLowerCase()).join(" or "),
    tags.length > 0 && `tagged ${tags.join(" and ")}`,
    notTags.length > 0 && `not tagged ${notTags.join(" or ")}`,
    company && `company has “${company}”`,
    emailDomains.length > 0 && `at ${emailDomains.join(" or ")}`,
  ].filter(Boolean);
  return parts.length > 0 ? `Only: ${parts.join(", ")}` : undefined;
}

/** A step as a line of the run's log; `templates` are names by id. */
export function stepText(step: Step, templates: ReadonlyMap<string, string>): string {
  switch (step.do) {
    case "send-template":
      return `Send “${templates.get(step.templateId) ?? "a removed template"}”`;
    case "add-tag":
      return `Add the tag “${step.tag}”`;
    case "remove-tag":
      return `Remove the tag “${step.tag}”`;
    case "wait":
      return `Wait ${counted(step.amount, step.unit)}`;
    case "wait-until":
      return `Wait until ${weekdays[step.weekday - 1] ?? "Monday"}, ${hourText(step.hour)}`;
    default:
      return stepLabels[step.do];
  }
}

/** "3 steps". */
export const stepsText = ({ steps }: Pick<Definition, "steps">) => counted(steps.length, "steps");

export const stateLabels: Readonly<Record<WorkflowState, string>> = { draft: "Off", on: "On", paused: "Paused" };
export const stateTones: Readonly<Record<WorkflowState, "good" | "wait" | undefined>> = {
  draft: undefined,
  on: "good",
  paused: "wait",
};

export const runLabels: Readonly<Record<WorkflowRunState, string>> = {
  running: "Running",
  done: "Done",
  stopped: "Stopped",
  failed: "Failed",
};
export const runTones: Readonly<Record<WorkflowRunState, "good" | "bad" | "accent" | undefined>> = {
  running: "accent",
  done: "good",
  stopped: undefined,
  failed: "bad",
};
