// A contact's own name, password and devices.
import type { Device, SignedInContact } from "../../src/models/contact-sessions.ts";
import { portal } from "../../src/paths.ts";
import { PortalLayout, type PortalLayoutProps } from "../layouts/portal.layout.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { momentText } from "../ui/moment.tsx";
import { Panel } from "../ui/panel.tsx";
import { Devices } from "./devices.part.tsx";
import { ProfileForm } from "./profile-form.part.tsx";
import type { PortalSite } from "./site.ts";
import { WorkflowMail } from "./workflow-mail.part.tsx";

type ProfilePageProps = {
  site: PortalSite;
  contact: SignedInContact;
  devices: readonly Device[];
  /** Since when he wants no e-mails of workflows. */
  mailStoppedAt: Date | null;
  zone: string;
  flash?: PortalLayoutProps["flash"];
  /** The name as typed, with what is wrong with it. */
  name?: { typed: string; error: string } | undefined;
};

function passwordWords({ hasPassword, passwordSetAt: at }: SignedInContact, zone: string): string {
  if (!hasPassword) return "Not set: you get in by a link each time";
  return at ? `Set ${momentText(at, { zone, precision: "day", inSentence: true })}` : "Set";
}

function SigningIn({ contact, zone }: ProfilePageProps) {
  return (
    <Panel id="signing-in" title="Signing in">
      <div class="setting">
        <span>
          Password
          <small>{passwordWords(contact, zone)}</small>
        </span>
        <ButtonLink href={portal.profilePassword()} small about="your password">
          {contact.hasPassword ? "Change" : "Set"}
        </ButtonLink>
      </div>
    </Panel>
  );
}

export function ProfilePage(props: ProfilePageProps) {
  const { site, contact, devices, zone, name, flash } = props;
  const who = { name: contact.name || contact.email, email: contact.email };
  return (
    <PortalLayout {...site} title="Profile and devices" contact={who} current="profile" narrow flash={flash}>
      <header>
        <h1>Profile and devices</h1>
      </header>
      <ProfileForm agency={site.agency} name={name?.typed ?? contact.name} email={contact.email} error={name?.error} />
      <SigningIn {...props} />
      <WorkflowMail agency={site.agency} stoppedAt={props.mailStoppedAt} zone={zone} />
      <Devices devices={devices} zone={zone} />
    </PortalLayout>
  );
}
