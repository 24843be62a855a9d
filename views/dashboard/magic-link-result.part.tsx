// The magic link that was just made, shown this once, with its QR code.
import type { MagicLink } from "../../src/models/magic-links.ts";
import { app } from "../../src/paths.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { CopyGroup } from "../ui/copy.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";
import { Facts } from "../ui/facts.tsx";
import { Field } from "../ui/field.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Moment } from "../ui/moment.tsx";
import { Qr } from "../ui/qr.tsx";
import { opensDialog } from "./contacts-view.ts";
import { type LinkContact, LinkWarning, magicLinkTitle } from "./magic-link-dialog.part.tsx";
import { destinationWords } from "./people-words.ts";

export type MagicLinkResultProps = {
  slug: string;
  zone: string;
  contact: LinkContact;
  link: MagicLink;
  /** The name of the page that it leads to. */
  destination: string;
  uses: "once" | "until-expired";
  inPage?: boolean | undefined;
};

export function MagicLinkResult(props: MagicLinkResultProps) {
  const { contact, link, destination, uses, zone } = props;
  return (
    <div class="stack stack--5" id="magic-link-result">
      <Field id="link-url" label="Link">
        <CopyGroup id="link-url" value={link.url} autofocus />
      </Field>
      <div class="row row--nowrap">
        <Qr value={link.url} label="QR code of the magic link" small />
        <Facts
          grow
          facts={[
            { name: "Opens", value: destinationWords(destination) },
            { name: "Can be used", value: uses === "once" ? "Once" : "Until it expires" },
            { name: "Expires", value: <Moment at={link.expiresAt} zone={zone} weekday /> },
          ]}
        />
      </div>
      <LinkWarning contact={contact} />
    </div>
  );
}

/** The dialog around it. */
export function MagicLinkReady(props: MagicLinkResultProps) {
  const { slug, contact, link, inPage } = props;
  const cancel = app.magicLinkRevocation(slug, link.linkId);
  const instead = app.loginEmails(slug, { contact: contact.id });
  return (
    <Dialog
      id="magic-link"
      title={magicLinkTitle(contact)}
      lead="Shown once. When you close this window the link cannot be shown again."
      closeHref={app.portal(slug)}
      inPage={inPage}
      foot={
        <>
          <form class="lead" method="post" action={cancel} hx-post={cancel} hx-target="#dialog" hx-swap="innerHTML">
            <FormToken />
            <Button type="submit" variant="danger-quiet">
              Cancel this link
            </Button>
          </form>
          <ButtonLink icon="mail" href={instead} {...opensDialog(instead)}>
            Email it instead
          </ButtonLink>
          <DialogClose href={app.portal(slug)} variant="primary">
            Done
          </DialogClose>
        </>
      }
    >
      <MagicLinkResult {...props} />
    </Dialog>
  );
}
