// One key a purpose, derived from SESSION_SECRET, so that what one part sealed or signed means nothing to another.
import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";

export type Purpose =
  | "member-session"
  | "contact-session"
  | "browser"
  | "csrf"
  | "flash"
  | "code"
  | "host-marker"
  | "dkim"
  | "bounce"
  | "bounce-report"
  | "unsubscribe";

/** Every password by its id, and the id of the one that seals. A seal names its id, which therefore stays when secrets come and go. */
export type Passwords = { newest: string; every: Readonly<Record<string, string>> };

/** Makes keys from the secrets, newest first. */
export type Keys = {
  /** The newest key of a purpose: 32 bytes. */
  newest(purpose: Purpose): Buffer;
  /** Every key of a purpose, newest first. */
  every(purpose: Purpose): Buffer[];
  /** All keys of a purpose as iron-session takes them. */
  passwords(purpose: Purpose): Passwords;
  /** HMAC-SHA256 of the text, base64url, with the newest key. */
  sign(purpose: Purpose, text: string): string;
  /** Whether the signature was made by any of the keys; takes the same time for every wrong one. */
  verify(purpose: Purpose, text: string, signature: string): boolean;
  /** The bytes sealed with AES-256-GCM under the newest key; they open only beside the same `about`, such as the row they belong to. */
  seal(purpose: Purpose, plain: Buffer, about: string): Buffer;
  /** What was sealed by any of the keys, and whether it was the newest; undefined when it is not ours, was changed, or is about another. */
  open(purpose: Purpose, sealed: Buffer, about: string): { plain: Buffer; newest: boolean } | undefined;
};

// A version, then nonce, tag and text.
const SEAL_VERSION = 1;
const NONCE = 12;
const TAG = 16;

function sealWith(key: Buffer, plain: Buffer, about: string): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(about));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(SEAL_VERSION), nonce, cipher.getAuthTag(), text]);
}

function openWith(key: Buffer, sealed: Buffer, about: string): Buffer | undefined {
  if (sealed[0] !== SEAL_VERSION || sealed.length < 1 + NONCE + TAG) return undefined;
  const [nonce, tag] = [sealed.subarray(1, 1 + NONCE), sealed.subarray(1 + NONCE, 1 + NONCE + TAG)];
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG });
  decipher.setAAD(Buffer.from(about)).setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE + TAG)), decipher.final()]);
  } catch {
    return undefined;
  }
}

const BLOCK = 64;
const DIGEST = 32;

type Mac = { text(of: string): string; bytes(of: string): Buffer };

// HMAC (RFC 2104) out of two plain hashes in buffers of its own: an Hmac object for each page's form token cost four times as much.
function createMac(key: Buffer): Mac {
  const padded = (filler: number) => Buffer.alloc(BLOCK, filler).map((byte, i) => byte ^ (key[i] ?? 0));
  let inner = Buffer.concat([padded(0x36), Buffer.alloc(1_024)]);
  const outer = Buffer.concat([padded(0x5c), Buffer.alloc(DIGEST)]);
  // A new view costs as much as half a hash, and the lengths are few.
  let views: Buffer[] = [];
  const prepare = (text: string) => {
    const most = text.length * 3;
    if (inner.length < BLOCK + most) {
      inner = Buffer.concat([inner, Buffer.alloc(most)]);
      views = [];
    }
    const end = BLOCK + inner.write(text, BLOCK);
    const view = (views[end] ??= inner.subarray(0, end));
    outer.write(hash("sha256", view, "latin1"), BLOCK, "latin1");
  };
  return {
    text: (of) => {
      prepare(of);
      return hash("sha256", outer, "base64url");
    },
    bytes: (of) => {
      prepare(of);
      return hash("sha256", outer, "buffer");
    },
  };
}

function passwordsOf(keys: readonly Buffer[]): Passwords {
  // iron-session wants numbers
  const idOf = (key: Buffer) => String(hash("sha256", key, "buffer").readUInt32BE());
  const known = keys.map((key) => [idOf(key), key.toString("base64url")] as const);
  return { newest: known[0]?.[0] ?? "", every: Object.fromEntries(known) };
}

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
  const passwords = new Map<Purpose, Passwords>();
  const macs = new Map<Purpose, Mac[]>();
  const macsOf = (purpose: Purpose) => {
    const known = macs.get(purpose) ?? secrets.map((_, index) => createMac(derive(purpose, index)));
    macs.set(purpose, known);
    return known;
  };
  return {
    newest: (purpose) => derive(purpose, 0),
    every: (purpose) => secrets.map((_, index) => derive(purpose, index)),
    passwords: (purpose) => {
      const found = passwords.get(purpose) ?? passwordsOf(secrets.map((_, i) => derive(purpose, i)));
      passwords.set(purpose, found);
      return found;
    },
    sign: (purpose, text) => macsOf(purpose)[0]?.text(text) ?? "",
    verify: (purpose, text, signature) => {
      const given = Buffer.from(signature, "base64url");
      return macsOf(purpose).some((mac) => {
        const right = mac.bytes(text);
        return given.length === right.length && timingSafeEqual(given, right);
      });
    },
    seal: (purpose, plain, about) => sealWith(derive(purpose, 0), plain, about),
    open: (purpose, sealed, about) => {
      for (const index of secrets.keys()) {
        const plain = openWith(derive(purpose, index), sealed, about);
        if (plain) return { plain, newest: index === 0 };
      }
      return undefined;
    },
  };
}
