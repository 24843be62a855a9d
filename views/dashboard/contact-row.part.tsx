// One contact in the list: a template rather than JSX, since a page draws fifty of them (docs/decisions/0017-jsx-for-rows.md).
import { html } from "hono/html";
import type { ContactRow } from "../../src/models/contacts.ts";
import { app } from "../../src/paths.ts";
import { Who } from "../ui/avatar.tsx";
import { MomentOrNever, momentText } from "../ui/moment.tsx";
import { ContactStatus } from "../ui/status.tsx";
import { SelectCell } from "../ui/table.tsx";
import { BULK_FORM } from "./bulk-bar.part.tsx";
import { ContactActions } from "./contact-actions.tsx";
import { ContactMail } from "./contact-mail.tsx";
import { Tags } from "./contact-tags.tsx";
import { nameOf, type Viewing } from "./contacts-view.ts";

/** With `watch` the state of an e-mail on its way keeps itself up to date. Moments are told as seen from `now`. */
type RowProps = Viewing & { contact: ContactRow; watch?: boolean | undefined; now?: Date | undefined };

/** What the columns say that a card has no room for. */
function cardWords({ contact: { status, invitedAt, lastSignInAt }, zone, now }: RowProps): string | undefined {
  const seen = lastSignInAt && momentText(lastSignInAt, { zone, now, inSentence: true });
  if (status === "joined") return seen ? `Signed in ${seen}` : undefined;
  if (status === "revoked") return seen ? `Last here ${seen}` : undefined;
  return status === "invited" && invitedAt ? momentText(invitedAt, { zone, now, precision: "day" }) : undefined;
}

function StatusCell(props: RowProps) {
  const { contact, slug, watch } = props;
  const { id, status, lastEmail } = contact;
  const when = cardWords(props);
  return html`<td class="cell-status">${ContactStatus({ state: status })} ${when && html`<span class="when">${when}</span>`}${
    lastEmail && ContactMail({ id, slug, status, mail: lastEmail, watch })
  }</td>`;
}

export function ContactRowPart(props: RowProps) {
  const { contact, slug, zone, mayAct, now } = props;
  const { id, email, company, invitedAt, lastSignInAt, tags } = contact;
  const name = nameOf(contact);
  const box = mayAct && SelectCell({ value: id, label: `Select ${name}`, form: BULK_FORM });
  const who = Who({ name, href: app.contact(slug, id), detail: contact.name ? email : undefined });
  const invited = MomentOrNever({ at: invitedAt, zone, now, precision: "day" });
  const seen = MomentOrNever({ at: lastSignInAt, zone, now });
  const actions = mayAct && html`<td class="cell-actions">${ContactActions({ contact, slug })}</td>`;
  return html`<tr id="contact-${id}">${box}<td class="cell-who">${who}${Tags({ tags, slug })}</td><td class="cell-company dim">${company}</td>${StatusCell(
    props,
  )}<td class="cell-seen cell-invited dim">${invited}</td><td class="cell-seen dim">${seen}</td>${actions}</tr>`;
}

/** In a reply: the contact's row as it is now, where a page shows it. */
export function ContactRowUpdate(props: RowProps) {
  return (
    <hx-partial hx-target={`#contact-${props.contact.id}`} hx-swap="outerHTML">
      <ContactRowPart {...props} watch />
    </hx-partial>
  );
}
