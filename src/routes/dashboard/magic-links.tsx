// Magic links: the dialog, the link shown once, and withdrawing it.

import { ContactsUpdated, ContactsUpdatedReply } from "../../../views/dashboard/contacts-updated.reply.tsx";
import { MagicLinkDialog } from "../../../views/dashboard/magic-link-dialog.part.tsx";
import { MagicLinkReady } from "../../../views/dashboard/magic-link-result.part.tsx";
import { CloseDialogPart } from "../../../views/ui/dialog.tsx";
import { allowedDestination, destinations } from "../../models/access-links.ts";
import { getContact } from "../../models/contacts.ts";
import {
  createMagicLink,
  DEFAULT_LIFETIME,
  lifetimes,
  magicLinkUses,
  revokeMagicLink,
} from "../../models/magic-links.ts";
import { type Form, readForm } from "../../web/forms.ts";
import { isHtmx, part, wantsPart } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { answerWithContact } from "./contacts.tsx";
import { loadContactsUpdate, viewing } from "./contacts-list.ts";
import { queryForm, showDialog } from "./show-dialog.tsx";

export const magicLinkRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/magic-links", role: "member", handler: showForm },
  { method: "post", path: "/:agency/magic-links", role: "member", handler: create },
  { method: "post", path: "/:agency/magic-links/:id/revocation", role: "member", handler: revoke },
];

const choices = { destinations, lifetimes };

type Wish = { destination: string; lifetime: string; uses: string };

const wishOf = (form: Form): Wish => ({
  destination: form.text("destination") || "/",
  lifetime: form.text("lifetime") || String(DEFAULT_LIFETIME),
  uses: form.text("uses") || "once",
});

async function drawDialog(
  c: MemberContext,
  form: Form,
  errors?: Record<string, string>,
  status?: number,
): Promise<Response> {
  const contact = await c.get("store").read((db) => getContact(db, form.text("contact")));
  const props = {
    slug: c.get("agency").slug,
    contact,
    revoked: contact.status === "revoked",
    choices,
    ...wishOf(form),
    errors,
  };
  return showDialog(c, "Magic link", (inPage) => <MagicLinkDialog {...props} inPage={inPage} />, status);
}

function showForm(c: MemberContext): Promise<Response> {
  return drawDialog(c, queryForm(c));
}

function faultsOf({ destination, lifetime, uses }: Wish): Record<string, string> | undefined {
  if (allowedDestination(destination) !== destination) return { destination: "Choose a page of the list." };
  if (!lifetimes.some(({ seconds }) => String(seconds) === lifetime))
    return { lifetime: "Choose 1 hour, 24 hours or 7 days." };
  if (!isUses(uses)) return { lifetime: "Choose whether it works once or until it expires." };
  return undefined;
}

const isUses = (uses: string): uses is (typeof magicLinkUses)[number] =>
  (magicLinkUses as readonly string[]).includes(uses);

// The link is in this answer and nowhere else, so there is no redirect to a page that could show it: it comes with 200, is not
// stored by the browser, and loading it again makes the browser ask before it posts, and so makes another link, a second time.
async function create(c: MemberContext): Promise<Response> {
  const form = await readForm(c);
  const wish = wishOf(form);
  const errors = faultsOf(wish);
  if (errors || !isUses(wish.uses)) return drawDialog(c, form, errors, 422);
  const { destination, uses } = wish;
  const order = { destination, uses, lifetimeSeconds: Number(wish.lifetime), madeBy: c.get("member").id };
  const origin = c.get("deps").config.portalOrigin;
  // Its statements take lists, which PostgreSQL would plan anew for each link.
  const made = await c.get("store").write(async (db) => {
    const contact = await getContact(db, form.text("contact"));
    if (contact.status === "revoked") return undefined;
    return { contact, link: await createMagicLink(db, { ...order, contactId: contact.id }, origin) };
  }, "as-written");
  if (!made) return drawDialog(c, form, undefined, 422);
  c.header("cache-control", "no-store");
  const label = destinations.find(({ path }) => path === destination)?.label ?? "Home";
  const update = await c.get("store").read((db) => loadContactsUpdate(c, db, [made.contact.id]));
  return showDialog(c, "Magic link", (inPage) => (
    <>
      <MagicLinkReady {...viewing(c)} {...made} destination={label} uses={uses} inPage={inPage} />
      {!inPage && <ContactsUpdated {...update} />}
    </>
  ));
}

async function revoke(c: MemberContext): Promise<Response> {
  const id = c.req.param("id") ?? "";
  const { contactId } = await c.get("store").write((db) => revokeMagicLink(db, id, c.get("member").id));
  if (!isHtmx(c) || wantsPart(c, "contact-page")) return answerWithContact(c, contactId, "Link revoked");
  const update = await c.get("store").read((db) => loadContactsUpdate(c, db, [contactId]));
  const toast = { tone: "good", title: "Link cancelled", text: "Whoever has it cannot sign in with it." } as const;
  return part(
    c,
    <>
      <CloseDialogPart />
      <ContactsUpdatedReply {...update} toast={toast} />
    </>,
  );
}
