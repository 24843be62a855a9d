// Turns a kind, a brand and one recipient's values into a finished e-mail; each template is rendered once and then filled.

import { LRUCache } from "lru-cache";
import type { FunctionComponent } from "react";
import { type EmailKind, type EmailValues, emails } from "./kinds.ts";
import { brandColor, palette } from "./palette.ts";
import type { Brand, FieldKind, RenderedEmail, TemplateBrand, TemplateProps, Values, Woven } from "./types.ts";
import { cleaned, escapeHtml, oneLine, unlinked } from "./values.ts";

// A template cut at its placeholders: finished pieces, and the name of the value between each two. Values are joined in and never
// read again, so a value that looks like a placeholder stays what it is.
interface Pieces {
  pieces: string[];
  names: string[];
}
interface Cut {
  html: Pieces;
  text: Pieces;
}

interface Source {
  Template: FunctionComponent<TemplateProps<Values>>;
  fields: Record<string, FieldKind>;
}

// Every agency that has the same colour shares an entry: names are values too. About 10 KB each.
const cuts = new LRUCache<string, Promise<Cut>>({ max: 500 });

const mark = (name: string) => `%%${name}%%`;
function cut(rendered: string): Pieces {
  const parts = rendered.split(/%%(\w+)%%/);
  return { pieces: parts.filter((_, at) => at % 2 === 0), names: parts.filter((_, at) => at % 2 === 1) };
}

// jsx-email brings 100 packages and 50 MB: only a process that renders mail pays for them, and not at its start
const jsxEmail = () => import("jsx-email");

const textOptions = {
  wordwrap: false as const,
  formatters: {
    alt: (element: TextElement, _walk: TextWalk, builder: TextBuilder) => {
      builder.addInline(element.attribs.alt ?? "");
    },
    button: (element: TextElement, walk: TextWalk, builder: TextBuilder) => {
      builder.openBlock({ leadingLineBreaks: 2 });
      walk(element.children, builder);
      builder.addInline(":");
      builder.addLineBreak();
      builder.addInline(element.attribs.href ?? "", { noWordTransform: true });
      builder.closeBlock({ trailingLineBreaks: 2 });
    },
  },
  selectors: [
    { selector: '[data-skip="true"]', format: "skip" },
    { selector: "img", format: "alt" },
    { selector: "h1", options: { uppercase: false } },
    { selector: "h2", options: { uppercase: false } },
    { selector: "td", format: "block", options: { leadingLineBreaks: 2, trailingLineBreaks: 2 } },
    { selector: "a", options: { hideLinkHrefIfSameAsText: true } },
    { selector: "a.plain", format: "anchor", options: { linkBrackets: false } },
    { selector: "a.btn", format: "button" },
  ],
};

interface TextElement {
  children: unknown[];
  attribs: Record<string, string | undefined>;
}
interface TextBuilder {
  openBlock(options: { leadingLineBreaks: number }): void;
  closeBlock(options: { trailingLineBreaks: number }): void;
  addInline(text: string, options?: { noWordTransform: boolean }): void;
  addLineBreak(): void;
}
type TextWalk = (children: unknown[], builder: TextBuilder) => void;

async function renderTemplate(source: Source, color: string, present: string[]): Promise<Cut> {
  // A bundle knows of a CommonJS module only its default export.
  const [{ render }, { default: react }] = await Promise.all([jsxEmail(), import("react")]);
  const values = Object.fromEntries(
    Object.keys(source.fields).map((name) => [name, present.includes(name) ? mark(name) : null]),
  );
  const brand = {
    name: mark("brandName"),
    initials: mark("brandInitials"),
    address: present.includes("brandAddress") ? mark("brandAddress") : null,
    logo: present.includes("brandLogo") ? logoOf(present) : null,
    palette: palette(color),
  };
  const page = () => react.createElement(source.Template, { ...values, brand } as TemplateProps<Values>);
  const html = await render(page());
  const text = await render(page(), { plainText: textOptions } as Parameters<typeof render>[1]);
  return { html: cut(html), text: cut(`${text.replace(/\n{3,}/g, "\n\n").trim()}\n`) };
}

function logoOf(present: string[]): TemplateBrand["logo"] {
  const ground = (["light", "dark"] as const).find((one) => present.includes(groundField[one])) ?? null;
  const wide = present.includes("brandLogoWide");
  return { url: mark("brandLogo"), width: mark("brandLogoWidth"), height: mark("brandLogoHeight"), wide, ground };
}

