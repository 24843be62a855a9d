// What a link to a new password opens: the form, or why the link does not work any more.
import { app } from "../../src/paths.ts";
import { SignedOutLayout } from "../layouts/signed-out.layout.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { PasswordField } from "../ui/password-field.tsx";

type ResetPasswordPageProps = {
  token: string;
  /** The account, masked. */
  account: string;
  passwordMin: number;
  error?: string | undefined;
};

export function ResetPasswordPage({ token, account, passwordMin, error }: ResetPasswordPageProps) {
  return (
    <SignedOutLayout title="Choose a new password" lead={`For ${account}. You are then signed out everywhere else.`}>
      <form class="stack" id="reset-password-form" method="post" action={app.resetPassword(token)}>
        <FormToken />
        <PasswordField
          id="password"
          label="New password"
          autocomplete="new-password"
          minlength={passwordMin}
          hint={`${passwordMin} characters or more. A few words in a row are easy to remember.`}
          error={error}
          autofocus
        />
        <Button type="submit" variant="primary" block>
          Save and sign in
        </Button>
      </form>
    </SignedOutLayout>
  );
}

const words = {
  used: {
    title: "This link has been used",
    lead: "It works once. Sign in with your new password, or ask for another link.",
  },
  expired: { title: "This link has expired", lead: "Ask for another one; it works for 30 minutes." },
  unknown: {
    title: "This link does not work",
    lead: "It may have been cut off on its way. Open it from the email again, or ask for another one.",
  },
} as const;

export function DeadResetLinkPage({ reason }: { reason: keyof typeof words }) {
  return (
    <SignedOutLayout {...words[reason]} foot={<a href={app.signIn()}>Back to sign-in</a>}>
      <div class="row">
        <ButtonLink href={app.forgotPassword()} variant="primary">
          Ask for a new link
        </ButtonLink>
      </div>
    </SignedOutLayout>
  );
}
