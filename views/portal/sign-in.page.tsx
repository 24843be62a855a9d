// Signing in to a portal.
import { PortalSignedOutLayout } from "../layouts/portal-signed-out.layout.tsx";
import { PortalSignIn, type PortalSignInProps } from "./portal-sign-in.part.tsx";
import type { PortalSite } from "./site.ts";

export function SignInPage({ site, ...form }: PortalSignInProps & { site: PortalSite }) {
  return (
    <PortalSignedOutLayout {...site} title="Sign in" lead="To your client portal.">
      <PortalSignIn {...form} />
    </PortalSignedOutLayout>
  );
}
