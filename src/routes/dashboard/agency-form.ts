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

/** The address to show beside a name: what was typed already, or a free one made from the name. */
export async function suggestedSlug(c: MemberContext): Promise<{ value: string; suggested: boolean }> {
  const typed = (c.req.query("slug") ?? "").slice(0, 40);
  if (typed && typed !== c.req.query("suggested")) return { value: typed, suggested: false };
  const name = parseName(c.req.query("agency") ?? "");
  return { value: await c.get("deps").globals.run((db) => suggestFreeSlug(db, name)), suggested: true };
}
