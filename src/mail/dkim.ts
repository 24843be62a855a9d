// DKIM (RFC 6376): signs a composed message, and verifies one as its receiver would.

import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { buffer } from "node:stream/consumers";
import DKIM from "nodemailer/lib/dkim";

/** What to sign with. `privateKey` is PEM. */
export interface DkimKey {
  domain: string;
  selector: string;
  privateKey: string;
}

/** Thrown when a message could not be signed; it must not go out under the domain then. */
export class NotSigned extends Error {
  override name = "NotSigned";
}

// What a receiver shows, threads by or acts on. List-… are there for the mails that carry them.
const SIGNED_FIELDS =
  "From:To:Subject:Date:Message-ID:MIME-Version:Content-Type:Reply-To:Auto-Submitted:List-Unsubscribe:List-Unsubscribe-Post";

/** The message with a signature in front: rsa-sha256, relaxed/relaxed. Throws NotSigned when the key is not one. */
export async function signMessage(raw: Buffer, { domain, selector, privateKey }: DkimKey): Promise<Buffer> {
  const signer = new DKIM({
    domainName: domain,
    keySelector: selector,
    privateKey,
    headerFieldNames: SIGNED_FIELDS,
  });
  const signed = await buffer(signer.sign(raw));
  // the signer passes a message on unsigned when it cannot use the key
  if (!/^DKIM-Signature:/i.test(signed.subarray(0, 15).toString("latin1")))
    throw new NotSigned("The message could not be signed with this key.");
  return signed;
}

/** A message's first DKIM signature, as it says it was made. */
export interface Signature {
  domain: string;
  selector: string;
  /** The signed fields, in lower case. */
  fields: readonly string[];
}

type Parsed = { headers: readonly string[]; body: string; line: string; tags: ReadonlyMap<string, string> };

function parse(raw: Buffer): Parsed | undefined {
  // bytes are what is signed, whatever they mean
  const text = raw.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const headers = text.slice(0, end).split(/\r\n(?![ \t])/);
  const line = headers.find((header) => /^dkim-signature[ \t]*:/i.test(header));
  if (!line) return undefined;
  const tags = line
    .slice(line.indexOf(":") + 1)
    .split(";")
    .map((part) => {
      const at = part.indexOf("=");
      return [part.slice(0, Math.max(0, at)).trim(), part.slice(at + 1).trim()] as const;
    });
  return { headers, body: text.slice(end + 4), line, tags: new Map(tags) };
}

const packed = (text = "") => text.replace(/[ \t\r\n]+/g, "");

/** Who signed the message; undefined when nobody did. */
export function readSignature(raw: Buffer): Signature | undefined {
  const tags = parse(raw)?.tags;
  if (!tags) return undefined;
  const fields = packed(tags.get("h")).toLowerCase().split(":");
  return { domain: packed(tags.get("d")).toLowerCase(), selector: packed(tags.get("s")), fields };
}

// RFC 6376 §3.4.2 and §3.4.4
const relaxedHeader = (header: string) => {
  const at = header.indexOf(":");
  const value = header
    .slice(at + 1)
    .replace(/\r\n/g, "")
    .replace(/[ \t]+/g, " ")
    .trim();
  return `${header.slice(0, at).trim().toLowerCase()}:${value}`;
};
const relaxedBody = (body: string) => {
  const text = body
    .replace(/[ \t]+(?=\r\n|$)/g, "")
    .replace(/[ \t]+/g, " ")
    .replace(/(?:\r\n)+$/, "");
  return text === "" ? "" : `${text}\r\n`;
};

function signedText({ headers, line, tags }: Parsed): string {
  // a field that is named twice means the one above the last
  const left = headers.filter((header) => header !== line);
  const chosen = packed(tags.get("h"))
    .toLowerCase()
    .split(":")
    .flatMap((name) => {
      const at = left.findLastIndex((header) => header.slice(0, header.indexOf(":")).trim().toLowerCase() === name);
      return at === -1 ? [] : left.splice(at, 1).map(relaxedHeader);
    });
  const own = relaxedHeader(line.replace(/([;:\s])b=[^;]*/, "$1b="));
  return [...chosen, own].join("\r\n");
}

function keyFrom(publicKey: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

/**
 * Whether the message's first signature holds under `publicKey` (the p= of the signer's record), and if not, why, in words for
 * the screen. Only what we sign ourselves is understood: rsa-sha256, relaxed/relaxed, the whole body, From among the fields.
 */
export function verifyMessage(raw: Buffer, publicKey: string): { pass: true } | { pass: false; why: string } {
  const message = parse(raw);
  if (!message) return { pass: false, why: "The message is not signed." };
  const { tags } = message;
  const usual = packed(tags.get("a")) === "rsa-sha256" && packed(tags.get("c")) === "relaxed/relaxed" && !tags.has("l");
  if (!usual || !readSignature(raw)?.fields.includes("from"))
    return { pass: false, why: "The signature is of a kind that is not used here." };
  const hash = createHash("sha256").update(relaxedBody(message.body), "latin1").digest("base64");
  if (hash !== packed(tags.get("bh"))) return { pass: false, why: "The text was changed after it was signed." };
  const key = keyFrom(publicKey);
  if (!key) return { pass: false, why: "The published key cannot be read." };
  const holds = verify(
    "rsa-sha256",
    Buffer.from(signedText(message), "latin1"),
    key,
    Buffer.from(packed(tags.get("b")), "base64"),
  );
  return holds ? { pass: true } : { pass: false, why: "The signature does not fit the published key." };
}
