// The options of the invite dialog's combobox.
import { ContactOptions } from "../../../views/dashboard/contact-options.part.tsx";
import { parseAddress } from "../../models/addresses.ts";
import { listContacts } from "../../models/contacts.ts";
import { part } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";

const SHOWN = 6;

export const contactOptionRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/contact-options", role: "member", handler: listOptions },
];

// The combobox asks with its own name; `q` is for whoever asks by the address.
async function listOptions(c: MemberContext): Promise<Response> {
  const query = (c.req.query("q") ?? c.req.query("emails") ?? "").trim().slice(0, 200);
  if (!query) return part(c, "");
  const found = await c.get("store").read((db) => listContacts(db, { q: query, sort: "name", limit: SHOWN }));
  const typed = parseAddress(query);
  const address = "email" in typed && !found.rows.some(({ email }) => email === typed.email) ? typed.email : undefined;
  return part(c, <ContactOptions query={query} contacts={found.rows} address={address} />);
}
