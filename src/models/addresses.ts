// E-mail addresses and names as people type them, made into the one form that is stored and compared.
import { domainToASCII } from "node:url";

const LOCAL = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The address in the form that is stored: trimmed, NFC, lower case, the domain in A-labels; or what is wrong with it, in words
 * for the form. Stricter than RFC 5321: no quoted local parts, no address literals, a domain of two labels or more.
 */
export function parseAddress(text: string): { email: string } | { error: string } {
  const trimmed = text.trim().normalize("NFC");
  if (!trimmed) return { error: "Enter an email address." };
  const at = trimmed.lastIndexOf("@");
  if (at < 1 || at === trimmed.length - 1) return { error: "Enter an email address such as name@company.com." };
  const local = trimmed.slice(0, at).toLowerCase();
  const domain = domainToASCII(trimmed.slice(at + 1).toLowerCase());
  if (!LOCAL.test(local) || Buffer.byteLength(local) > 64) return { error: "The part before the @ is not valid." };
  const labels = domain.split(".");
  const last = labels.at(-1) ?? "";
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label)) || /^\d+$/.test(last))
    return { error: "The part after the @ is not a domain." };
  const email = `${local}@${domain}`;
  if (Buffer.byteLength(email) > 254) return { error: "This address is too long." };
  return { email };
}

// The two characters that join others are part of how Persian, Sinhala or a family of emoji is written; anywhere else nobody sees them.
const JOINED = String.raw`[[\p{L}\p{M}\p{So}\p{Sk}]--[\p{ASCII}\p{Script=Latin}]]`;
const STRAY_JOINER = new RegExp(`(?<!${JOINED})[\u200C\u200D]|[\u200C\u200D](?!${JOINED})`, "gv");

/**
 * The name as stored and shown: NFC, control and direction characters dropped, spaces joined, at most 100 characters. What joins
 * letters of other scripts or emoji stays between them.
 */
export function parseName(text: string): string {
  const line = text
    .normalize("NFC")
    .replace(/(?![\u200C\u200D])[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ")
    .replace(STRAY_JOINER, " ")
    .replace(/\s+/g, " ")
    .trim();
  return [...line].slice(0, 100).join("").replace(STRAY_JOINER, "").trim();
}

/** What a signed-out page may show of an address: its first character and its domain. */
export function maskAddress(email: string): string {
  const at = email.lastIndexOf("@");
  return `${[...email][0] ?? ""}•••@${email.slice(at + 1)}`;
}
