// The sign-in form of a portal: a password, or a link by e-mail.
import { portal } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { TextField } from "../ui/input.tsx";
import { PasswordField } from "../ui/password-field.tsx";

export type PortalSignInProps = {
  /** As it was typed. */
  email?: string | undefined;
  /** Where to go after signing in. */
  next: string;
  errors?: Readonly<Record<string, string>> | undefined;
};

/** `errors.form` stands above the fields; the others at the field that they name. */
export function PortalSignIn({ email, next, errors = {} }: PortalSignInProps) {
  return (
    <form class="stack stack--5" id="portal-sign-in" method="post" action={portal.signIn()}>
      <FormToken />
      <input type="hidden" name="next" value={next} />
      {errors["form"] && (
        <div role="alert">
          <Callout tone="bad">{errors["form"]}</Callout>
        </div>
      )}
      <TextField
        id="email"
        name="email"
        label="Email"
        type="email"
        autocomplete="username"
        value={email}
        error={errors["email"]}
        autofocus={Boolean(errors["email"])}
        required
      />
      <PasswordField
        id="password"
        autocomplete="current-password"
        error={errors["password"]}
        autofocus={Boolean(errors["password"])}
        aside={<a href={portal.forgotPassword()}>Forgot it?</a>}
      />
      <div class="stack stack--3">
        <Button type="submit" variant="brand" block>
          Sign in
        </Button>
        <Button type="submit" block icon="mail" formaction={portal.signInLink()} formnovalidate>
          Email me a link
        </Button>
      </div>
    </form>
  );
}
