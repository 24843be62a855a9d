// Where somebody creates an agency and becomes its owner.
import { app } from "../../src/paths.ts";
import { SignedOutLayout } from "../layouts/signed-out.layout.tsx";
import { SignUpForm, type SignUpFormProps } from "./sign-up-form.part.tsx";

export function SignUpPage(props: SignUpFormProps) {
  const foot = (
    <span>
      Have an account? <a href={app.signIn()}>Sign in</a>
    </span>
  );
  return (
    <SignedOutLayout title="Create an agency" lead="Your clients get a portal under its name." foot={foot}>
      <SignUpForm {...props} />
    </SignedOutLayout>
  );
}
