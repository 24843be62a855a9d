// A password input that can be shown, so that nobody has to type one blind.
import type { Child } from "hono/jsx";
import type { Passed } from "./attributes.ts";
import { TextField } from "./input.tsx";

type PasswordFieldProps = Passed & {
  id: string;
  name?: string | undefined;
  label?: string | undefined;
  autocomplete: "current-password" | "new-password";
  minlength?: number | undefined;
  hint?: Child | undefined;
  error?: string | undefined;
  /** A link beside the label; without one there is a Show button. */
  aside?: Child | undefined;
  describedBy?: string | undefined;
  after?: Child | undefined;
  autofocus?: boolean | undefined;
};

/** A required password field; never holds a value, also after an error. */
export function PasswordField(props: PasswordFieldProps) {
  const show = (
    <button class="link-btn small" type="button" aria-pressed="false" data-reveal={props.id} hidden>
      Show<span class="sr-only"> password</span>
    </button>
  );
  return (
    <TextField
      {...props}
      name={props.name ?? "password"}
      label={props.label ?? "Password"}
      type="password"
      required
      maxlength={128}
      aside={props.aside ?? show}
    />
  );
}
