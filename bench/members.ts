// A signed-in member's requests, as bytes.
import { createHash } from "node:crypto";

/** What is stored of a session's id or a link's token. */
export const hash = (secret: string): Buffer => createHash("sha256").update(secret).digest();

/** A GET of a page with cookies. */
export const pageOf = (host: string, path: string, cookie: string): Buffer =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/html\r\nCookie: ${cookie}\r\n\r\n`, "latin1");
