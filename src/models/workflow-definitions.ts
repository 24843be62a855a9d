// What a workflow says: what starts it, whom it is for and its steps, as kept in a draft or a version; nothing here asks the database.
import { domainToASCII } from "node:url";
import { z } from "zod";
import type { ContactStatus, WorkflowTrigger } from "../db/schema.ts";
import { parseTag, TAG_LENGTH } from "./contact-tags.ts";
import { Invalid } from "./errors.ts";

export type { ContactStatus, WorkflowTrigger } from "../db/schema.ts";

/** What starts a run. `tag` goes with the two tag triggers, `days` with `not-joined` and `not-signed-in`. */
export type Trigger = { on: WorkflowTrigger; tag?: string; days?: number };

/**
 * Whom it is for; all that is given must hold. One of `statuses`, every one of `tags`, none of `notTags`, one of `emailDomains`;
 * `company` is found anywhere in the contact's, in any case.
 */
export type Conditions = {
  statuses: ContactStatus[];
  tags: string[];
  notTags: string[];
  company: string;
  emailDomains: string[];
};

export type WaitUnit = "minutes" | "hours" | "days" | "weeks" | "months";

/** One step. `weekday` is 1 (Monday) to 7, `hour` 0 to 23, both in the agency's time zone. */
export type Step =
  | { do: "send-template"; templateId: string }
  | { do: "invite" }
  | { do: "send-login-email" }
  | { do: "add-tag"; tag: string }
  | { do: "remove-tag"; tag: string }
  | { do: "wait"; amount: number; unit: WaitUnit }
  | { do: "wait-until"; weekday: number; hour: number }
  | { do: "stop" };

/** A whole workflow. With `endsOnJoin` a run ends by itself when its contact joins; revoking and bouncing always end it. */
export type Definition = { trigger: Trigger; conditions: Conditions; steps: Step[]; endsOnJoin: boolean };

/** Every trigger, in the order of the editor. */
export const workflowTriggers: readonly WorkflowTrigger[] = [
  "contact-created",
  "tag-added",
  "tag-removed",
  "invited",
  "not-joined",
  "joined",
  "signed-in",
  "not-signed-in",
  "link-expired",
  "email-bounced",
];

/** Every kind of step, in the order of the editor. */
export const stepKinds: readonly Step["do"][] = [
  "send-template",
  "invite",
  "send-login-email",
  "add-tag",
  "remove-tag",
  "wait",
  "wait-until",
  "stop",
];

/** The units of a wait, the shortest first. */
export const waitUnits: readonly WaitUnit[] = ["minutes", "hours", "days", "weeks", "months"];

/** The longest wait in each unit: a year. */
export const longestWait: Readonly<Record<WaitUnit, number>> = {
  minutes: 366 * 24 * 60,
  hours: 366 * 24,
  days: 366,
  weeks: 52,
  months: 12,
};

export const MOST_STEPS = 50;
export const MOST_DAYS = 366;
const COMPANY_LENGTH = 100;
const MOST_LISTED = 20;
// What a draft may hold at all: what is wrong in it is said beside it, but it has an end.
const KEPT_STEPS = 200;
const KEPT_LENGTH = 300;

/** Whether a trigger waits for a tag. */
export const needsTag = (on: WorkflowTrigger): boolean => on === "tag-added" || on === "tag-removed";

/** Whether a trigger counts days. */
export const needsDays = (on: WorkflowTrigger): boolean => on === "not-joined" || on === "not-signed-in";

/** Whether time alone starts it, so that somebody has to look. */
export const startsByTime = (on: WorkflowTrigger): boolean => needsDays(on) || on === "link-expired";

/** What the editor begins with. */
export const emptyDefinition: Definition = {
  trigger: { on: "contact-created" },
  conditions: { statuses: [], tags: [], notTags: [], company: "", emailDomains: [] },
  steps: [],
  endsOnJoin: false,
};

// JSON in the database holds neither NUL nor half a character; and what a reading makes longer must be readable again.
const text = (form: (typed: string) => string = (typed) => typed) =>
  z
    .string()
    .max(KEPT_LENGTH)
    .transform((typed) =>
      form(
        typed
          .toWellFormed()
          .replace(/\p{Cc}+/gu, " ")
          .trim(),
      )
        .slice(0, KEPT_LENGTH)
        .toWellFormed(),
    );
const id = text();
// A number that is none is kept as 0, which every check refuses at its place.
const wholeOr = (otherwise: number) =>
  z
    .int()
    // minus nought is written as nought
    .transform((number) => number + 0)
    .catch(otherwise);
const whole = wholeOr(0);
const tag = text((typed) => parseTag(typed) ?? typed);
const each = <T extends z.ZodType<string>>(kind: T) =>
  z
    .array(kind)
    .max(KEPT_STEPS)
    .transform((list) => [...new Set(list.filter((one) => one !== ""))]);
const domain = text((typed) => {
  const bare = typed.toLowerCase().replace(/^@+|\.+$/g, "");
  return domainToASCII(bare) || bare;
});
const company = text((typed) => typed.normalize("NFC").replace(/\s+/gu, " "));

