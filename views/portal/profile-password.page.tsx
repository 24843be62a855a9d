// Changing one's own password; the current one is asked for when there is one.
import type { SignedInContact } from "../../src/models/contact-sessions.ts";
import { portal } from "../../src/paths.ts";
import { PortalLayout } from "../layouts/portal.layout.tsx";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Crumbs } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import type { PortalSite } from "./site.ts";

type ProfilePasswordPageProps = {
  site: PortalSite;
  contact: SignedInContact;
  /** Whether the current password is needed. */
  asksCurrent: boolean;
  errors?: Readonly<Record<string, string>> | undefined;
};

function PasswordForm({ contact, asksCurrent, errors = {} }: ProfilePasswordPageProps) {
  return (
    <form class="panel__body stack stack--5" id="profile-password" method="post" action={portal.profilePassword()}>
      <FormToken />
      {errors["form"] && (
        <div role="alert">
          <Callout tone="bad">{errors["form"]}</Callout>
        </div>
      )}
      {/* Lets a password manager file the new password under the right account. */}
      <input
        class="sr-only"
        type="text"
        name="username"
        value={contact.email}
        autocomplete="username"
        readonly
        tabindex={-1}
        aria-hidden="true"
      />
      {asksCurrent && (
        <PasswordField
          id="current-password"
          name="current_password"
          label="Current password"
          autocomplete="current-password"
          error={errors["current_password"]}
          autofocus={Boolean(errors["current_password"])}
        />
      )}
      <PasswordField
        id="password"
        label="New password"
        autocomplete="new-password"
        hint="At least 8 characters; a few words work well."
        error={errors["password"]}
        autofocus={Boolean(errors["password"])}
      />
      <p class="hint">You are then signed out on every other device.</p>
      <div class="row">
        <Button type="submit" variant="brand">
          Save password
        </Button>
        <a class="small" href={portal.profile()}>
          Cancel
        </a>
      </div>
    </form>
  );
}

export function ProfilePasswordPage(props: ProfilePasswordPageProps) {
  const { site, contact } = props;
  const title = contact.hasPassword ? "Change password" : "Set a password";
  const who = { name: contact.name || contact.email, email: contact.email };
  return (
    <PortalLayout {...site} title={title} contact={who} current="profile" narrow>
      <header class="stack stack--2">
        <Crumbs links={[{ href: portal.profile(), label: "Profile and devices" }]} current={title} />
        <h1>{title}</h1>
      </header>
      <Panel id="password-panel" label={title} bare>
        <PasswordForm {...props} />
      </Panel>
    </PortalLayout>
  );
}
