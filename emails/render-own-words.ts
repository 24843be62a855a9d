// Renders an e-mail in an agency's own words: once for the words, and then filled for each recipient, every value as its place asks.

import {
  fixedFields,
  inAddress,
  inWords,
  type Line,
  type OwnValues,
  type OwnWords,
  SIGNS,
  templateOf,
} from "./own-words.tsx";
import { renderSource } from "./render.ts";
import type { Brand, FieldKind, RenderedEmail } from "./types.ts";
import { cleaned, oneLine } from "./values.ts";

const SUBJECT_LENGTH = 200;

/** How each custom value is cleaned among words. */
const kinds: Record<string, FieldKind> = {
  "contact.email": "address",
  "agency.support_email": "address",
  "portal.url": "url",
  "portal.login_url": "url",
  "portal.login_button": "url",
  "link.expires_in": "words",
  "link.expires_at": "words",
};

const isUrl = (value: string) => kinds[value] === "url";

/** In an address a value is one piece of it, whatever it holds; our own addresses are whole ones. */
function addressValue(value: string, text: string, origin: string): string {
  return isUrl(value) ? cleaned("url", text, origin) : encodeURIComponent(oneLine(text).toWellFormed());
}

/**
 * The finished e-mail in `words` from `brand`. `filled` are the values of `words.uses`, in their order, unescaped. Throws
 * EmailValueRefused when a link is not on `brand.origin`.
 */
export async function renderOwnWords(
  words: OwnWords,
  brand: Brand,
  filled: readonly string[],
  values: OwnValues,
): Promise<RenderedEmail> {
  const ready: Record<string, string> = { [SIGNS]: "%%" };
  for (const [use, { value }] of words.uses.entries()) {
    const text = filled[use] ?? "";
    ready[inWords(use)] = text === "" ? "" : cleaned(kinds[value] ?? "name", text, brand.origin);
    ready[inAddress(use)] = text === "" ? "" : addressValue(value, text, brand.origin);
  }
  const source = { name: `own:${words.id}`, Template: templateOf(words), fields: fixedFields };
  const parts = await renderSource(source, brand, values, ready);
  return { subject: subjectOf(words.subject, filled), ...parts };
}

const subjectOf = (line: Line, filled: readonly string[]) =>
  oneLine(
    line.map((part) => (typeof part === "string" ? part : oneLine(filled[part.use] ?? ""))).join(""),
    SUBJECT_LENGTH,
  );
