// Where the unsubscribe link of a workflow's e-mail leads: one button, and the way back.
import { portal } from "../../src/paths.ts";
import { PortalSignedOutLayout } from "../layouts/portal-signed-out.layout.tsx";
import { Button } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { maskedEmail } from "../ui/mask.ts";
import type { PortalSite } from "./site.ts";

type UnsubscribePageProps = { site: PortalSite; token: string; email: string; stopped: boolean };

export function UnsubscribePage({ site, token, email, stopped }: UnsubscribePageProps) {
  const { agency } = site;
  const who = maskedEmail(email);
  return (
    <PortalSignedOutLayout
      {...site}
      icon={stopped ? "check" : "mail"}
      title={stopped ? "You are unsubscribed" : "Stop automatic emails?"}
      lead={
        stopped
          ? `${agency} sends no more automatic emails to ${who}.`
          : `${agency} will send no more automatic emails to ${who}.`
      }
    >
      <form
        class="stack stack--5"
        id="unsubscribe"
        method="post"
        action={stopped ? portal.unsubscribeUndo(token) : portal.unsubscribe(token)}
      >
        <FormToken />
        <p class="muted">Invites, login emails and password resets still reach you.</p>
        <Button type="submit" {...(stopped ? {} : { variant: "brand" as const })} block>
          {stopped ? "Get them again" : "Stop automatic emails"}
        </Button>
      </form>
      <a class="small" href={portal.home()}>
        Open the portal
      </a>
    </PortalSignedOutLayout>
  );
}
