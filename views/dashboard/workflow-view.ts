// What the pages of one workflow show: how it stands, and the editor's fields as they were typed.
import type { WorkflowState } from "../../src/models/workflows.ts";
import { app } from "../../src/paths.ts";

/** A step as its fields hold it; only those of its kind are shown. */
export type TypedStep = {
  do: string;
  templateId: string;
  tag: string;
  amount: string;
  unit: string;
  weekday: string;
  hour: string;
};

export type TypedWorkflow = {
  trigger: string;
  tag: string;
  days: string;
  statuses: readonly string[];
  tags: string;
  notTags: string;
  company: string;
  emailDomains: string;
  endsOnJoin: boolean;
  steps: readonly TypedStep[];
};

export type WorkflowView = {
  slug: string;
  id: string;
  name: string;
  state: WorkflowState;
  /** The number of the version in use; undefined before the first one. */
  number: number | undefined;
  /** Something was changed that is not in use. */
  hasChanges: boolean;
  /** How many of those who matched when it was switched on have entered so far; undefined when there are no more to look through. */
  entering: number | undefined;
  /** Open runs of earlier versions. */
  olderRuns: number;
  typed: TypedWorkflow;
  /** What is wrong, by path: `trigger.tag`, `steps.2.amount`. */
  errors: Readonly<Record<string, string>>;
  templates: readonly { id: string; name: string }[];
  /** The agency's tags, to choose from. */
  tags: readonly string[];
  mayChange: boolean;
};

export const WORKFLOW_FORM = "workflow-form";

export const swapsForm = { "hx-target": `#${WORKFLOW_FORM}`, "hx-swap": "outerMorph" } as const;

/** What a button of the form needs to keep the draft: by htmx, or by posting the whole form. */
export const savesDraft = ({ slug, id }: Pick<WorkflowView, "slug" | "id">) => {
  const draft = app.workflowDraft(slug, id);
  return { formaction: draft, formnovalidate: true, "hx-post": draft, ...swapsForm };
};
