// The options of the invite dialog's combobox: contacts who match what is typed, and the typed address itself.
import type { ContactRow } from "../../src/models/contacts.ts";
import { Marked, Option } from "../ui/combo.tsx";
import { ContactStatus } from "../ui/status.tsx";
import { nameOf } from "./contacts-view.ts";

type ContactOptionsProps = {
  query: string;
  contacts: readonly ContactRow[];
  /** The typed text as an address, when it is one that no contact of the list has. */
  address?: string | undefined;
};

/** Somebody who has joined needs no invite, and somebody revoked is invited from his own row. */
const canInvite = ({ status }: ContactRow) => status === "not-invited" || status === "invited";

export function ContactOptions({ query, contacts, address }: ContactOptionsProps) {
  return (
    <>
      {contacts.map((contact) => (
        <Option
          id={`option-${contact.id}`}
          chip={{ name: "contact", value: contact.id, label: nameOf(contact) }}
          detail={contact.name ? <Marked text={contact.email} query={query} /> : undefined}
          aside={<ContactStatus state={contact.status} />}
          disabled={!canInvite(contact)}
        >
          <Marked text={nameOf(contact)} query={query} />
        </Option>
      ))}
      {address ? (
        <Option id="option-new" plus chip={{ name: "emails", value: address, label: address }} detail={address}>
          Add a new contact
        </Option>
      ) : (
        contacts.every(({ email }) => email !== query.trim().toLowerCase()) && (
          <Option
            id="option-new"
            plus
            disabled
            chip={{ name: "", value: "", label: "" }}
            detail="Keep typing a full email address"
          >
            Add a new contact
          </Option>
        )
      )}
    </>
  );
}
