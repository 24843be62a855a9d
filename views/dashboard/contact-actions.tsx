// What can be done with one contact: the one action that fits his status, and the menu with the rest.
import type { ContactRow } from "../../src/models/contacts.ts";
import { app } from "../../src/paths.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Menu, MenuButton, MenuDivider, MenuLink, MoreButton } from "../ui/menu.tsx";
import { type Filters, nameOf, opensDialog, shortName } from "./contacts-view.ts";

/** The form that the rows' buttons belong to, so that each works without JavaScript and no row needs a form of its own. */
export const ROW_FORM = "contact-action";

/** Goes once on a page with rows. `filters` say to which list a plain form leads back. */
export function RowForm({ filters }: { filters: Filters }) {
  return (
    <form id={ROW_FORM} method="post" hidden>
      <FormToken />
      {Object.entries(filters).map(([name, value]) => value && <input type="hidden" name={name} value={value} />)}
    </form>
  );
}

type Props = { contact: ContactRow; slug: string };

/** A button of a row: asks for the row alone, and posts the contact's id with or without JavaScript. */
const posts = (action: string, { contact }: Props) =>
  ({
    type: "submit",
    form: ROW_FORM,
    formaction: action,
    name: "contact",
    value: contact.id,
    "hx-post": action,
    "hx-target": `#contact-${contact.id}`,
    "hx-swap": "outerHTML",
    "hx-indicator": "this",
    "hx-disable": "this",
  }) as const;

/** The words before access is taken away; both say what happens to whoever is signed in. */
export const revokeQuestion = (contact: { name: string; email: string }) =>
  `Revoke ${possessive(shortName(contact))} access? Sessions end at once, and links that were sent stop working.`;

export const possessive = (name: string) => (/s$/i.test(name) ? `${name}’` : `${name}’s`);

function NextAction(props: Props) {
  const { contact, slug } = props;
  const about = nameOf(contact);
  // The id keeps the focus on the row when the action that fits becomes another one.
  const look = { id: `act-${contact.id}`, small: true, class: "act", about } as const;
  const filter = { contact: contact.id };
  const link = (href: string, words: string) => (
    <ButtonLink {...look} href={href} {...opensDialog(href)}>
      {words}
    </ButtonLink>
  );
  if (contact.status === "not-invited") return link(app.invitations(slug, filter), "Invite");
  if (contact.status === "joined") return link(app.loginEmails(slug, filter), "Login email");
  const [action, words] =
    contact.status === "invited"
      ? [app.invitations(slug), "Resend invite"]
      : [app.restorations(slug), "Restore access"];
  return (
    <Button {...look} {...posts(action, props)}>
      {words}
    </Button>
  );
}

function MagicLink({ contact, slug }: Props) {
  const href = app.magicLinks(slug, { contact: contact.id });
  if (contact.status === "revoked")
    return (
      <MenuButton icon="link" disabled>
        Magic link
      </MenuButton>
    );
  return (
    <MenuLink icon="link" href={href} {...opensDialog(href)}>
      Magic link
    </MenuLink>
  );
}

function LoginEmail({ contact, slug }: Props) {
  const href = app.loginEmails(slug, { contact: contact.id });
  if (contact.status === "revoked")
    return (
      <MenuButton icon="mail" disabled>
        Login email
      </MenuButton>
    );
  return (
    <MenuLink icon="mail" href={href} {...opensDialog(href)}>
      Login email
    </MenuLink>
  );
}

function Invite(props: Props) {
  const { contact, slug } = props;
  if (contact.status === "joined") return null;
  if (contact.status === "invited")
    return (
      <MenuButton icon="refresh" {...posts(app.invitations(slug), props)}>
        Resend invite
      </MenuButton>
    );
  const href = app.invitations(slug, { contact: contact.id });
  return (
    <MenuLink icon="userplus" href={href} {...opensDialog(href)}>
      Invite to client portal
    </MenuLink>
  );
}

function Access(props: Props) {
  const { contact, slug } = props;
  if (contact.status === "not-invited") return null;
  if (contact.status === "revoked")
    return (
      <MenuButton icon="key" {...posts(app.restorations(slug), props)}>
        Restore access
      </MenuButton>
    );
  return (
    <MenuButton
      icon="ban"
      danger
      {...posts(app.revocations(slug), props)}
      hx-confirm={revokeQuestion(contact)}
      data-confirm-action="Revoke access"
    >
      Revoke access
    </MenuButton>
  );
}

/** The cell of a row's actions. */
export function ContactActions(props: Props) {
  const { contact, slug } = props;
  const name = nameOf(contact);
  const menu = `menu-${contact.id}`;
  return (
    <div class="row">
      <NextAction {...props} />
      <MoreButton menu={menu} label={`More actions for ${name}`} />
      <Menu id={menu} label={`Actions for ${name}`}>
        <MagicLink {...props} />
        <Invite {...props} />
        <LoginEmail {...props} />
        <MenuDivider />
        <MenuLink icon="user" href={app.contact(slug, contact.id)}>
          Open contact
        </MenuLink>
        <Access {...props} />
      </Menu>
    </div>
  );
}
