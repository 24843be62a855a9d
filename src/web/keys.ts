// One key a purpose, derived from SESSION_SECRET, so that what one part sealed or signed means nothing to another.
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

export type Purpose = "member-session" | "contact-session" | "browser" | "csrf" | "flash" | "code" | "host-marker";

/** Makes keys from the secrets, newest first. */
export type Keys = {
  /** The newest key of a purpose: 32 bytes. */
  newest(purpose: Purpose): Buffer;
  /** All keys of a purpose as iron-session takes them: the highest id seals, every id opens. */
  passwords(purpose: Purpose): Record<string, string>;
  /** HMAC-SHA256 of the text, base64url, with the newest key. */
  sign(purpose: Purpose, text: string): string;
  /** Whether the signature was made by any of the keys; takes the same time for every wrong one. */
  verify(purpose: Purpose, text: string, signature: string): boolean;
};

/** Derives the keys (HKDF-SHA256, RFC 5869) from SESSION_SECRET's values. */
export function createKeys(secrets: readonly string[]): Keys {
  const cache = new Map<string, Buffer>();
  const derive = (purpose: Purpose, index: number) => {
    const name = `${purpose}:${index}`;
    const known = cache.get(name);
    if (known) return known;
    const key = Buffer.from(hkdfSync("sha256", secrets[index] ?? "", "portico", purpose, 32));
    cache.set(name, key);
    return key;
  };
  const mac = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  return {
    newest: (purpose) => derive(purpose, 0),
    passwords: (purpose) =>
      Object.fromEntries(secrets.map((_, i) => [String(secrets.length - i), derive(purpose, i).toString("base64url")])),
    sign: (purpose, text) => mac(derive(purpose, 0), text).toString("base64url"),
    verify: (purpose, text, signature) => {
      const given = Buffer.from(signature, "base64url");
      return secrets.some((_, i) => {
        const right = mac(derive(purpose, i), text);
        return given.length === right.length && timingSafeEqual(given, right);
      });
    },
  };
}
