// One contact in the list.
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

/** With `watch` the state of an e-mail on its way keeps itself up to date. */
type RowProps = Viewing & { contact: ContactRow; watch?: boolean | undefined };

/** What the columns say that a card has no room for. */
function cardWords({ status, invitedAt, lastSignInAt }: ContactRow, zone: string): string | undefined {
  const seen = lastSignInAt && momentText(lastSignInAt, { zone, inSentence: true });
  if (status === "joined") return seen ? `Signed in ${seen}` : undefined;
  if (status === "revoked") return seen ? `Last here ${seen}` : undefined;
  return status === "invited" && invitedAt ? momentText(invitedAt, { zone, precision: "day" }) : undefined;
}

export function ContactRowPart({ contact, slug, zone, mayAct, watch }: RowProps) {
  const name = nameOf(contact);
  const when = cardWords(contact, zone);
  return (
    <tr id={`contact-${contact.id}`}>
      {mayAct && <SelectCell value={contact.id} label={`Select ${name}`} form={BULK_FORM} />}
      <td class="cell-who">
        <Who name={name} href={app.contact(slug, contact.id)} detail={contact.name ? contact.email : undefined} />
        <Tags tags={contact.tags} slug={slug} />
      </td>
      <td class="cell-company dim">{contact.company}</td>
      <td class="cell-status">
        <ContactStatus state={contact.status} /> {when && <span class="when">{when}</span>}
        <ContactMail id={contact.id} slug={slug} status={contact.status} mail={contact.lastEmail} watch={watch} />
      </td>
      <td class="cell-seen cell-invited dim">
        <MomentOrNever at={contact.invitedAt} zone={zone} precision="day" />
      </td>
      <td class="cell-seen dim">
        <MomentOrNever at={contact.lastSignInAt} zone={zone} />
      </td>
      {mayAct && (
        <td class="cell-actions">
          <ContactActions contact={contact} slug={slug} />
        </td>
      )}
    </tr>
  );
}

/** In a reply: the contact's row as it is now, where a page shows it. */
export function ContactRowUpdate(props: RowProps) {
  return (
    <hx-partial hx-target={`#contact-${props.contact.id}`} hx-swap="outerHTML">
      <ContactRowPart {...props} watch />
    </hx-partial>
  );
}
