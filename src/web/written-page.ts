// Writes a page straight to its connection: bytes as they were kept, and headers that are the same for every page put together once.
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Config } from "../config.ts";
import { browserCookie, type readBrowser } from "./browser.ts";
import type { BaseContext } from "./route.ts";
import { protect } from "./security.ts";

/** What stands for the answer to a request that was answered already; its headers are not those that were sent. */
export const WRITTEN = RESPONSE_ALREADY_SENT;

/** `headers` are names and values in turn, as Node.js sends them fastest. */
type Standing = { headers: readonly string[]; setBrowser: (id: string) => string };

const standing = new WeakMap<Config, Standing>();

function standingOf(config: Config, ofPages: Record<string, string>): Standing {
  const known = standing.get(config);
  if (known) return known;
  const headers = new Headers(ofPages);
  protect(headers, config);
  const made = { headers: [...headers].flat(), setBrowser: browserCookie(config) };
  standing.set(config, made);
  return made;
}

/**
 * Writes a page in pieces, whose texts have a byte a character. It is for a handler that has nothing else to say in its headers.
 * `ofPages` are those of every page. Undefined where the answer cannot be written so: to HEAD, or without a connection.
 */
export function writePage(
  c: BaseContext,
  pieces: readonly (string | Uint8Array)[],
  ofPages: Record<string, string>,
): Response | undefined {
  const { outgoing } = (c.env as Partial<HttpBindings> | undefined) ?? {};
  if (!outgoing || outgoing.destroyed || outgoing.headersSent || c.req.raw.method !== "GET") return undefined;
  const { headers, setBrowser } = standingOf(c.get("deps").config, ofPages);
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const sent = headers.concat("x-request-id", c.get("requestId"), "content-length", String(length));
  const browser = c.get("browser") as ReturnType<typeof readBrowser>;
  if (!browser.known) sent.push("set-cookie", setBrowser(browser.id));
  outgoing.writeHead(200, sent);
  for (const piece of pieces) outgoing.write(piece, "latin1");
  outgoing.end();
  return WRITTEN;
}