const definitionShape = z.object({
  trigger: z.object({
    on: z.enum(workflowTriggers as [WorkflowTrigger, ...WorkflowTrigger[]]),
    tag: tag.optional(),
    days: whole.optional(),
  }),
  conditions: z.object({
    statuses: z.array(z.enum(["not-invited", "invited", "joined", "revoked"])).transform((list) => [...new Set(list)]),
    tags: each(tag),
    notTags: each(tag),
    company,
    emailDomains: each(domain),
  }),
  steps: z
    .array(
      z.discriminatedUnion("do", [
        z.object({ do: z.literal("send-template"), templateId: id }),
        z.object({ do: z.literal("invite") }),
        z.object({ do: z.literal("send-login-email") }),
        z.object({ do: z.literal("add-tag"), tag }),
        z.object({ do: z.literal("remove-tag"), tag }),
        z.object({
          do: z.literal("wait"),
          amount: whole,
          unit: z.enum(waitUnits as [WaitUnit, ...WaitUnit[]]),
        }),
        z.object({ do: z.literal("wait-until"), weekday: whole, hour: wholeOr(-1) }),
        z.object({ do: z.literal("stop") }),
      ]),
    )
    .max(KEPT_STEPS),
  endsOnJoin: z.boolean(),
});

/**
 * Whatever a draft, a version or a form holds, as a definition and in one form: tags and domains as they are kept, each once, a tag
 * or days only where the trigger has them. What is wrong in it is for `checkDefinition`. Throws Invalid at `definition`, and
 * nothing else, for what is none.
 */
export function parseDefinition(json: unknown): Definition {
  const read = definitionShape.safeParse(json);
  if (!read.success) throw new Invalid({ definition: "This workflow cannot be read." });
  const { trigger, ...rest } = read.data;
  return {
    trigger: {
      on: trigger.on,
      ...(needsTag(trigger.on) ? { tag: trigger.tag ?? "" } : {}),
      ...(needsDays(trigger.on) ? { days: trigger.days ?? 0 } : {}),
    },
    ...rest,
  };
}

/** What a definition may name: the agency's own templates, by id. */
export type Known = { templates: ReadonlyMap<string, string> };

/** What is wrong with a definition, in words, by path ("trigger.tag", "steps.2.amount"); nothing when it can be put to use. */
export function checkDefinition(definition: Definition, known: Known): Record<string, string> {
  const { trigger, conditions, steps } = definition;
  const errors: Record<string, string> = {};
  const refuse = (path: string, message: string | undefined) => {
    if (message !== undefined) errors[path] ??= message;
  };
  if (needsTag(trigger.on)) refuse("trigger.tag", tagFault(trigger.tag ?? ""));
  if (needsDays(trigger.on)) refuse("trigger.days", countFault(trigger.days ?? 0, MOST_DAYS, "days"));
  for (const [path, message] of conditionFaults(conditions)) refuse(path, message);
  if (steps.length === 0) refuse("steps", "Add a step.");
  if (steps.length > MOST_STEPS) refuse("steps", `A workflow has at most ${MOST_STEPS} steps.`);
  for (const [at, step] of steps.entries())
    for (const [part, message] of stepFaults(step, trigger, known)) refuse(`steps.${at}.${part}`, message);
  return errors;
}

type Faults = [path: string, message: string | undefined][];

function conditionFaults({ statuses, tags, notTags, company, emailDomains }: Conditions): Faults {
  const both = tags.find((one) => notTags.includes(one));
  const stranger = emailDomains.find((one) => !isDomain(one));
  const tooMany = (list: readonly string[]) => (list.length > MOST_LISTED ? `Name at most ${MOST_LISTED}.` : undefined);
  return [
    ["conditions.statuses", statuses.includes("revoked") ? "Revoked contacts never enter." : undefined],
    ["conditions.tags", tooMany(tags) ?? tags.map(tagFault).find((fault) => fault !== undefined)],
    ["conditions.notTags", tooMany(notTags) ?? notTags.map(tagFault).find((fault) => fault !== undefined)],
    ["conditions.notTags", both === undefined ? undefined : `Nobody can have the tag “${both}” and not have it.`],
    [
      "conditions.company",
      Array.from(company).length > COMPANY_LENGTH ? `Use ${COMPANY_LENGTH} characters or fewer.` : undefined,
    ],
    [
      "conditions.emailDomains",
      tooMany(emailDomains) ?? (stranger === undefined ? undefined : `“${stranger}” is not a domain.`),
    ],
  ];
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const isDomain = (text: string) => {
  const labels = text.split(".");
  return labels.length > 1 && text.length <= 253 && labels.every((label) => LABEL.test(label));
};

function stepFaults(step: Step, trigger: Trigger, { templates }: Known): Faults {
  switch (step.do) {
    case "send-template":
      return [["templateId", templates.has(step.templateId) ? undefined : templateFault(step.templateId)]];
    case "add-tag":
    case "remove-tag":
      return [["tag", tagFault(step.tag) ?? (startsItself(step, trigger) ? OWN_TRIGGER : undefined)]];
    case "wait":
      return [["amount", countFault(step.amount, longestWait[step.unit], step.unit)]];
    case "wait-until":
      return [
        ["weekday", step.weekday >= 1 && step.weekday <= 7 ? undefined : "Choose a day of the week."],
        ["hour", step.hour >= 0 && step.hour <= 23 ? undefined : "Choose an hour from 0 to 23."],
      ];
    default:
      return [];
  }
}

const OWN_TRIGGER = "This step would start the workflow again, without end.";

const startsItself = (step: { do: "add-tag" | "remove-tag"; tag: string }, trigger: Trigger) =>
  trigger.tag === step.tag && trigger.on === (step.do === "add-tag" ? "tag-added" : "tag-removed");

const templateFault = (id: string) =>
  id === "" ? "Choose a template." : "This template was removed. Choose another one.";

function tagFault(text: string): string | undefined {
  if (text === "") return "Write a tag.";
  return parseTag(text) === text ? undefined : `A tag has at most ${TAG_LENGTH} characters and no comma.`;
}

function countFault(count: number, most: number, unit: string): string | undefined {
  return count >= 1 && count <= most ? undefined : `Use 1 to ${most} ${unit}.`;
}
