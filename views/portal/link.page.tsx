// The page of a live link: it names the agency and the account, and its one button redeems. Opening it changes nothing.
import type { AccessLink } from "../../src/models/access-links.ts";
import { portal } from "../../src/paths.ts";
import { PortalSignedOutLayout } from "../layouts/portal-signed-out.layout.tsx";
import { AsWho } from "../ui/as-who.tsx";
import { asset } from "../ui/assets.ts";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { maskedEmail } from "../ui/mask.ts";
import { firstName, type PortalSite } from "./site.ts";

export type LinkPageProps = {
  site: PortalSite;
  token: string;
  kind: AccessLink["kind"];
  contact: Pick<AccessLink["contact"], "name" | "email" | "joined">;
  /** The address that the link confirms. */
  newEmail?: string | undefined;
  /** Who is signed in here, when it is somebody else. */
  instead?: { name: string; email: string } | undefined;
  /** The link was asked for in this browser, so the page presses its button itself. */
  askedHere: boolean;
  /** The button was pressed without what this page gave the browser. */
  pressedBlind?: boolean | undefined;
};

function words({ site, kind, contact, newEmail, instead }: LinkPageProps): { title: string; lead: string } {
  const first = firstName({ ...contact, email: maskedEmail(contact.email) });
  if (instead)
    return {
      title: `Continue as ${first}?`,
      lead: `${instead.name || instead.email} is signed in here. This link signs them out, and ${contact.name || maskedEmail(contact.email)} in.`,
    };
  if (kind === "reset")
    return {
      title: "Choose a new password",
      lead: "This link signs you in here, signs you out everywhere else and lets you set a new password.",
    };
  if (kind === "confirm")
    return {
      title: "Confirm your address",
      lead: `${site.agency} then knows you by ${maskedEmail(newEmail ?? contact.email)}.`,
    };
  if (!contact.joined) return { title: `Welcome, ${first}`, lead: `${site.agency} invited you to your client portal.` };
  return { title: `Continue as ${first}?`, lead: "This link signs you in to your client portal on this device." };
}

function Confirm({ token, contact, instead, askedHere }: LinkPageProps) {
  const itself = askedHere && !instead;
  return (
    <form
      class="stack stack--4"
      id="magic-confirm"
      method="post"
      action={portal.link(token)}
      data-self-submit={itself ? "" : undefined}
    >
      <FormToken />
      <Button type="submit" variant="brand" block>
        {`Continue as ${contact.name || maskedEmail(contact.email)}`}
      </Button>
      <script src={asset("js/link.js")} type="module" />
    </form>
  );
}

export function LinkPage(props: LinkPageProps) {
  const { site, contact, instead, pressedBlind } = props;
  const account = maskedEmail(contact.email);
  return (
    <PortalSignedOutLayout {...site} {...words(props)}>
      <AsWho name={contact.name || account} account={account} />
      {pressedBlind && (
        <div role="alert">
          <Callout tone="wait">Nothing was done yet. Allow cookies for this page, then press the button again.</Callout>
        </div>
      )}
      <Confirm {...props} />
      {instead ? (
        <a class="small" href={portal.home()}>
          Stay signed in as {instead.name || instead.email}
        </a>
      ) : (
        <a class="small" href={portal.signIn()}>
          Not you? Sign in
        </a>
      )}
    </PortalSignedOutLayout>
  );
}
