// The sign-in form. It posts as a plain form: what follows is another page in any case, and password managers know it best.
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { TextField } from "../ui/input.tsx";
import { PasswordField } from "../ui/password-field.tsx";

export type SignInFormProps = {
  email?: string | undefined;
  /** The path to go on to, as it was asked for; checked only once it is known who signed in. */
  next?: string | undefined;
  errors?: { email?: string | undefined; password?: string | undefined } | undefined;
};

export function SignInForm({ email, next, errors }: SignInFormProps) {
  return (
    <form class="stack" id="sign-in-form" method="post" action={app.signIn()}>
      <FormToken />
      {next && <input type="hidden" name="next" value={next} />}
      <TextField
        id="email"
        name="email"
        type="email"
        label="Work email"
        autocomplete="username"
        value={email}
        error={errors?.email}
        autofocus={!email}
        required
      />
      <PasswordField
        id="password"
        autocomplete="current-password"
        aside={<a href={app.forgotPassword()}>Forgot it?</a>}
        error={errors?.password}
        autofocus={Boolean(email)}
      />
      <Button type="submit" variant="primary" block>
        Sign in
      </Button>
    </form>
  );
}
