// Initials for a person or an agency, and the pair of avatar and name.
import { html, raw } from "hono/html";
import type { Child } from "hono/jsx";
import { classes } from "./attributes.ts";

type AvatarProps = {
  name: string;
  square?: boolean | undefined;
  size?: "sm" | "lg" | undefined;
};

const letter = /\p{L}|\p{N}/u;
const KEPT = 20_000;
const kept = new Map<string, string>();

/** One or two capitals for a name: the first of its first and last word, or of an address before the @; "?" when it has no letter. */
export function initials(name: string): string {
  const known = kept.get(name);
  if (known) return known;
  const words = (name.split("@")[0] ?? "").split(/[\s._-]+/u).filter((word) => letter.test(word));
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  const letters = picked.map((word) => letter.exec(word ?? "")?.[0] ?? "");
  const found = letters.join("").toLocaleUpperCase("en") || "?";
  if (kept.size >= KEPT) kept.clear();
  kept.set(name, found);
  return found;
}

/** Decoration beside a name that is written out; square and branded for an agency. */
export function Avatar({ name, square, size }: AvatarProps) {
  const look = classes("avatar", square && "avatar--sq", size && `avatar--${size}`);
  return html`<span class="${look}"${square && raw(' data-brand=""')} aria-hidden="true">${initials(name)}</span>`;
}

type WhoProps = { name: string; detail?: Child | undefined; href?: string | undefined; beside?: Child | undefined };

/** A person in a line: avatar, name (linked when there is somewhere to go), and a quiet line under it. */
export function Who({ name, detail, href, beside }: WhoProps) {
  const title = href ? html`<a href="${href}">${name}</a>` : html`<b>${name}${beside && html` ${beside}`}</b>`;
  return html`<div class="who">${Avatar({ name })}<span>${title}${detail && html`<small>${detail}</small>`}</span></div>`;
}
