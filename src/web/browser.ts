// The browser's own random id: every page sets it, forms are tied to it, and a link asked for here is known again by it.
import { createHash, randomBytes } from "node:crypto";
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Config } from "../config.ts";
import { cookieName, cookieOptions } from "./cookies.ts";
import type { BaseContext, Browser } from "./route.ts";

const ID = /^[A-Za-z0-9_-]{43}$/;
const YEAR = 365 * 86400;

/** The browser's id from its cookie, or a new one that `keepBrowser` will set. */
export function readBrowser(c: Context, config: Pick<Config, "appUrl">): Browser & { known: boolean } {
  const sent = getCookie(c, cookieName(config, "browser"));
  const known = sent !== undefined && ID.test(sent);
  const id = known ? sent : randomBytes(32).toString("base64url");
  return { id, hash: createHash("sha256").update(id).digest(), known };
}

/** Sets the cookie when the browser came without it; called for what holds a form, never for an unknown host. */
export function keepBrowser(c: BaseContext): void {
  const { config } = c.get("deps");
  const { id } = c.get("browser");
  const name = cookieName(config, "browser");
  if (getCookie(c, name) !== id) setCookie(c, name, id, { ...cookieOptions(config), maxAge: YEAR });
}
