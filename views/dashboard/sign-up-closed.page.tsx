// Says that nobody may create an agency here but the operator.
import { app } from "../../src/paths.ts";
import { SignedOutLayout } from "../layouts/signed-out.layout.tsx";
import { ButtonLink } from "../ui/button.tsx";

export function SignUpClosedPage({ signedIn }: { signedIn: boolean }) {
  return (
    <SignedOutLayout
      title="Sign-up is closed"
      lead="Whoever runs this Portico creates new agencies. Ask them for one, or for an invitation to an agency that exists."
    >
      <div class="row">
        <ButtonLink href={signedIn ? app.home() : app.signIn()}>
          {signedIn ? "Go to your dashboard" : "Sign in"}
        </ButtonLink>
      </div>
    </SignedOutLayout>
  );
}
