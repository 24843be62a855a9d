// What can be done with one contact: the one action that fits his status, and the menu with the rest, which is drawn when it is opened.
import { html } from "hono/html";
import type { ContactRow } from "../../src/models/contacts.ts";
import { app } from "../../src/paths.ts";
import { FormToken } from "../ui/form-token.tsx";
import { MenuButton, MenuDivider, MenuLink, RowMenu, RowMenuButton } from "../ui/menu.tsx";
import { remembered } from "../ui/remembered.tsx";
import { type Filters, nameOf, opensDialog, shortName } from "./contacts-view.ts";

/** The form that the rows' buttons belong to, so that each works without JavaScript and no row needs a form of its own. */
export const ROW_FORM = "contact-action";

/** The menu that the rows share. */
const MENU = "contact-menu";

/** Goes once on a page with rows. `filters` say to which list a plain form leads back. */
export const RowForm = remembered(({ filters }: { filters: Filters }) => (
  <>
    <form id={ROW_FORM} method="post" hidden>
      <FormToken />
      {Object.entries(filters).map(([name, value]) => value && <input type="hidden" name={name} value={value} />)}
    </form>
    <RowMenu id={MENU} />
  </>
));

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
    "hx-disable": "this",
  }) as const;

/** The words before access is taken away; both say what happens to whoever is signed in. */
export const revokeQuestion = (contact: { name: string; email: string }) =>
  `Revoke ${possessive(shortName(contact))} access? Sessions end at once, and links that were sent stop working.`;

export const possessive = (name: string) => (/s$/i.test(name) ? `${name}’` : `${name}’s`);

/** The words of the one action that fits, and where it leads; what is sent at once has no dialog before it. */
function nextAction({ contact: { id, status }, slug }: Props): { words: string; action: string; atOnce?: true } {
  if (status === "not-invited") return { words: "Invite", action: app.invitations(slug, { contact: id }) };
  if (status === "joined") return { words: "Login email", action: app.loginEmails(slug, { contact: id }) };
  if (status === "invited") return { words: "Resend invite", action: app.invitations(slug), atOnce: true };
  return { words: "Restore access", action: app.restorations(slug), atOnce: true };
}

function NextAction(props: Props) {
  const { id } = props.contact;
  const { words, action, atOnce } = nextAction(props);
  const label = html`${words}<span class="sr-only"> ${nameOf(props.contact)}</span>`;
  // The id keeps the focus on the row when the action that fits becomes another one.
  return atOnce
    ? html`<button class="btn btn--sm act" id="act-${id}" type="submit" name="contact" value="${id}" form="${ROW_FORM}" formaction="${action}" hx-post="${action}" hx-target="#contact-${id}" hx-swap="outerHTML" hx-disable="this">${label}</button>`
    : html`<a class="btn btn--sm act" id="act-${id}" href="${action}" hx-get="${action}" hx-target="#dialog">${label}</a>`;
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

/** What a row's menu holds, as it is fetched. */
export function ContactMenu(props: Props) {
  return (
    <>
      <MagicLink {...props} />
      <Invite {...props} />
      <LoginEmail {...props} />
      <MenuDivider />
      <MenuLink icon="user" href={app.contact(props.slug, props.contact.id)}>
        Open contact
      </MenuLink>
      <Access {...props} />
    </>
  );
}

/** The cell of a row's actions. */
export function ContactActions(props: Props) {
  const { contact, slug } = props;
  const label = `More actions for ${nameOf(contact)}`;
  return html`<div class="row">${NextAction(props)}${RowMenuButton({ menu: MENU, href: app.contactMenu(slug, contact.id), label })}</div>`;
}
