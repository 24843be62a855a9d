// What became of the newest e-mail to a contact, beside his status.
import type { ContactStatus } from "../../src/db/schema.ts";
import type { LastEmail } from "../../src/models/contacts.ts";
import { EmailStatus } from "../ui/status.tsx";

const pending = new Set<LastEmail["status"]>(["queued", "sending", "delayed"]);
const stopped = new Set<LastEmail["status"]>(["bounced", "suppressed", "failed"]);

/** Whether there is something to say: an e-mail on its way or not arrived, and the invite of somebody who is still to join. */
export function tellsOfMail(status: ContactStatus, mail: LastEmail | undefined): mail is LastEmail {
  if (!mail || status === "revoked") return false;
  if (pending.has(mail.status) || stopped.has(mail.status)) return true;
  return status === "invited" && mail.kind === "invite" && mail.status === "sent";
}

export function ContactMail({ status, mail }: { status: ContactStatus; mail: LastEmail | undefined }) {
  if (!tellsOfMail(status, mail)) return null;
  return (
    <span class="contact-mail">
      <span class="sr-only">Email: </span>
      <EmailStatus state={mail.status} />
      {mail.reason && <small>{mail.reason}</small>}
    </span>
  );
}
