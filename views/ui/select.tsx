// A native select with our arrow, alone and as a whole field.
import { classes, type Passed, passed } from "./attributes.ts";
import { describedBy, Field, type FieldWords } from "./field.tsx";
import { Icon } from "./icon.tsx";

export type SelectOption = { value: string; label: string; disabled?: boolean | undefined };

type SelectProps = Passed & {
  id?: string | undefined;
  name: string;
  options: readonly SelectOption[];
  value?: string | undefined;
  autofocus?: boolean | undefined;
  disabled?: boolean | undefined;
  required?: boolean | undefined;
  bare?: boolean | undefined;
  invalid?: boolean | undefined;
  form?: string | undefined;
  /** More classes for the frame, such as `only-cards`. */
  class?: string | undefined;
};

export function Select(props: SelectProps) {
  return (
    <div class={classes("select", props.bare && "select--bare", props.class)}>
      <select
        class="input"
        id={props.id}
        name={props.name}
        form={props.form}
        autofocus={props.autofocus || undefined}
        disabled={props.disabled || undefined}
        required={props.required || undefined}
        aria-invalid={props.invalid ? "true" : undefined}
        {...passed(props)}
      >
        {props.options.map(({ value, label, disabled }) => (
          <option value={value} selected={value === props.value || undefined} disabled={disabled || undefined}>
            {label}
          </option>
        ))}
      </select>
      <Icon name="down" />
    </div>
  );
}

/** A select with its label, hint and error. */
export function SelectField(props: FieldWords & SelectProps & { id: string }) {
  return (
    <Field {...props}>
      <Select
        {...props}
        class={undefined}
        invalid={props.invalid ?? Boolean(props.error)}
        aria-describedby={describedBy(props)}
      />
    </Field>
  );
}
