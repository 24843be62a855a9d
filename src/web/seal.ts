// Seals as iron-session makes them, in one go: its own sealing goes to WebCrypto seven times for a cookie, and each time costs more than the work.
import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const PREFIX = "Fe26.2";
/** After the seal, as iron-session 8 and later write it. */
const VERSION = "~2";

// Iron's defaults: PBKDF2 with one round, since the password is a key already, to 256 bits; the salt goes in as the text of its bytes.
const keyOf = (password: string, salt: string) => pbkdf2Sync(password, salt, 1, 32, "sha1");
const newSalt = () => randomBytes(32).toString("hex");

/**
 * Seals data for `ttl` seconds as iron-session's sealData does: AES-256-CBC, then HMAC-SHA256 over all of it
 * (https://hapi.dev/module/iron, "Fe26.2"). `passwords` by their numbers, of which the highest seals; unsealData opens it.
 */
export function seal(data: unknown, passwords: Readonly<Record<string, string>>, ttl: number): string {
  const id = Math.max(...Object.keys(passwords).map(Number));
  const password = passwords[id];
  if (!password || password.length < 32) throw new Error("A password for seals has 32 characters or more.");
  const [salt, iv] = [newSalt(), randomBytes(16)];
  const cipher = createCipheriv("aes-256-cbc", keyOf(password, salt), iv);
  const text = Buffer.concat([cipher.update(JSON.stringify(data)), cipher.final()]).toString("base64url");
  const sealed = `${PREFIX}*${id}*${salt}*${iv.toString("base64url")}*${text}*${Date.now() + ttl * 1000}`;
  const macSalt = newSalt();
  const mac = createHmac("sha256", keyOf(password, macSalt)).update(sealed).digest("base64url");
  return `${sealed}*${macSalt}*${mac}${VERSION}`;
}
