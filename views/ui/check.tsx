// Checkboxes, radio buttons and switches with their words.
import type { Child } from "hono/jsx";
import { type Passed, passed } from "./attributes.ts";

type CheckProps = Passed & {
  name: string;
  value?: string | undefined;
  type?: "checkbox" | "radio" | undefined;
  id?: string | undefined;
  checked?: boolean | undefined;
  disabled?: boolean | undefined;
  form?: string | undefined;
  hint?: Child | undefined;
  children: Child;
};

/** A box with its label, and a quiet line under it. */
export function Check(props: CheckProps) {
  return (
    <label class="check">
      <input
        class="box"
        type={props.type ?? "checkbox"}
        id={props.id}
        name={props.name}
        value={props.value ?? "1"}
        checked={props.checked || undefined}
        disabled={props.disabled || undefined}
        form={props.form}
        {...passed(props)}
      />
      <span>
        {props.children}
        {props.hint && <small>{props.hint}</small>}
      </span>
    </label>
  );
}

type BareBoxProps = Passed & {
  label: string;
  name?: string | undefined;
  value?: string | undefined;
  form?: string | undefined;
  checked?: boolean | undefined;
  disabled?: boolean | undefined;
};

/** A box in a table's cell; `label` is its accessible name, as in "Select Maya Okafor". */
export function BareBox(props: BareBoxProps) {
  return (
    <label>
      <input
        class="box"
        type="checkbox"
        name={props.name}
        value={props.value}
        form={props.form}
        checked={props.checked || undefined}
        disabled={props.disabled || undefined}
        aria-label={props.label}
        {...passed(props)}
      />
    </label>
  );
}

type SwitchProps = Passed & { name: string; checked?: boolean | undefined; disabled?: boolean | undefined };

/** A setting that is on or off at once. */
export function Switch(props: SwitchProps & { hint?: Child | undefined; children: Child }) {
  return (
    <label class="setting">
      <span>
        {props.children}
        {props.hint && <small>{props.hint}</small>}
      </span>
      <input
        class="switch"
        type="checkbox"
        role="switch"
        name={props.name}
        value="1"
        checked={props.checked || undefined}
        disabled={props.disabled || undefined}
        {...passed(props)}
      />
    </label>
  );
}

/** A setting with a control of its own at the end of the line, such as a button. */
export function Setting({ title, hint, children }: { title: Child; hint?: Child | undefined; children: Child }) {
  return (
    <div class="setting">
      <span>
        {title}
        {hint && <small>{hint}</small>}
      </span>
      {children}
    </div>
  );
}
