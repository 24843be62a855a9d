// What is wrong with a contact's address, and what can be done about it.
import type { Contact } from "../../src/models/contacts.ts";
import { app } from "../../src/paths.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { opensDialog } from "./contacts-view.ts";

type TroubleProps = { slug: string; mayAct: boolean; contact: Contact };

export function ContactTrouble({ slug, mayAct, contact }: TroubleProps) {
  const { suppressed } = contact;
  const bounced = contact.lastEmail?.status === "bounced" ? contact.lastEmail.reason : undefined;
  const reason = suppressed ?? bounced;
  if (reason == null || contact.status === "revoked") return null;
  const fix = app.contactAddress(slug, contact.id);
  return (
    <Callout tone="bad" id="contact-trouble">
      <p>
        <b>{suppressed ? "Emails to this address are not sent" : "The last email came back"}</b>
      </p>
      <p class="break">{`${contact.email}: ${reason}`}</p>
      <div class="row">
        {mayAct && (
          <ButtonLink small href={fix} {...opensDialog(fix)}>
            Fix address and resend
          </ButtonLink>
        )}
        {suppressed && (
          <ButtonLink small variant="quiet" href={app.suppressions(slug, { q: contact.email })}>
            Suppressed addresses
          </ButtonLink>
        )}
      </div>
    </Callout>
  );
}
