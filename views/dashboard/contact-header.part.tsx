// Who a contact is and how far he has come, with what can be done next.
import type { Contact } from "../../src/models/contacts.ts";
import { app } from "../../src/paths.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { ContactStatus } from "../ui/status.tsx";
import { ContactFields, swapsContact } from "./contact-access.part.tsx";
import { ContactMail } from "./contact-mail.tsx";
import { nameOf, opensDialog, type Viewing } from "./contacts-view.ts";

type HeaderProps = Viewing & { contact: Contact };

/** A button that acts at once and brings the page up to date. */
function Act({ action, id, children }: { action: string; id: string; children: string }) {
  return (
    <form method="post" action={action} hx-post={action} {...swapsContact}>
      <ContactFields id={id} />
      <Button type="submit" variant="primary">
        {children}
      </Button>
    </form>
  );
}

function Actions({ contact: { id, status }, slug }: HeaderProps) {
  const filter = { contact: id };
  const dialog = (href: string) => ({ href, ...opensDialog(href) });
  if (status === "revoked")
    return (
      <Act action={app.restorations(slug)} id={id}>
        Restore access
      </Act>
    );
  return (
    <>
      <ButtonLink icon="link" {...dialog(app.magicLinks(slug, filter))}>
        Magic link
      </ButtonLink>
      {status === "invited" && (
        <>
          <ButtonLink icon="mail" {...dialog(app.loginEmails(slug, filter))}>
            Login email
          </ButtonLink>
          <Act action={app.invitations(slug)} id={id}>
            Resend invite
          </Act>
        </>
      )}
      {status === "not-invited" && (
        <ButtonLink variant="primary" icon="userplus" {...dialog(app.invitations(slug, filter))}>
          Invite
        </ButtonLink>
      )}
      {status === "joined" && (
        <ButtonLink variant="primary" icon="mail" {...dialog(app.loginEmails(slug, filter))}>
          Login email
        </ButtonLink>
      )}
    </>
  );
}

export function ContactHeader(props: HeaderProps) {
  const { contact, slug, mayAct } = props;
  return (
    <header class="page-head" id="contact-header">
      <div class="who">
        <Avatar name={nameOf(contact)} size="lg" />
        <div>
          <h1>{nameOf(contact)}</h1>
          <p class="row">
            <ContactStatus state={contact.status} /> {contact.name && <span class="muted break">{contact.email}</span>}
          </p>
        </div>
      </div>
      {mayAct && (
        <div class="row">
          <Actions {...props} />
        </div>
      )}
      <ContactMail id={contact.id} status={contact.status} mail={contact.lastEmail} slug={slug} watch />
    </header>
  );
}
