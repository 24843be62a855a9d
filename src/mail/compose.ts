// Builds one message for one recipient: headers, text and HTML, and the envelope it travels in.

import { randomUUID } from "node:crypto";
import { AddressRefused, cleanName, type Mailbox, parseAddress } from "./addresses.ts";
import { type DkimKey, signMessage } from "./dkim.ts";
import { dateHeader, header, mailboxHeader, sharedMailboxHeader, subjectHeader } from "./headers.ts";
import { quoted, quotedWoven, type Woven } from "./quoted-printable.ts";

/** What a message is made of. `text` and `html` come from `emails/`; nothing here looks inside them. */
export interface MessageParts {
  to: { name: string | null; address: string };
  /** The agency's own address, or the platform's (MAIL_FROM), with the agency's name. */
  from: Mailbox;
  /** The envelope's sender, to which bounces go; `from` unless given. */
  envelopeFrom?: string | undefined;
  /** Signs the message for the domain in `from`. */
  dkim?: DkimKey | undefined;
  /** Where answers go: the member who sent, or nobody. */
  replyTo?: Mailbox | null;
  /** As `newMessageId` makes it; the same for every attempt of one e-mail, so that a retry can be recognised. */
  messageId: string;
  subject: string;
  text: string;
  html: string;
  /** The same text and HTML as their templates gave them, where they were filled from templates: most of it is encoded already then. */
  woven?: { text: Woven; html: Woven } | undefined;
  /** Further fields of the head, for this recipient alone; printable ASCII. `List-Unsubscribe` and its kind belong here. */
  headers?: readonly { name: string; value: string }[] | undefined;
  /** Now, unless given. */
  date?: Date;
}

/** A message ready to hand over: `raw` is complete, and the envelope alone decides who gets it. */
export interface ComposedMessage {
  messageId: string;
  envelope: { from: string; to: string };
  raw: Buffer;
  /** `raw` with SMTP's end behind it, where no line of it begins with a dot. */
  ended?: Buffer | undefined;
  /** An address in the envelope or the head holds more than ASCII (RFC 6531). */
  utf8?: boolean | undefined;
}

/** A new Message-ID, `<uuid@domain>`, with the domain of `address` (the platform's sender). */
export function newMessageId(address: string): string {
  return `<${randomUUID()}@${parseAddress(address)?.split("@").at(-1) ?? "localhost"}>`;
}

function required(address: string, whose: string): string {
  const one = parseAddress(address);
  if (!one) throw new AddressRefused(`The ${whose} is not one address that mail can be sent to.`);
  return one;
}

/**
 * The message as bytes, with its envelope.
 * The address is given as an object and never as text: handed over as text, 5 of 17 hostile addresses reached somebody else.
 * Throws AddressRefused when the recipient, the sender or the reply address is not exactly one address, NotSigned when the key
 * does not sign.
 */
export async function composeMessage(parts: MessageParts): Promise<ComposedMessage> {
  const to = required(parts.to.address, "recipient");
  const from = required(parts.from.address, "sender");
  const envelope = { from: required(parts.envelopeFrom ?? from, "envelope's sender"), to };
  if (parts.dkim && parts.dkim.domain !== from.split("@").at(-1))
    throw new TypeError("A key signs for the domain in From alone.");
  const replyTo = parts.replyTo && {
    name: cleanName(parts.replyTo.name),
    address: required(parts.replyTo.address, "reply address"),
  };
  if (!/^<[\w.+-]+@[\w.-]+>$/.test(parts.messageId)) throw new TypeError("A Message-ID looks like <unique@domain>.");
  const mailbox = { name: cleanName(parts.to.name ?? ""), address: to };
  const head = [
    sharedMailboxHeader("From", { name: cleanName(parts.from.name), address: from }),
    mailboxHeader("To", mailbox),
    replyTo ? sharedMailboxHeader("Reply-To", replyTo) : "",
    subjectHeader(parts.subject.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim()),
    header("Message-ID", parts.messageId),
    dateHeader(parts.date ?? new Date()),
    // RFC 3834: keeps out-of-office replies away
    "Auto-Submitted: auto-generated\r\n",
    ...(parts.headers ?? []).map(({ name, value }) => header(name, value)),
  ].join("");
  const { messageId, dkim } = parts;
  const utf8 = ![to, from, envelope.from, replyTo?.address ?? ""].every(isAscii);
  const { raw, ended } = inBytes(head + body(parts));
  return dkim
    ? { messageId, envelope, utf8, raw: await signMessage(raw, dkim) }
    : { messageId, envelope, utf8, raw, ended };
}

const isAscii = (text: string) => /^[\0-\x7f]*$/.test(text);

// Making a buffer costs about as much as filling it, so messages share one; it lives until the last of them has gone.
const SLAB = 128 * 1_024;
const END_OF_MESSAGE = ".\r\n";
let slab = Buffer.alloc(0);
let used = 0;

function inBytes(message: string): { raw: Buffer; ended: Buffer } {
  const length = message.length + END_OF_MESSAGE.length;
  if (length > slab.length - used) {
    slab = Buffer.allocUnsafeSlow(Math.max(SLAB, length));
    used = 0;
  }
  const ended = slab.subarray(used, used + length);
  used += length;
  ended.write(message + END_OF_MESSAGE, "latin1");
  return { ended, raw: ended.subarray(0, message.length) };
}

// "=_" cannot occur in quoted-printable text (RFC 2045 6.7), so every message may have the same boundary.
const BOUNDARY = "=_portico";
const part = (type: string) =>
  `--${BOUNDARY}\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`;
const BEFORE_TEXT = `MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="${BOUNDARY}"\r\n\r\n${part("text/plain")}`;
const BEFORE_HTML = `\r\n${part("text/html")}`;
const END = `\r\n--${BOUNDARY}--\r\n`;

function body({ text, html, woven }: MessageParts): string {
  const [plain, rich] = woven ? [quotedWoven(woven.text), quotedWoven(woven.html)] : [quoted(text), quoted(html)];
  return BEFORE_TEXT + plain + BEFORE_HTML + rich + END;
}
