// Asks for the address that a link to a new password goes to; afterwards says the same whether or not it has an account.
import { app } from "../../src/paths.ts";
import { SignedOutLayout } from "../layouts/signed-out.layout.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { TextField } from "../ui/input.tsx";

type ForgotPasswordPageProps = { email?: string | undefined; error?: string | undefined };

const back = <a href={app.signIn()}>Back to sign-in</a>;

export function ForgotPasswordPage({ email, error }: ForgotPasswordPageProps) {
  return (
    <SignedOutLayout title="Choose a new password" lead="We email you a link that lets you set one." foot={back}>
      <form class="stack" id="forgot-password-form" method="post" action={app.forgotPassword()}>
        <FormToken />
        <TextField
          id="email"
          name="email"
          type="email"
          label="Work email"
          autocomplete="username"
          value={email}
          error={error}
          autofocus
          required
        />
        <Button type="submit" variant="primary" block>
          Email me a link
        </Button>
      </form>
    </SignedOutLayout>
  );
}

export function ResetLinkSentPage({ minutes }: { minutes: number }) {
  return (
    <SignedOutLayout
      title="Check your email"
      lead={`If the address has an account, a link to choose a new password is on its way. It works once, for ${minutes} minutes.`}
      foot={back}
    >
      <div class="row">
        <ButtonLink href={app.forgotPassword()}>Use another address</ButtonLink>
      </div>
    </SignedOutLayout>
  );
}
