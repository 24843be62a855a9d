// The editor of a workflow: what starts it, whom it is for, its steps and when it ends; a plain form that keeps each change as a draft.
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { Check } from "../ui/check.tsx";
import { Disclosure } from "../ui/disclosure.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { FieldPair, TextField } from "../ui/input.tsx";
import { Panel } from "../ui/panel.tsx";
import { SelectField } from "../ui/select.tsx";
import { stepOptions, WorkflowStep } from "./workflow-step.tsx";
import { savesDraft, swapsForm, WORKFLOW_FORM, type WorkflowView } from "./workflow-view.ts";
import { statusLabels, triggerLabels } from "./workflow-words.ts";

const triggerOptions = Object.entries(triggerLabels).map(([value, label]) => ({ value, label }));
const withTag: readonly string[] = ["tag-added", "tag-removed"];
const withDays: readonly string[] = ["not-joined", "not-signed-in"];
const daysWords: Readonly<Record<string, string>> = {
  "not-joined": "Days after the invite",
  "not-signed-in": "Days without a sign-in",
};

function TriggerFields({ typed, errors }: WorkflowView) {
  return (
    <>
      <SelectField
        id="w-trigger"
        name="trigger"
        label="When"
        options={triggerOptions}
        value={typed.trigger}
        error={errors["trigger.on"] ?? errors["trigger"]}
      />
      {withTag.includes(typed.trigger) && (
        <TextField
          id="w-trigger-tag"
          name="trigger_tag"
          label="Tag"
          autocomplete="off"
          list="workflow-tags"
          value={typed.tag}
          maxlength={60}
          error={errors["trigger.tag"]}
        />
      )}
      {withDays.includes(typed.trigger) && (
        <TextField
          id="w-trigger-days"
          name="trigger_days"
          label={daysWords[typed.trigger] ?? "Days"}
          inputmode="numeric"
          autocomplete="off"
          value={typed.days}
          maxlength={4}
          error={errors["trigger.days"]}
        />
      )}
    </>
  );
}

const COMMAS = "Commas between them.";
const conditionFields = [
  [
    { path: "tags", id: "w-tags", name: "tags", label: "Has every tag", hint: COMMAS },
    { path: "notTags", id: "w-not-tags", name: "not_tags", label: "Has none of the tags", hint: COMMAS },
  ],
  [
    { path: "company", id: "w-company", name: "company", label: "Company contains", maxlength: 100 },
    {
      path: "emailDomains",
      id: "w-domains",
      name: "email_domains",
      label: "Email domain is one of",
      hint: "Such as acme.example, with commas between.",
    },
  ],
] as const;

function ConditionFields({ typed, errors }: WorkflowView) {
  const fault = (name: string) => errors[`conditions.${name}`];
  const open =
    typed.statuses.length > 0 ||
    fault("statuses") !== undefined ||
    conditionFields.flat().some(({ path }) => typed[path] !== "" || fault(path));
  return (
    <Disclosure summary="Only for some contacts" open={open}>
      <div class="stack stack--5">
        <fieldset class="field">
          <legend class="label">Status</legend>
          <div class="flow__choices">
            {Object.entries(statusLabels)
              .filter(([status]) => status !== "revoked")
              .map(([status, label]) => (
                <Check name="status" value={status} checked={typed.statuses.includes(status)}>
                  {label}
                </Check>
              ))}
          </div>
        </fieldset>
        {conditionFields.map((pair) => (
          <FieldPair>
            {pair.map(({ path, ...field }) => (
              <TextField {...field} optional autocomplete="off" value={typed[path]} error={fault(path)} />
            ))}
          </FieldPair>
        ))}
      </div>
    </Disclosure>
  );
}

function StepFields(view: WorkflowView) {
  const { typed, errors, mayChange } = view;
  return (
    <>
      {errors["steps"] && (
        <div role="alert">
          <Callout tone="bad">{errors["steps"]}</Callout>
        </div>
      )}
      <ol class="flow" id="workflow-steps">
        {typed.steps.map((step, at) => (
          <WorkflowStep view={view} step={step} at={at} count={typed.steps.length} />
        ))}
      </ol>
      {mayChange && (
        <div class="flow__add">
          <SelectField id="w-add" name="add_do" label="Next step" hideLabel options={stepOptions} value="wait" />
          <Button type="submit" icon="plus" name="action" value="add" {...savesDraft(view)}>
            Add step
          </Button>
        </div>
      )}
    </>
  );
}

export function WorkflowForm(view: WorkflowView) {
  const { slug, id, typed, tags, mayChange } = view;
  // A change of a field is kept at once; buttons say themselves what they do.
  const live = mayChange && {
    "hx-post": app.workflowDraft(slug, id),
    "hx-trigger": "change",
    "hx-sync": "this:replace",
    ...swapsForm,
  };
  return (
    <form
      id={WORKFLOW_FORM}
      method="post"
      action={app.workflow(slug, id)}
      {...live}
      {...{ "hx-status:422": "swap:outerMorph" }}
    >
      <FormToken />
      <input type="hidden" name="steps" value={String(typed.steps.length)} />
      <datalist id="workflow-tags">
        {tags.map((tag) => (
          <option value={tag} />
        ))}
      </datalist>
      <fieldset disabled={!mayChange || undefined}>
        <legend class="sr-only">{`${view.name}: trigger, conditions and steps`}</legend>
        <div class="stack stack--6">
          <Panel id="w-start" title="Starts when">
            <div class="stack stack--5">
              <TriggerFields {...view} />
              <noscript>
                <Button type="submit" small {...savesDraft(view)}>
                  Show its fields
                </Button>
              </noscript>
              <ConditionFields {...view} />
            </div>
          </Panel>
          <Panel id="w-steps" title="Steps" lead="From top to bottom, once for each contact who enters.">
            <StepFields {...view} />
          </Panel>
          <Panel id="w-end" title="Ends early">
            <Check
              name="ends_on_join"
              checked={typed.endsOnJoin}
              hint="It always ends when access is revoked or an email bounces."
            >
              When the contact joins
            </Check>
          </Panel>
        </div>
      </fieldset>
    </form>
  );
}
