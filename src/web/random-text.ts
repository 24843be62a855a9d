// Random text drawn in advance: the system is asked for many ids at once, since asking and writing out cost more than the bytes.
import { randomBytes } from "node:crypto";

const DRAWN_BYTES = 6 * 1024;

function createSource(encoding: "base64url" | "hex"): (length: number) => string {
  let drawn = "";
  let at = 0;
  return (length) => {
    if (at + length > drawn.length) {
      drawn = randomBytes(DRAWN_BYTES).toString(encoding);
      at = 0;
    }
    at += length;
    return drawn.slice(at - length, at);
  };
}

const letters = createSource("base64url");
const digits = createSource("hex");

/** A new id for a browser: 43 characters of base64url, 258 random bits. */
export const newBrowserId = (): string => letters(43);

/** A new id for a request: 32 hexadecimal digits, 128 random bits, as a trace-id of W3C Trace Context. */
export const newRequestId = (): string => digits(32);
