// Workflows that an agency finds ready to be switched on.
import type { AgencyDb } from "../db/schema.ts";
import type { TemplateFields } from "./email-template-words.ts";
import { createTemplate } from "./email-templates.ts";
import { type Definition, emptyDefinition, type Step } from "./workflow-definitions.ts";
import { createWorkflow } from "./workflows.ts";

export type ReadyMadeKey = "remind-until-joined" | "welcome" | "win-back";

/** One of them in words; `words` are those of the template that it makes where none is chosen. */
export type ReadyMade = { key: ReadyMadeKey; name: string; about: string };

/** Every one, in the order of the screen. */
export const readyMades: readonly ReadyMade[] = [
  {
    key: "remind-until-joined",
    name: "Remind after 3 and 7 days until joined",
    about: "Sends the invite again after 3 days and after 7, and stops as soon as the contact joins.",
  },
  {
    key: "welcome",
    name: "Welcome after joining",
    about: "Sends a welcome email as soon as a contact has joined.",
  },
  {
    key: "win-back",
    name: "Win back after 60 days",
    about: "Sends an email with a login button to contacts who have not signed in for 60 days.",
  },
];

const words: Record<Exclude<ReadyMadeKey, "remind-until-joined">, { name: string; fields: TemplateFields }> = {
  welcome: {
    name: "Welcome",
    fields: {
      subject: "Welcome to the portal of {{ portal.name }}",
      preheader: "Everything we share with you is in one place.",
      heading: "Welcome to your client portal",
      body: `Hi {{ contact.first_name | default: "there" }},

You are in. Your reports, invoices and shared files are in the portal from now on, and what is new appears there first.

{{ portal.login_button }}

Questions? Reply to this email.`,
      button: "Open your portal",
      footer: "",
    },
  },
  "win-back": {
    name: "Win back",
    fields: {
      subject: "Your client portal is still there",
      preheader: "One button, no password needed.",
      heading: "It has been a while",
      body: `Hi {{ contact.first_name | default: "there" }},

You have not been in the portal of {{ portal.name }} for some time. The button takes you straight in, without a password.

{{ portal.login_button }}

It works once, for **{{ link.expires_in }}**.`,
      button: "Open your portal",
      footer: "",
    },
  },
};

/**
 * Makes a ready-made workflow as a draft and returns its id. Its e-mails are of the template with `templateId`; without one
 * `remind-until-joined` sends the invite again and the others get a template of their own with words to begin with. Throws Invalid
 * at `name` when there are too many workflows or templates.
 */
export async function createReadyMade(
  db: AgencyDb,
  key: ReadyMadeKey,
  memberId: string,
  { templateId }: { templateId?: string | undefined } = {},
): Promise<string> {
  const name = readyMades.find((one) => one.key === key)?.name ?? key;
  return await createWorkflow(db, name, memberId, await define(db, key, memberId, templateId));
}

async function define(
  db: AgencyDb,
  key: ReadyMadeKey,
  memberId: string,
  templateId: string | undefined,
): Promise<Definition> {
  if (key === "remind-until-joined") {
    const send: Step = templateId ? { do: "send-template", templateId } : { do: "invite" };
    return {
      ...emptyDefinition,
      trigger: { on: "invited" },
      steps: [{ do: "wait", amount: 3, unit: "days" }, send, { do: "wait", amount: 4, unit: "days" }, send],
      endsOnJoin: true,
    };
  }
  const { name, fields } = words[key];
  const own = templateId ?? (await createTemplate(db, name, fields, memberId));
  return {
    ...emptyDefinition,
    trigger: key === "welcome" ? { on: "joined" } : { on: "not-signed-in", days: 60 },
    steps: [{ do: "send-template", templateId: own }],
  };
}
