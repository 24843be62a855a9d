// The browser's own random id: every page sets it, forms are tied to it, and a link asked for here is known again by it.
import { hash } from "node:crypto";
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { serialize } from "hono/utils/cookie";
import type { Config } from "../config.ts";
import { cookieName, cookieOptions } from "./cookies.ts";
import { newBrowserId } from "./random-text.ts";
import type { BaseContext, Browser } from "./route.ts";

const ID = /^[A-Za-z0-9_-]{43}$/;
const YEAR = 365 * 86400;

/** Makes the Set-Cookie line that gives a browser its id. */
export function browserCookie(config: Pick<Config, "appUrl">): (id: string) => string {
  const [before = "", after = ""] = serialize(cookieName(config, "browser"), "-", {
    ...cookieOptions(config),
    maxAge: YEAR,
  }).split("=-");
  return (id) => `${before}=${id}${after}`;
}

/** The browser's id from its cookie, or a new one that `keepBrowser` will set. */
export function readBrowser(c: Context, config: Pick<Config, "appUrl">): Browser & { known: boolean } {
  const sent = getCookie(c, cookieName(config, "browser"));
  const known = sent !== undefined && ID.test(sent);
  const id = known ? sent : newBrowserId();
  return {
    id,
    known,
    // Few requests need it.
    get hash() {
      return hash("sha256", id, "buffer");
    },
  };
}

/** Sets the cookie when the browser came without it; called for what holds a form, never for an unknown host. */
export function keepBrowser(c: BaseContext): void {
  const { config } = c.get("deps");
  const { id } = c.get("browser");
  const name = cookieName(config, "browser");
  if (getCookie(c, name) !== id) setCookie(c, name, id, { ...cookieOptions(config), maxAge: YEAR });
}
