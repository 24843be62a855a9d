// DKIM keys: made here, one a claim, so that a record left in DNS by an earlier claim fits nobody's key.
import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";

/** A new key: `publicKey` as a record publishes it (base64), `privateKey` as DER, to be sealed before it is stored. */
export type DkimKeyPair = { publicKey: string; privateKey: Buffer };

const generate = promisify(generateKeyPair);

// RFC 8301: 1024 bits are too few and 4096 do not fit every resolver's answer.
const BITS = 2048;

/** Makes an RSA key on another thread; some tens of milliseconds to a second, so never inside a transaction. */
export async function makeDkimKey(): Promise<DkimKeyPair> {
  const { publicKey, privateKey } = await generate("rsa", {
    modulusLength: BITS,
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "der" },
  });
  return { publicKey: publicKey.toString("base64"), privateKey };
}

/** What a sealed key is about: it opens for this row alone. */
export const sealedFor = (agencyId: string, domainId: string) => `${agencyId}/${domainId}`;
