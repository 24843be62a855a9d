// What became of the newest e-mail to a contact, beside his status; asks again by itself while that is not settled.
import { html } from "hono/html";
import type { ContactStatus, LastEmail } from "../../src/models/contacts.ts";
import { app } from "../../src/paths.ts";
import { EmailStatus } from "../ui/status.tsx";

type ContactMailProps = {
  id: string;
  slug: string;
  status: ContactStatus;
  mail: LastEmail | undefined;
  /** Keeps itself up to date until the e-mail is sent or has failed. */
  watch?: boolean | undefined;
};

const moving = new Set<LastEmail["status"]>(["queued", "sending"]);
const stuck = new Set<LastEmail["status"]>(["delayed", "bounced", "suppressed", "failed"]);

/** Whether the newest e-mail will be something else in a moment. */
export const isOnItsWay = (mail: LastEmail | undefined) => mail !== undefined && moving.has(mail.status);

/** Whether there is something to say: an e-mail on its way or not arrived, and the invite of somebody who is still to join. */
function tells(status: ContactStatus, mail: LastEmail | undefined): mail is LastEmail {
  if (!mail || status === "revoked") return false;
  if (moving.has(mail.status) || stuck.has(mail.status)) return true;
  if (mail.status !== "sent") return false;
  return mail.reason !== null || (status === "invited" && mail.kind === "invite");
}

function words({ status, reason }: LastEmail) {
  if (status === "sent" && !reason) return html`<span class="contact-mail__sent">Email sent</span>`;
  return html`<span class="sr-only">Email: </span>${EmailStatus({ state: status })}${reason && html`<small>${reason}</small>`}`;
}

/** Empty where there is nothing to say. */
export function ContactMail({ id, slug, status, mail, watch }: ContactMailProps) {
  const asks =
    watch &&
    isOnItsWay(mail) &&
    html` hx-get="${app.contactRow(slug, id)}" hx-trigger="load delay:2s" hx-target="this" hx-swap="outerHTML"`;
  const told = tells(status, mail) && words(mail);
  return html`<span class="contact-mail" id="contact-mail-${id}"${asks}>${told}</span>`;
}
