// The fields of a message's head as they go over the line: encoded, folded, and closed to whatever a value may try.
import { LRUCache } from "lru-cache";
import { encodeWord, foldLines, quoteString } from "nodemailer/lib/mime-funcs";
import type { Mailbox } from "./addresses.ts";

const FOLD = 76;
const WORD = 52;

/** One field of the head. Throws TypeError when the name is not one or the value holds more than printable ASCII. */
export function header(name: string, value: string): string {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name) || !/^[\x20-\x7e]*$/.test(value))
    throw new TypeError(`The header ${JSON.stringify(name)} cannot stand in a message.`);
  return field(name, value);
}

/** The subject, in encoded words (RFC 2047) where it is not plain. */
export const subjectHeader = (subject: string) =>
  remembered(`Subject ${subject}`, () => field("Subject", words(subject)));

/** From, Reply-To: mailboxes that many messages share. */
export const sharedMailboxHeader = (name: string, mailbox: Mailbox) =>
  remembered(`${name} ${mailbox.address} ${mailbox.name}`, () => mailboxHeader(name, mailbox));

/** A mailbox; its address has passed parseAddress and its name cleanName. */
export function mailboxHeader(name: string, { name: called, address }: Mailbox): string {
  if (called === "") return binary(field(name, address));
  const phrase = /^[\w ]*$/.test(called) ? called : isPlain(called) ? quoteString(called) : word(called);
  return binary(field(name, `${phrase} <${address}>`));
}

/** The moment in RFC 5322's form, in UTC. */
export const dateHeader = (date: Date) => `Date: ${date.toUTCString().replace("GMT", "+0000")}\r\n`;

function field(name: string, value: string): string {
  const line = `${name}: ${value}`;
  return `${line.length < FOLD ? line : foldLines(line, FOLD)}\r\n`;
}

// What looks like an encoded word would be read as one.
const isPlain = (text: string) => /^[\x20-\x7e]*$/.test(text) && !text.includes("=?");
const word = (text: string) => encodeWord(text, wordEncoding(text), WORD);
const words = (text: string) => (isPlain(text) ? text : word(text));

// Q is readable for mostly Latin text, B is shorter for everything else.
function wordEncoding(text: string): "Q" | "B" {
  const plain = text.match(/[\x20-\x7e]/g)?.length ?? 0;
  return plain * 2 > text.length ? "Q" : "B";
}

// An address may hold the letters of RFC 6531, which go over the line as the bytes of UTF-8. Not before the field is folded: one of the
// bytes of "à" looks like a space, at which a line may be broken.
const binary = (text: string) => (/^[\r\n -~]*$/.test(text) ? text : Buffer.from(text).toString("latin1"));

const known = new LRUCache<string, string>({ max: 2_000 });

function remembered(key: string, make: () => string): string {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}
