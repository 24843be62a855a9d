// The addresses that bounces come back to: each names one attempt of one e-mail of one agency, signed so that nobody can make one up.
import { createHmac, timingSafeEqual } from "node:crypto";

/** What an address names. */
export type BounceRef = { agencyNumber: number; emailId: string; attempt: number };

const PREFIX = "bounce+";
const REF_BYTES = 22;
// 80 bits, the least that RFC 2104 allows: with more, the part before the @ would pass 64 characters (RFC 5321 4.5.3.1.1) on a
// forwarder that adds its own.
const MAC_BYTES = 10;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** `bounce+<ref>.<hmac>@<host>`. In lower case and digits alone, because some servers fold the case of what they send back to. */
export function bounceAddress(ref: BounceRef, host: string, key: Buffer): string {
  const bytes = Buffer.alloc(REF_BYTES);
  bytes.write(ref.emailId.replaceAll("-", ""), "hex");
  bytes.writeUInt32BE(ref.agencyNumber, 16);
  bytes.writeUInt16BE(Math.min(ref.attempt, 0xffff), 20);
  return `${PREFIX}${encode(bytes)}.${encode(mac(bytes, key))}@${host}`;
}

/** What an address names, when one of the keys signed it; undefined for every other address. */
export function readBounceAddress(address: string, keys: readonly Buffer[]): BounceRef | undefined {
  const [, ref = "", signature = ""] = /^bounce\+([a-z2-7]{36})\.([a-z2-7]{16})@/i.exec(address) ?? [];
  if (!ref) return undefined;
  const bytes = decode(ref.toLowerCase()).subarray(0, REF_BYTES);
  const given = decode(signature.toLowerCase());
  if (!keys.some((key) => timingSafeEqual(given, mac(bytes, key)))) return undefined;
  const hex = bytes.toString("hex");
  return {
    emailId: [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-"),
    agencyNumber: bytes.readUInt32BE(16),
    attempt: bytes.readUInt16BE(20),
  };
}

const mac = (bytes: Buffer, key: Buffer) => createHmac("sha256", key).update(bytes).digest().subarray(0, MAC_BYTES);

// Base32 of RFC 4648 without padding.
function encode(bytes: Buffer): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31];
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
}

function decode(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of text) {
    held = ((held << 5) | ALPHABET.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  return Buffer.from(bytes);
}
