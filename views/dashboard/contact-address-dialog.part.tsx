// The dialog that puts a contact's address right and sends the invite or login email again.
import type { Contact } from "../../src/models/contacts.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";
import { TextField } from "../ui/input.tsx";
import { nameOf } from "./contacts-view.ts";

type AddressDialogProps = {
  slug: string;
  contact: Contact;
  /** Why the address is not written to, when it is so. */
  suppressed: string | undefined;
  typed: string;
  error?: string | undefined;
  inPage?: boolean | undefined;
};

const what = ({ joinedAt }: Contact) => (joinedAt ? "a login email" : "the invite");

export function ContactAddressDialog({ slug, contact, suppressed, typed, error, inPage }: AddressDialogProps) {
  const action = app.contactAddress(slug, contact.id);
  const close = app.contact(slug, contact.id);
  return (
    <Dialog
      id="contact-address"
      title="Fix address and resend"
      lead={`${nameOf(contact)} gets ${what(contact)} at the new address.`}
      closeHref={close}
      inPage={inPage}
      action={action}
      hx-post={action}
      hx-target="#dialog"
      hx-swap="innerHTML"
      foot={
        <>
          <DialogClose href={close} />
          <Button type="submit" variant="primary" icon="mail">
            Save and send
          </Button>
        </>
      }
    >
      {suppressed && <Callout tone="bad">{`${contact.email} is suppressed. ${suppressed}`}</Callout>}
      <TextField
        id="contact-address-email"
        name="email"
        type="email"
        label="Email address"
        value={typed}
        error={error}
        hint="Links and sessions of the old address stop working at once. Emails that still wait to go there are cancelled."
        autocomplete="off"
        required
        autofocus
      />
    </Dialog>
  );
}
