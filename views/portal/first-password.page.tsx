// The offer of a password after the first way in by a link, and the choice of a new one after a reset link.
import { portal } from "../../src/paths.ts";
import { PortalSignedOutLayout } from "../layouts/portal-signed-out.layout.tsx";
import { Button } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { TextField } from "../ui/input.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { firstName, type PortalSite } from "./site.ts";

export type FirstPasswordPageProps = {
  site: PortalSite;
  contact: { name: string; email: string; hasPassword: boolean };
  /** Came by a reset link: a new password is why he is here. */
  reset: boolean;
  next: string;
  error?: string | undefined;
};

function PasswordForm({ contact, next, error }: FirstPasswordPageProps) {
  return (
    <form class="stack stack--5" id="accept-invite" method="post" action={portal.firstPassword()}>
      <FormToken />
      <input type="hidden" name="next" value={next} />
      <TextField id="email" label="Email" type="email" value={contact.email} autocomplete="username" readonly />
      <PasswordField
        id="password"
        autocomplete="new-password"
        hint="At least 8 characters; a few words work well."
        error={error}
        autofocus={Boolean(error)}
      />
      <Button type="submit" variant="brand" block>
        Set password and continue
      </Button>
    </form>
  );
}

export function FirstPasswordPage(props: FirstPasswordPageProps) {
  const { site, contact, reset, next } = props;
  const words = reset
    ? { title: "Choose a new password", lead: "You are signed in here, and signed out everywhere else." }
    : {
        title: `Welcome, ${firstName(contact)}`,
        lead: `You are in the portal of ${site.agency}. Set a password for the next time.`,
      };
  return (
    <PortalSignedOutLayout {...site} {...words}>
      <PasswordForm {...props} />
      <p class="hint">
        {reset && contact.hasPassword
          ? "Your old password works until you set a new one."
          : "You can also skip the password and ask for a link each time."}{" "}
        <a href={next}>{reset ? "Continue without changing it" : "Continue without a password"}</a>
      </p>
    </PortalSignedOutLayout>
  );
}
