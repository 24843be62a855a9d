// A contact's address put right, with the invite or login email sent there at once.
import { ContactAddressDialog } from "../../../views/dashboard/contact-address-dialog.part.tsx";
import { parseAddress } from "../../models/addresses.ts";
import { fixAddress } from "../../models/contact-addresses.ts";
import { getContact } from "../../models/contacts.ts";
import { Invalid } from "../../models/errors.ts";
import { findSuppressions } from "../../models/suppressions.ts";
import { app } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { seeOther } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { showDialog } from "./show-dialog.tsx";

export const contactAddressRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/contacts/:id/address", role: "member", handler: showForm },
  { method: "post", path: "/:agency/contacts/:id/address", role: "member", handler: save },
];

const idOf = (c: MemberContext) => c.req.param("id") ?? "";

function showForm(c: MemberContext): Promise<Response> {
  return draw(c);
}

async function draw(c: MemberContext, fault?: { typed: string; error: string | undefined }): Promise<Response> {
  const [contact, suppressions] = await c.get("store").read(async (db) => {
    const found = await getContact(db, idOf(c));
    return [found, await findSuppressions(db, [found.email])] as const;
  });
  const props = {
    slug: c.get("agency").slug,
    contact,
    suppressed: suppressions[0]?.reason,
    typed: fault?.typed ?? contact.email,
    error: fault?.error,
  };
  const title = "Fix address and resend";
  return showDialog(c, title, (inPage) => <ContactAddressDialog {...props} inPage={inPage} />, fault ? 422 : 200);
}

async function save(c: MemberContext): Promise<Response> {
  const typed = (await readForm(c)).text("email");
  const id = idOf(c);
  // an unknown contact is 404, whatever was typed
  await c.get("store").read((db) => getContact(db, id));
  const parsed = parseAddress(typed);
  if ("error" in parsed) return draw(c, { typed, error: parsed.error });
  try {
    const change = { contactId: id, email: parsed.email, memberId: c.get("member").id };
    const sent = await c.get("store").write((db) => fixAddress(db, change));
    const text = `${sent === "invite" ? "Invite" : "Login email"} sent to ${parsed.email}`;
    return seeOther(c, app.contact(c.get("agency").slug, id), { kind: "good", text });
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return draw(c, { typed, error: error.fields["email"] });
  }
}
