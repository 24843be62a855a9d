// The names and attributes of every cookie: host-only, out of reach of scripts, and bound to https where the product runs on it.
import type { Config } from "../config.ts";

/**
 * `member` and `contact` hold sealed session ids, `browser` a random id of the browser, `flash` words for the next page, `asked`
 * the mail that was asked for on a portal's sign-in page.
 */
export type CookieKind = "member" | "contact" | "browser" | "flash" | "asked";

type Origin = Pick<Config, "appUrl">;

const isSecure = (config: Origin) => config.appUrl.protocol === "https:";

/** The cookie's name. On plain http the `__Host-` prefix is left out, since browsers then refuse it. */
export function cookieName(config: Origin, kind: CookieKind): string {
  return isSecure(config) ? `__Host-${kind}` : kind;
}

/** Lax, not Strict: with Strict the first click from webmail arrives without the session. */
export function cookieOptions(config: Origin) {
  return { path: "/", httpOnly: true, secure: isSecure(config), sameSite: "Lax" } as const;
}
