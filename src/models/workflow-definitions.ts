// What a workflow says: what starts it, whom it is for and its steps, as kept in a draft or a version; nothing here asks the database.
import type { ContactStatus, WorkflowTrigger } from "../db/schema.ts";

export type { WorkflowTrigger } from "../db/schema.ts";

/** What starts a run. `tag` goes with the two tag triggers, `days` with `not-joined` and `not-signed-in`. */
export type Trigger = { on: WorkflowTrigger; tag?: string; days?: number };

/** Whom it is for; all that is given must hold. `company` is found anywhere in the contact's, in any case. */
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
