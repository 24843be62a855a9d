// The dialog that makes a magic link for one contact.
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";
import { FieldPair } from "../ui/input.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { SelectField } from "../ui/select.tsx";
import { possessive } from "./contact-actions.tsx";
import { nameOf, shortName } from "./contacts-view.ts";
import { destinationWords, type LinkChoices } from "./people-words.ts";

export type LinkContact = { id: string; name: string; email: string };

export type MagicLinkDialogProps = {
  slug: string;
  contact: LinkContact;
  /** Somebody revoked gets no link; the dialog then only says so. */
  revoked: boolean;
  choices: LinkChoices;
  destination: string;
  lifetime: string;
  uses: string;
  errors?: Readonly<Record<string, string>> | undefined;
  inPage?: boolean | undefined;
};

/** The words under both steps of the dialog. */
export function LinkWarning({ contact }: { contact: LinkContact }) {
  return (
    <Callout tone="wait">
      {`Anyone who has this link can sign in as ${shortName(contact)}. Send it to nobody else.`}
    </Callout>
  );
}

export const magicLinkTitle = (contact: LinkContact) => `Magic link for ${nameOf(contact)}`;

function Revoked({ slug, contact, inPage }: MagicLinkDialogProps) {
  const close = app.portal(slug);
  return (
    <Dialog
      id="magic-link"
      title={magicLinkTitle(contact)}
      closeHref={close}
      inPage={inPage}
      foot={
        <DialogClose href={close} autofocus>
          Close
        </DialogClose>
      }
    >
      <Callout tone="wait">
        <p>
          <b>{`${possessive(nameOf(contact))} access is revoked`}</b>
        </p>
        <p>A link would not open. Restore access first.</p>
      </Callout>
    </Dialog>
  );
}

export function MagicLinkDialog(props: MagicLinkDialogProps) {
  const { slug, contact, inPage } = props;
  if (props.revoked) return <Revoked {...props} />;
  const close = app.portal(slug);
  return (
    <Dialog
      id="magic-link"
      title={magicLinkTitle(contact)}
      lead={`Signs ${shortName(contact)} in without a password. Nothing is sent: you copy the link.`}
      closeHref={close}
      action={app.magicLinks(slug)}
      inPage={inPage}
      hx-post={app.magicLinks(slug)}
      hx-target="#dialog"
      hx-swap="innerHTML"
      hx-disable="find button[type=submit]"
      foot={
        <>
          <DialogClose href={close} />
          <span class="push" />
          <Button type="submit" variant="primary" icon="link">
            Create magic link
          </Button>
        </>
      }
    >
      <input type="hidden" name="contact" value={contact.id} />
      <Fields {...props} />
      <LinkWarning contact={contact} />
    </Dialog>
  );
}

function Fields({ choices, destination, lifetime, uses, errors }: MagicLinkDialogProps) {
  return (
    <>
      <SelectField
        id="link-destination"
        name="destination"
        label="Opens"
        options={choices.destinations.map(({ path, label }) => ({ value: path, label: destinationWords(label) }))}
        value={destination}
        error={errors?.["destination"]}
        autofocus
      />
      <FieldPair>
        <SelectField
          id="link-lifetime"
          name="lifetime"
          label="Works for"
          options={choices.lifetimes.map(({ seconds, label }) => ({ value: String(seconds), label }))}
          value={lifetime}
          error={errors?.["lifetime"]}
        />
        <Segmented
          legend="Can be used"
          name="uses"
          value={uses}
          fill
          options={[
            { value: "once", label: "Once" },
            { value: "until-expired", label: "Until it expires" },
          ]}
        />
      </FieldPair>
    </>
  );
}
