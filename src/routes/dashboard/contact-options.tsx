// The options of the invite dialog's combobox.
import { ContactOptions } from "../../../views/dashboard/contact-options.part.tsx";
import type { AgencyReader } from "../../db/schema.ts";
import { parseAddress } from "../../models/addresses.ts";
import type { ContactRow } from "../../models/contacts.ts";
import { listContacts } from "../../models/contacts-list.ts";
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
  const contacts = await c.get("store").read((db) => findOptions(db, query));
  const typed = parseAddress(query);
  const known = "email" in typed && contacts.some(({ email }) => email === typed.email);
  const address = "email" in typed && !known ? typed.email : undefined;
  return part(c, <ContactOptions query={query} contacts={contacts} address={address} />);
}

// Those whom nobody has invited yet come first; the others follow, so that nobody looks for them in vain. A search may take
// three statements, so two of them stay within what one request may ask.
async function findOptions(db: AgencyReader, q: string): Promise<ContactRow[]> {
  const pages = await Promise.all(
    (["not-invited", undefined] as const).map((status) => listContacts(db, { q, status, sort: "name", limit: SHOWN })),
  );
  const found = new Map(pages.flatMap(({ rows }) => rows.map((row) => [row.id, row])));
  return [...found.values()].slice(0, SHOWN);
}
