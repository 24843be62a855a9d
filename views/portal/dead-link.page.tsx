// The page of a link that no longer opens anything: what happened, and one button for a new one.
import type { AccessLink, LinkState } from "../../src/models/access-links.ts";
import { portal } from "../../src/paths.ts";
import { PortalSignedOutLayout } from "../layouts/portal-signed-out.layout.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import type { IconName } from "../ui/icon.tsx";
import { maskedEmail } from "../ui/mask.ts";
import { momentText } from "../ui/moment.tsx";
import type { PortalSite } from "./site.ts";

export type DeadLinkPageProps = {
  site: PortalSite;
  token: string;
  kind: AccessLink["kind"];
  state: Exclude<LinkState, "live">;
  email: string;
  expiredAt: Date;
  usedAt: Date | null;
  zone: string;
};

function words(props: DeadLinkPageProps): { title: string; lead: string; icon: IconName } {
  const say = (at: Date) => momentText(at, { zone: props.zone, weekday: true });
  switch (props.state) {
    case "expired":
      return {
        title: "This link has expired",
        lead: `It worked until ${say(props.expiredAt)}. Nothing is wrong with your account.`,
        icon: "clock",
      };
    case "used": {
      const on = props.usedAt ? ` on ${say(props.usedAt)}` : "";
      const lead =
        props.kind === "invite"
          ? "You have joined this portal already. A new link signs you in."
          : `It works once, and that was${on || " before"}. A new link signs you in.`;
      return { title: "This link has been used", lead, icon: "done" };
    }
    case "withdrawn":
      return {
        title: "This link was withdrawn",
        lead: `It no longer opens the portal of ${props.site.agency}.`,
        icon: "slash",
      };
  }
}

export function DeadLinkPage(props: DeadLinkPageProps) {
  const { site, token, email } = props;
  return (
    <PortalSignedOutLayout {...site} {...words(props)}>
      <form class="stack stack--5" id="new-link" method="post" action={portal.newLink(token)}>
        <FormToken />
        <Button type="submit" variant="brand" block>
          Send me a new one
        </Button>
        <p class="hint">
          It goes to the address that {site.agency} has for you, {maskedEmail(email)}.
        </p>
      </form>
      <a class="small" href={portal.signIn()}>
        Sign in with a password
      </a>
    </PortalSignedOutLayout>
  );
}

/** For a token that means nothing here: made up, cut off, or of another portal. */
export function UnknownLinkPage({ site }: { site: PortalSite }) {
  return (
    <PortalSignedOutLayout
      {...site}
      title="This link is not for this portal"
      lead="It may have been cut off on its way. Open it again from the email, or ask for a new one."
      icon="slash"
    >
      <ButtonLink href={portal.signIn()} variant="brand" block>
        Sign in
      </ButtonLink>
    </PortalSignedOutLayout>
  );
}
