// The form for an agency and its owner.
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { TextField } from "../ui/input.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { AgencyFields, type AgencyFieldsProps } from "./agency-fields.tsx";

export type SignUpFormProps = Omit<AgencyFieldsProps, "suggestFrom"> & {
  typed?: { agency?: string; slug?: string; name?: string; email?: string } | undefined;
  /** The fewest characters of a password. */
  passwordMin: number;
};

export function SignUpForm({ typed, errors, portalDomain, passwordMin }: SignUpFormProps) {
  return (
    <form class="stack" id="sign-up-form" method="post" action={app.signUp()}>
      <FormToken />
      <AgencyFields typed={typed} errors={errors} portalDomain={portalDomain} suggestFrom={app.signUp()} />
      <TextField
        id="name"
        name="name"
        label="Your name"
        autocomplete="name"
        maxlength={100}
        value={typed?.name}
        error={errors?.name}
        required
      />
      <TextField
        id="email"
        name="email"
        type="email"
        label="Work email"
        autocomplete="username"
        value={typed?.email}
        error={errors?.email}
        required
      />
      <PasswordField
        id="password"
        autocomplete="new-password"
        minlength={passwordMin}
        hint={`${passwordMin} characters or more. A few words in a row are easy to remember.`}
        error={errors?.password}
      />
      <Button type="submit" variant="primary" block>
        Create agency
      </Button>
    </form>
  );
}
