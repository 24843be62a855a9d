// The branding form as it comes in: what was typed, the values in it, and the images that were chosen, which are kept at once.
import { z } from "zod";
import type { ChosenImage, TypedBranding } from "../../../views/dashboard/branding-view.ts";
import type { AgencyReader } from "../../db/schema.ts";
import { parseAddress, parseName } from "../../models/addresses.ts";
import { parseColor } from "../../models/brand-colors.ts";
import { drawBrandImage, findLogo, type ImageUse, keepBrandImage } from "../../models/brand-images.ts";
import { type Branding, type BrandValues, HEADLINE_LENGTH, TEXT_LENGTH } from "../../models/branding.ts";
import { limits, requireLimit } from "../../models/limits.ts";
import { check, type Form } from "../../web/forms.ts";
import type { MemberContext } from "../../web/route.ts";

/** The fields of the form when it shows what is saved. */
export function savedFields(branding: Branding): TypedBranding {
  const { name, agencyName, color, scheme, headline, text, supportEmail } = branding;
  return { name: name || agencyName, color, scheme, headline, text, help: supportEmail };
}

const schemes = ["system", "light", "dark"] as const;

/** The fields as they were typed. */
export function typedFields(form: Form): TypedBranding {
  return {
    name: form.text("name"),
    color: chosenColor(form),
    scheme: schemes.find((scheme) => scheme === form.text("scheme")) ?? "system",
    headline: form.text("headline"),
    text: form.text("text").replaceAll("\r\n", "\n"),
    help: form.text("help"),
  };
}

// The number, the picker and the swatches begin alike; without a script to keep them so, the one that was changed counts.
function chosenColor(form: Form): string {
  const was = form.text("color_was");
  const changed = ["color", "picked", "swatch"].map((name) => form.text(name)).find((text) => text && text !== was);
  return changed ?? form.text("color");
}

const oneLine = (length: number) =>
  z
    .string()
    .default("")
    .transform((text) =>
      text
        .normalize("NFC")
        .replace(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, " ")
        .trim(),
    )
    .refine((text) => [...text].length <= length, `Use ${length} characters or fewer.`);

const schema = z.object({
  name: oneLine(100).transform(parseName),
  scheme: z.enum(schemes).catch("system"),
  headline: oneLine(HEADLINE_LENGTH),
  text: oneLine(TEXT_LENGTH),
  help: z
    .string()
    .default("")
    .transform((text, context) => {
      if (!text.trim()) return "";
      const address = parseAddress(text);
      if ("email" in address) return address.email;
      context.addIssue({ code: "custom", message: address.error });
      return z.NEVER;
    }),
});

/** The values that the fields hold, or what is wrong with them. A name that is the agency's own is no name of the portal's. */
export function readValues(
  form: Form,
  agencyName: string,
): { values: Omit<BrandValues, "logoHash" | "faviconHash"> } | { errors: Record<string, string> } {
  const color = parseColor(chosenColor(form));
  const { values, errors } = check(form, schema);
  if (!color || !values)
    return { errors: { ...errors, ...(color ? {} : { color: "Use # and six digits, such as #1f4fcc." }) } };
  const { name, help, ...rest } = values;
  return { values: { ...rest, name: name === agencyName ? "" : name, supportEmail: help, color } };
}

export const imageUses = ["logo", "favicon"] as const satisfies readonly ImageUse[];

/** A hash that the form names, or undefined. */
export const hashIn = (text: string | undefined): string | undefined => /^[\w-]{43}$/.exec(text ?? "")?.[0];

export type Sent = { hashes: Record<ImageUse, string | undefined>; errors: Record<string, string>; sent: ImageUse[] };

/** Draws and keeps the files that came with the form; says which fields had one, and the hash of each field now. Throws LimitReached, Busy. */
export async function takeImages(c: MemberContext, form: Form): Promise<Sent> {
  const taken: Sent = { hashes: { logo: undefined, favicon: undefined }, errors: {}, sent: [] };
  for (const use of imageUses) {
    taken.hashes[use] = hashIn(form.text(`${use}_hash`));
    const file = form.file(use);
    if (!file) continue;
    taken.sent.push(use);
    await c
      .get("deps")
      .globals.run((db) =>
        requireLimit(db, limits.brandImages, c.get("agency").id, "Many images came within an hour. Try again later."),
      );
    const image = await drawBrandImage(file, use);
    if ("error" in image) taken.errors[use] = image.error;
    else {
      await c.get("store").write((db) => keepBrandImage(db, image));
      taken.hashes[use] = image.hash;
    }
  }
  return taken;
}

/** The image fields as they are drawn. */
export async function chosenImages(
  db: AgencyReader,
  form: Form,
  { hashes, sent }: Sent,
): Promise<Record<ImageUse, ChosenImage>> {
  const chosen = async (use: ImageUse): Promise<ChosenImage> => {
    const hash = hashes[use];
    return {
      kept: hash ? await findLogo(db, hash) : undefined,
      removed: form.has(`${use}_removed`) && !sent.includes(use),
    };
  };
  return { logo: await chosen("logo"), favicon: await chosen("favicon") };
}
