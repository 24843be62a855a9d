// What the forms for a first and for a further agency share: their fields, and the address that a name suggests.
import { z } from "zod";
import { parseName } from "../../models/addresses.ts";
import { refuseSlug, suggestFreeSlug } from "../../models/agencies.ts";
import type { MemberContext } from "../../web/route.ts";

/** The fields `agency` and `slug`; an empty slug asks for one made from the name. */
export const agencyFields = {
  agency: z.string().default("").transform(parseName).pipe(z.string().min(1, "Enter the agency’s name.")),
  slug: z
    .string()
    .default("")
    .transform((text, context) => {
      const slug = text.trim().toLowerCase();
      const refused = slug ? refuseSlug(slug) : undefined;
      if (refused) context.addIssue(refused);
      return slug;
    }),
};

/** What was typed as the address already, or a free one for the name in the query. */
export async function suggestedSlug(c: MemberContext): Promise<string> {
  const typed = (c.req.query("slug") ?? "").slice(0, 40);
  const name = parseName(c.req.query("agency") ?? "");
  return typed || (await c.get("deps").globals.run((db) => suggestFreeSlug(db, name)));
}
