// Seals as iron-session makes them, in one go: its own sealing goes to WebCrypto seven times for a cookie, and each time costs more than the work.
import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type { Passwords } from "./keys.ts";

const PREFIX = "Fe26.2";
const SALT = 32;
const IV = 16;
/** After the seal, as iron-session 8 and later write it. */
const VERSION = "~2";

// Iron's defaults: PBKDF2 with one round, since the password is a key already, to 256 bits; the salt goes in as the text of its bytes.
const keyOf = (password: string, salt: string) => pbkdf2Sync(password, salt, 1, 32, "sha1");

/**
 * Seals data for `ttl` seconds as iron-session's sealData does: AES-256-CBC, then HMAC-SHA256 over all of it
 * (https://hapi.dev/module/iron, "Fe26.2"); unsealData opens it with all of `passwords`.
 */
export function seal(data: unknown, { newest: id, every }: Passwords, ttl: number): string {
  const password = every[id];
  if (!password || password.length < 32) throw new Error("A password for seals has 32 characters or more.");
  // Asked for at once, since asking the system costs more than the bytes.
  const random = randomBytes(2 * SALT + IV);
  const [salt, macSalt] = [random.toString("hex", 0, SALT), random.toString("hex", SALT, 2 * SALT)];
  const iv = random.subarray(2 * SALT);
  const cipher = createCipheriv("aes-256-cbc", keyOf(password, salt), iv);
  const text = Buffer.concat([cipher.update(JSON.stringify(data)), cipher.final()]).toString("base64url");
  const sealed = `${PREFIX}*${id}*${salt}*${iv.toString("base64url")}*${text}*${Date.now() + ttl * 1000}`;
  const mac = createHmac("sha256", keyOf(password, macSalt)).update(sealed).digest("base64url");
  return `${sealed}*${macSalt}*${mac}${VERSION}`;
}
