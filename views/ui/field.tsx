// A labelled control with its hint and its error, tied together for screen readers.
import type { Child } from "hono/jsx";
import { Icon } from "./icon.tsx";

export type FieldWords = {
  id: string;
  label: string;
  /** Keeps the label for screen readers alone. */
  hideLabel?: boolean | undefined;
  optional?: boolean | undefined;
  hint?: Child | undefined;
  error?: string | undefined;
  /** What stands at the end of the label's line: a link or a counter. */
  aside?: Child | undefined;
};

type FieldProps = FieldWords & { children: Child };

/** The ids for a control's `aria-describedby`: its error first, then its hint, then `more`; undefined when there are none. */
export function describedBy(
  { id, hint, error }: Pick<FieldWords, "id" | "hint" | "error">,
  more?: string,
): string | undefined {
  return [error && `${id}-error`, hint && `${id}-hint`, more].filter(Boolean).join(" ") || undefined;
}

function Label({ id, label, hideLabel, optional }: FieldWords) {
  return (
    <label class={hideLabel ? "sr-only" : undefined} for={id}>
      {label}
      {optional && <span class="optional"> (optional)</span>}
    </label>
  );
}

export function FieldError({ id, children }: { id: string; children: Child }) {
  return (
    <p class="error" id={`${id}-error`}>
      <Icon name="alert" />
      <span>{children}</span>
    </p>
  );
}

/** The frame of a field; the control inside must carry `id` and the `aria-describedby` of `describedBy`. */
export function Field(props: FieldProps) {
  return (
    <div class="field">
      {props.aside ? (
        <div class="field__top">
          <Label {...props} />
          {props.aside}
        </div>
      ) : (
        <Label {...props} />
      )}
      {props.children}
      {props.error && <FieldError id={props.id}>{props.error}</FieldError>}
      {props.hint && (
        <p class="hint" id={`${props.id}-hint`}>
          {props.hint}
        </p>
      )}
    </div>
  );
}
