// One step of a workflow in the editor: what it does, its fields, and where it stands among the others.
import { IconButton } from "../ui/button.tsx";
import { FieldError } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { TextField } from "../ui/input.tsx";
import { SelectField } from "../ui/select.tsx";
import { savesDraft, type TypedStep, type WorkflowView } from "./workflow-view.ts";
import { hourText, stepIcons, stepLabels, unitLabels, weekdays } from "./workflow-words.ts";

type StepProps = { view: WorkflowView; step: TypedStep; at: number };

export const stepOptions = Object.entries(stepLabels).map(([value, label]) => ({ value, label }));
const unitOptions = Object.entries(unitLabels).map(([value, label]) => ({ value, label }));
const weekdayOptions = weekdays.map((label, at) => ({ value: String(at + 1), label }));
export const hourOptions = Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), label: hourText(hour) }));

function Template({ view, step, at }: StepProps) {
  const known = view.templates.some(({ id }) => id === step.templateId);
  const choose = { value: "", label: view.templates.length > 0 ? "Choose a template" : "No templates of your own yet" };
  return (
    <SelectField
      id={`s${at}-template`}
      name={`s${at}_template`}
      label="Email"
      hideLabel
      options={[choose, ...view.templates.map(({ id, name }) => ({ value: id, label: name }))]}
      value={known ? step.templateId : ""}
      error={view.errors[`steps.${at}.templateId`]}
    />
  );
}

function Tag({ view, step, at }: StepProps) {
  return (
    <TextField
      id={`s${at}-tag`}
      name={`s${at}_tag`}
      label="Tag"
      hideLabel
      placeholder="Tag"
      autocomplete="off"
      list="workflow-tags"
      value={step.tag}
      maxlength={60}
      error={view.errors[`steps.${at}.tag`]}
    />
  );
}

function Wait({ view, step, at }: StepProps) {
  return (
    <>
      <TextField
        id={`s${at}-amount`}
        name={`s${at}_amount`}
        label="How many"
        hideLabel
        inputmode="numeric"
        autocomplete="off"
        value={step.amount}
        maxlength={6}
        error={view.errors[`steps.${at}.amount`]}
      />
      <SelectField
        id={`s${at}-unit`}
        name={`s${at}_unit`}
        label="Unit"
        hideLabel
        options={unitOptions}
        value={step.unit}
      />
    </>
  );
}

function WaitUntil({ step, at }: StepProps) {
  return (
    <>
      <SelectField
        id={`s${at}-weekday`}
        name={`s${at}_weekday`}
        label="Weekday"
        hideLabel
        options={weekdayOptions}
        value={step.weekday}
      />
      <SelectField
        id={`s${at}-hour`}
        name={`s${at}_hour`}
        label="Hour"
        hideLabel
        options={hourOptions}
        value={step.hour}
      />
    </>
  );
}

function Fields(props: StepProps) {
  switch (props.step.do) {
    case "send-template":
      return <Template {...props} />;
    case "add-tag":
    case "remove-tag":
      return <Tag {...props} />;
    case "wait":
      return <Wait {...props} />;
    case "wait-until":
      return <WaitUntil {...props} />;
    default:
      return null;
  }
}

function Move({ view, at, count }: { view: WorkflowView; at: number; count: number }) {
  const button = (action: string, icon: "sortu" | "sortd" | "x", label: string, disabled = false) => (
    <IconButton
      type="submit"
      icon={icon}
      label={`${label} step ${at + 1}`}
      variant="quiet"
      small
      name="action"
      value={`${action}:${at}`}
      disabled={disabled}
      {...savesDraft(view)}
    />
  );
  return (
    <div class="flow__moves">
      {button("up", "sortu", "Move up", at === 0)}
      {button("down", "sortd", "Move down", at === count - 1)}
      {button("remove", "x", "Remove")}
    </div>
  );
}

export function WorkflowStep({ count, ...props }: StepProps & { count: number }) {
  const { view, step, at } = props;
  const fault = view.errors[`steps.${at}`];
  const known = Object.hasOwn(stepIcons, step.do);
  return (
    <li class="flow__step" id={`step-${at}`}>
      <span class="flow__mark">
        <Icon name={known ? stepIcons[step.do as keyof typeof stepIcons] : "help"} />
      </span>
      <fieldset>
        <legend class="sr-only">{`Step ${at + 1}`}</legend>
        <div class="flow__body">
          <div class="flow__fields">
            <SelectField
              id={`s${at}-do`}
              name={`s${at}_do`}
              label="What happens"
              hideLabel
              options={stepOptions}
              value={step.do}
            />
            <Fields {...props} />
          </div>
          {fault && <FieldError id={`step-${at}`}>{fault}</FieldError>}
        </div>
      </fieldset>
      {view.mayChange && <Move view={view} at={at} count={count} />}
    </li>
  );
}
