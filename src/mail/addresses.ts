// Which e-mail addresses the product sends to: own, strict rules, so that no transport ever gets to interpret one.

import { domainToASCII } from "node:url";
import { LRUCache } from "lru-cache";

/** An address and the name shown beside it. */
export interface Mailbox {
  name: string;
  address: string;
}

/** Thrown for an address that is not exactly one deliverable address; its message never repeats the address. */
export class AddressRefused extends Error {
  override name = "AddressRefused";
}

// RFC 5321 4.5.3.1: 64 octets before the @, 255 after it, 254 in all
const LOCAL_OCTETS = 64;
const ADDRESS_OCTETS = 254;
// RFC 5322 dot-atom, with the letters and digits of RFC 6531; quoted local parts are refused, nobody's client has one
const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

// Many clients share a few mail providers.
const domains = new LRUCache<string, { domain: string | null }>({ max: 5_000 });

function cleanDomain(text: string): string | null {
  const known = domains.get(text) ?? { domain: readDomain(text) };
  domains.set(text, known);
  return known.domain;
}

function readDomain(text: string): string | null {
  // domainToASCII would take an IPv4 in any spelling, percent signs and full-width dots; only labels may reach it
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(text)) return null;
  const domain = domainToASCII(text);
  if (domain === "" || domain.length > 253) return null;
  const labels = domain.split(".");
  if (!labels.every((label) => LABEL.test(label))) return null;
  return /^\d+$/.test(labels.at(-1) ?? "") ? null : domain;
}

/** The one address that `text` is, its domain as lower-case A-labels; null when it is anything else. */
export function parseAddress(text: string): string | null {
  const at = text.lastIndexOf("@");
  if (at < 1 || text.length > ADDRESS_OCTETS) return null;
  const local = text.slice(0, at).normalize("NFC");
  const domain = cleanDomain(text.slice(at + 1));
  if (!domain || !LOCAL.test(local) || Buffer.byteLength(local) > LOCAL_OCTETS) return null;
  const address = `${local}@${domain}`;
  return Buffer.byteLength(address) > ADDRESS_OCTETS ? null : address;
}

// Cc, line separators, and the marks that turn text around: none belongs in a header that people read
const UNSEEN = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF]+/gu;

/** A display name: one line, no control or direction characters, at most 100 characters. */
export function cleanName(text: string): string {
  if (text.length <= 100 && /^[!-~]+(?: [!-~]+)*$/.test(text)) return text;
  const line = text.normalize("NFC").replace(UNSEEN, " ").replace(/\s+/gu, " ").trim();
  return Array.from(line).slice(0, 100).join("").trim();
}

/** `Portico <no-reply@acme.example>` or a bare address as a mailbox; null when it is neither. For the operator's own MAIL_FROM. */
export function parseMailbox(text: string): Mailbox | null {
  const match = /^\s*(?:"?([^"<>]*?)"?\s*<([^<>]+)>|([^<>\s]+))\s*$/.exec(text);
  const address = parseAddress(match?.[2] ?? match?.[3] ?? "");
  return address ? { name: cleanName(match?.[1] ?? ""), address } : null;
}