// What a logo is like shapes the template, so it stands among the blocks by which a cut is found again.
const groundField = { light: "brandLogoOnLight", dark: "brandLogoOnDark" } as const;
const LOGO_HEIGHT = 36;
const LOGO_WIDTH = 200;

function logoFields({ logo, origin }: Brand): Record<string, string> {
  if (!logo) return {};
  const scale = Math.min(1, LOGO_HEIGHT / logo.height, LOGO_WIDTH / logo.width);
  const pixels = (size: number) => String(Math.max(1, Math.round(size * scale)));
  return {
    brandLogo: cleaned("url", logo.url, origin),
    brandLogoWidth: pixels(logo.width),
    brandLogoHeight: pixels(logo.height),
    ...(logo.width > 2 * logo.height ? { brandLogoWide: "1" } : {}),
    ...(logo.ground ? { [groundField[logo.ground]]: "1" } : {}),
  };
}

function templateFor(name: string, source: Source, color: string, present: string[]): Promise<Cut> {
  const key = [name, color, ...present].join(" ");
  const known = cuts.get(key);
  if (known) return known;
  const made = renderTemplate(source, color, present);
  // a failure is not an answer worth keeping
  made.catch(() => cuts.delete(key));
  cuts.set(key, made);
  return made;
}

const fill = ({ pieces, names }: Pieces, values: Record<string, string>, write: (text: string) => string): Woven => ({
  pieces,
  values: names.map((name) => write(values[name] ?? "")),
});

const join = ({ pieces, values }: Woven) => pieces.map((piece, at) => piece + (values[at] ?? "")).join("");

/** One or two letters of a name, as the mark shows them: "Halden & Rye" is HR. */
function initials(name: string): string {
  const words = name.split(/\s+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters
    .map((word) => Array.from(word ?? "")[0] ?? "")
    .join("")
    .toUpperCase();
}

function clean(source: Source, brand: Brand, values: Values): Record<string, string> {
  const filled: Record<string, string> = {};
  const name = oneLine(brand.name);
  filled.brandName = unlinked(name);
  filled.brandInitials = initials(name);
  if (brand.address) filled.brandAddress = oneLine(brand.address, 200);
  Object.assign(filled, logoFields(brand));
  for (const [field, kind] of Object.entries(source.fields)) {
    const value = values[field];
    const text = value == null ? "" : cleaned(kind, value, brand.origin);
    if (text !== "") filled[field] = text;
  }
  return filled;
}

/**
 * The finished e-mail of `kind` from `brand` for one recipient.
 * Blocks whose value is null or blank are left out. About 2 ms of CPU the first time that a kind, a colour and a set of blocks
 * meet, and some microseconds after that.
 * Throws EmailValueRefused when a link is not on `brand.origin` or a code is not six digits.
 */
export async function renderEmail<K extends EmailKind>(
  kind: K,
  brand: Brand,
  values: EmailValues<K>,
): Promise<RenderedEmail> {
  const source = emails[kind] as unknown as Source & { subject: (name: string) => string };
  const filled = clean(source, brand, values);
  const template = await templateFor(kind, source, brandColor(brand.color), Object.keys(filled));
  return { subject: oneLine(source.subject(oneLine(brand.name)), 200), ...finished(template, filled) };
}

function finished(template: Cut, filled: Record<string, string>): Omit<RenderedEmail, "subject"> {
  const html = fill(template.html, filled, escapeHtml);
  const text = fill(template.text, filled, (value) => value);
  const whole = join(text);
  const trimmed = `${whole.trim()}\n`;
  // an empty value at the beginning or the end leaves space that is not woven in
  return { html: join(html), text: trimmed, ...(whole === trimmed ? { woven: { html, text } } : {}) };
}

/** A template made of an agency's words; `name` names exactly these words, so that they are rendered once. */
export type NamedSource = Source & { name: string };

/**
 * The HTML and the text of a template in an agency's words for one recipient: `values` are cleaned by the source's rules, `ready` are
 * filled in as they are and escaped. Throws EmailValueRefused as renderEmail does.
 */
export async function renderSource(
  source: NamedSource,
  brand: Brand,
  values: Values,
  ready: Record<string, string>,
): Promise<Omit<RenderedEmail, "subject">> {
  const filled = clean(source, brand, values);
  const template = await templateFor(source.name, source, brandColor(brand.color), Object.keys(filled));
  return finished(template, { ...filled, ...ready });
}
