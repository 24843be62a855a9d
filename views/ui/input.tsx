// Text controls, alone and as whole fields; they keep what was typed, except passwords.
import type { Child } from "hono/jsx";
import { classes, type Passed, passed } from "./attributes.ts";
import { describedBy, Field, type FieldWords } from "./field.tsx";

type InputProps = Passed & {
  id: string;
  name?: string | undefined;
  type?: "text" | "email" | "password" | "search" | "url" | "tel" | "number" | "date" | undefined;
  value?: string | undefined;
  placeholder?: string | undefined;
  autocomplete?: string | undefined;
  inputmode?: "text" | "email" | "numeric" | "url" | "tel" | "search" | undefined;
  pattern?: string | undefined;
  /** The id of a datalist with what is often typed. */
  list?: string | undefined;
  minlength?: number | undefined;
  maxlength?: number | undefined;
  required?: boolean | undefined;
  readonly?: boolean | undefined;
  disabled?: boolean | undefined;
  autofocus?: boolean | undefined;
  mono?: boolean | undefined;
  invalid?: boolean | undefined;
};

type TextareaProps = Passed & {
  id: string;
  name: string;
  value?: string | undefined;
  rows?: number | undefined;
  maxlength?: number | undefined;
  placeholder?: string | undefined;
  required?: boolean | undefined;
  autofocus?: boolean | undefined;
  mono?: boolean | undefined;
  invalid?: boolean | undefined;
};

export function Input(props: InputProps) {
  return (
    <input
      class={classes("input", props.mono && "input--mono")}
      id={props.id}
      name={props.name}
      type={props.type ?? "text"}
      value={props.type === "password" ? undefined : props.value}
      placeholder={props.placeholder}
      autocomplete={props.autocomplete}
      inputmode={props.inputmode ?? (props.type === "email" ? "email" : undefined)}
      pattern={props.pattern}
      list={props.list}
      minlength={props.minlength}
      maxlength={props.maxlength}
      required={props.required || undefined}
      readonly={props.readonly || undefined}
      disabled={props.disabled || undefined}
      autofocus={props.autofocus || undefined}
      aria-invalid={props.invalid ? "true" : undefined}
      {...passed(props)}
    />
  );
}

export function Textarea(props: TextareaProps) {
  return (
    <textarea
      class={classes("input", props.mono && "input--mono")}
      id={props.id}
      name={props.name}
      rows={props.rows ?? 3}
      maxlength={props.maxlength}
      placeholder={props.placeholder}
      required={props.required || undefined}
      autofocus={props.autofocus || undefined}
      aria-invalid={props.invalid ? "true" : undefined}
      {...passed(props)}
    >
      {/* The parser drops one line break after the tag; the first one of the text must stay. */}
      {`\n${props.value ?? ""}`}
    </textarea>
  );
}

type Extra = {
  /** Ids of more elements that describe the control. */
  describedBy?: string | undefined;
  /** Drawn between the control and its error: a strength meter, a result. */
  after?: Child | undefined;
};

/** A text input with its label, hint and error. */
export function TextField(props: FieldWords & InputProps & Extra) {
  return (
    <Field {...props}>
      <Input
        {...props}
        invalid={props.invalid ?? Boolean(props.error)}
        aria-describedby={describedBy(props, props.describedBy)}
      />
      {props.after}
    </Field>
  );
}

/** A textarea with its label, hint and error; with `counted` it says how many of `maxlength` characters are used. */
export function TextareaField(props: FieldWords & TextareaProps & Extra & { counted?: boolean | undefined }) {
  const counterId = props.counted ? `${props.id}-count` : undefined;
  const used = (props.value ?? "").length;
  const counter = counterId && (
    <span class="muted num" id={counterId} data-counter={props.id}>
      {`${used} of ${props.maxlength ?? 0}`}
    </span>
  );
  const more = [props.describedBy, counterId].filter(Boolean).join(" ") || undefined;
  return (
    <Field {...props} aside={counter ?? props.aside}>
      <Textarea
        {...props}
        invalid={props.invalid ?? Boolean(props.error)}
        aria-describedby={describedBy(props, more)}
      />
      {props.after}
    </Field>
  );
}

/** Two fields side by side where there is room. */
export function FieldPair({ children }: { children: Child }) {
  return <div class="field-pair">{children}</div>;
}

/** An input with a button attached to its end. */
export function Group({ children }: { children: Child }) {
  return <div class="group">{children}</div>;
}
