// Where members sign in.
import { app } from "../../src/paths.ts";
import { SignedOutLayout } from "../layouts/signed-out.layout.tsx";
import { SignInForm, type SignInFormProps } from "./sign-in-form.part.tsx";

type SignInPageProps = SignInFormProps & {
  /** Whether anybody may create an agency here. */
  open: boolean;
};

export function SignInPage({ open, ...form }: SignInPageProps) {
  const foot = open && (
    <span>
      New here? <a href={app.signUp()}>Create an agency</a>
    </span>
  );
  return (
    <SignedOutLayout title="Sign in" lead="To your agency’s client portal dashboard." foot={foot}>
      <SignInForm {...form} />
    </SignedOutLayout>
  );
}
