// Cleans what people typed before it is filled into an e-mail, and escapes it for HTML.

import { LRUCache } from "lru-cache";
import type { FieldKind } from "./types.ts";

/** Thrown when a value must not go into an e-mail; the message names the value and never repeats it. */
export class EmailValueRefused extends Error {
  override name = "EmailValueRefused";
}

// control characters, line separators, and the marks that turn the reading direction around
const UNSEEN = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF]+/gu;
const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const MESSAGE_LENGTH = 5_000;
const URL_LENGTH = 2_000;

// What most names, addresses and words are: nothing in them wants cleaning.
const CLEAN_LINE = /^[!-~]+(?: [!-~]+)*$/;

/** Text on one line without control characters, at most `length` characters. */
export function oneLine(text: string, length = 100): string {
  if (text.length <= length && CLEAN_LINE.test(text)) return text;
  const line = text.normalize("NFC").replace(UNSEEN, " ").replace(/\s+/gu, " ").trim();
  return Array.from(line).slice(0, length).join("").trim();
}

/**
 * A name that mail programs do not turn into a link: a zero-width space stands where an address would hold together.
 * Somebody who signs up as "win.example/prize" would otherwise have our e-mails carry his link.
 */
export function unlinked(name: string): string {
  if (!/[.:/@]/.test(name)) return name;
  return name.replace(/(?<=\S)([.:/@])(?=\S)/gu, "$1\u200B");
}

// One member's words go to many.
const cleanLines = new LRUCache<string, string>({ max: 200 });

function lines(text: string): string {
  const known = cleanLines.get(text);
  if (known !== undefined) return known;
  const made = cleanedLines(text);
  cleanLines.set(text, made);
  return made;
}

function cleanedLines(text: string): string {
  const clean = text
    .normalize("NFC")
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(/(?!\n)[\p{Cc}\u202A-\u202E\u2066-\u2069\uFEFF]/gu, "");
  return Array.from(clean.trim())
    .slice(0, MESSAGE_LENGTH)
    .join("")
    .replace(/\n{3,}/g, "\n\n");
}

function link(text: string, origin: string): string {
  const plain = /^https?:\/\/[\x21-\x7e]+$/i.test(text) && text.length <= URL_LENGTH && !/["'<>\\^`{|}]/.test(text);
  if (!plain || !isOn(text, origin))
    throw new EmailValueRefused("A link of an e-mail is an http or https address on the brand's own origin.");
  return text;
}

const origins = new LRUCache<string, string>({ max: 500 });

function isOn(text: string, origin: string): boolean {
  const known = origins.get(origin) ?? URL.parse(origin)?.origin ?? "";
  origins.set(origin, known);
  // what follows a whole origin and a slash is a path
  if (known === origin && text.startsWith(`${origin}/`)) return true;
  const url = URL.parse(text);
  return url !== null && known !== "" && url.origin === known && !url.username && !url.password;
}

/** `text` as its kind allows it, still unescaped. Throws EmailValueRefused for a link elsewhere and a code that is none. */
export function cleaned(kind: FieldKind, text: string, origin: string): string {
  switch (kind) {
    case "name":
      return unlinked(oneLine(text));
    case "words":
      return oneLine(text, 300);
    case "address":
      return oneLine(text, 254);
    case "message":
      return lines(text);
    case "url":
      return link(text, origin);
    case "code":
      if (!/^\d{6}$/.test(text)) throw new EmailValueRefused("A sign-in code has six digits.");
      return text;
  }
}

/** `text` for an HTML text or attribute; line breaks become `<br>`. */
export function escapeHtml(text: string): string {
  if (!/[&<>"'\n]/.test(text)) return text;
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "").replaceAll("\n", "<br>");
}
