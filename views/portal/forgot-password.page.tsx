// Asking for an e-mail that lets one choose a new password.
import { portal } from "../../src/paths.ts";
import { PortalSignedOutLayout } from "../layouts/portal-signed-out.layout.tsx";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { TextField } from "../ui/input.tsx";
import type { PortalSite } from "./site.ts";

type ForgotPasswordPageProps = {
  site: PortalSite;
  email?: string | undefined;
  errors?: Readonly<Record<string, string>> | undefined;
};

export function ForgotPasswordPage({ site, email, errors = {} }: ForgotPasswordPageProps) {
  return (
    <PortalSignedOutLayout
      {...site}
      title="Choose a new password"
      lead="We email you a link. It signs you out everywhere else and lets you set a new password."
    >
      <form class="stack stack--5" id="forgot-password" method="post" action={portal.forgotPassword()}>
        <FormToken />
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
        <Button type="submit" variant="brand" block>
          Email me a link
        </Button>
      </form>
      <a class="small" href={portal.signIn()}>
        Back to sign in
      </a>
    </PortalSignedOutLayout>
  );
}
