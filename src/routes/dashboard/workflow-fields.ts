// The editor's form as a workflow's definition, and back: what was typed stays as it was typed, whatever it is worth.
import type { TypedStep, TypedWorkflow } from "../../../views/dashboard/workflow-view.ts";
import {
  type Definition,
  longestWait,
  type Step,
  type Trigger,
  type WaitUnit,
  workflowTriggers,
} from "../../models/workflow-definitions.ts";
import type { Form } from "../../web/forms.ts";

/** More steps than a workflow may have are read, so that the fault is said and nothing typed is lost. */
const MOST_STEPS = 60;

const blank: TypedStep = { do: "wait", templateId: "", tag: "", amount: "1", unit: "days", weekday: "1", hour: "9" };

/** What the form holds. */
export function typedIn(form: Form): TypedWorkflow {
  const count = Math.min(MOST_STEPS, Math.max(0, Number.parseInt(form.text("steps"), 10) || 0));
  return {
    trigger: form.text("trigger"),
    tag: form.text("trigger_tag"),
    days: form.text("trigger_days"),
    statuses: form.all("status"),
    tags: form.text("tags"),
    notTags: form.text("not_tags"),
    company: form.text("company"),
    emailDomains: form.text("email_domains"),
    endsOnJoin: form.has("ends_on_join"),
    steps: Array.from({ length: count }, (_, at) => stepIn(form, `s${at}_`)),
  };
}

function stepIn(form: Form, prefix: string): TypedStep {
  const text = (name: keyof TypedStep, field: string = name) =>
    form.has(prefix + field) ? form.text(prefix + field) : blank[name];
  return {
    do: form.text(`${prefix}do`),
    templateId: text("templateId", "template"),
    tag: text("tag"),
    amount: text("amount"),
    unit: text("unit"),
    weekday: text("weekday"),
    hour: text("hour"),
  };
}

const usualDays: Readonly<Record<string, string>> = { "not-joined": "3", "not-signed-in": "60" };

/** What a trigger that was just chosen begins with. */
const withDays = (typed: TypedWorkflow): TypedWorkflow =>
  typed.days === "" ? { ...typed, days: usualDays[typed.trigger] ?? "" } : typed;

/** The steps after a button was pressed: `add`, `up:2`, `down:2`, `remove:2`; as they were for anything else. */
export function moved(typed: TypedWorkflow, form: Form): TypedWorkflow {
  const [action, text] = form.text("action").split(":");
  if (!action) return form.has("trigger_days") ? typed : withDays(typed);
  const steps = [...typed.steps];
  if (action === "add") return { ...typed, steps: [...steps, { ...blank, do: form.text("add_do") }] };
  const at = Number(text);
  const step = steps[at];
  if (!step || !text) return typed;
  const to = { up: at - 1, down: at + 1, remove: -1 }[action ?? ""];
  if (to === undefined) return typed;
  steps.splice(at, 1);
  if (to >= 0) steps.splice(to, 0, step);
  return { ...typed, steps: action === "up" && at === 0 ? typed.steps : steps };
}

const whole = (text: string) => (/^\s*\d{1,6}\s*$/.test(text) ? Number(text) : 0);
const listed = (text: string) =>
  text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter(Boolean);
const unitOf = (text: string): WaitUnit => (Object.hasOwn(longestWait, text) ? (text as WaitUnit) : "days");

/** The definition that was meant; what is no number counts as nought, and the check says what is wrong with it. */
export function definitionOf(typed: TypedWorkflow): Definition {
  return {
    trigger: triggerOf(typed),
    conditions: {
      statuses: (["not-invited", "invited", "joined"] as const).filter((status) => typed.statuses.includes(status)),
      tags: listed(typed.tags),
      notTags: listed(typed.notTags),
      company: typed.company,
      emailDomains: listed(typed.emailDomains),
    },
    steps: typed.steps.map(stepOf),
    endsOnJoin: typed.endsOnJoin,
  };
}

function triggerOf({ trigger, tag, days }: TypedWorkflow): Trigger {
  const on = workflowTriggers.find((known) => known === trigger) ?? "invited";
  if (on === "tag-added" || on === "tag-removed") return { on, tag };
  if (on === "not-joined" || on === "not-signed-in") return { on, days: whole(days) };
  return { on };
}

function stepOf(step: TypedStep): Step {
  switch (step.do) {
    case "send-template":
      return { do: "send-template", templateId: step.templateId };
    case "invite":
    case "send-login-email":
    case "stop":
      return { do: step.do };
    case "add-tag":
    case "remove-tag":
      return { do: step.do, tag: step.tag };
    case "wait-until":
      return { do: "wait-until", weekday: whole(step.weekday), hour: whole(step.hour) };
    default:
      return { do: "wait", amount: whole(step.amount), unit: unitOf(step.unit) };
  }
}

/** The fields that show a definition. */
export function typedFrom({ trigger, conditions, steps, endsOnJoin }: Definition): TypedWorkflow {
  return {
    trigger: trigger.on,
    tag: trigger.tag ?? "",
    days: trigger.days === undefined ? "" : String(trigger.days),
    statuses: conditions.statuses,
    tags: conditions.tags.join(", "),
    notTags: conditions.notTags.join(", "),
    company: conditions.company,
    emailDomains: conditions.emailDomains.join(", "),
    endsOnJoin,
    steps: steps.map((step) => ({
      ...blank,
      do: step.do,
      ...("templateId" in step ? { templateId: step.templateId } : {}),
      ...("tag" in step ? { tag: step.tag } : {}),
      ...("amount" in step ? { amount: String(step.amount), unit: step.unit } : {}),
      ...("weekday" in step ? { weekday: String(step.weekday), hour: String(step.hour) } : {}),
    })),
  };
}
