// The mail that this browser asked for, kept in a cookie of ten minutes so that the page that follows survives a reload.
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import type { AskedMail } from "../../../views/portal/link-sent.page.tsx";
import { allowedDestination } from "../../models/access-links.ts";
import { cookieName, cookieOptions } from "../../web/cookies.ts";
import type { PortalContext } from "../../web/route.ts";

const schema = z.object({
  kind: z.enum(["sign-in-link", "reset-password"]),
  shown: z.string().max(254).optional(),
  email: z.string().max(254).optional(),
  next: z.string().transform(allowedDestination),
});

/** Remembers what was asked for. */
export function keepAsked(c: PortalContext, asked: AskedMail): void {
  const { config } = c.get("deps");
  const text = Buffer.from(JSON.stringify(asked)).toString("base64url");
  setCookie(c, cookieName(config, "asked"), text, { ...cookieOptions(config), maxAge: 600 });
}

/** What was asked for, in general words when the cookie is gone. It decides nothing, so it is not signed. */
export function readAsked(c: PortalContext): AskedMail {
  const text = getCookie(c, cookieName(c.get("deps").config, "asked")) ?? "";
  try {
    return schema.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
  } catch {
    return { kind: "sign-in-link", next: "/" };
  }
}

/** Forgets it, once somebody is in. */
export function forgetAsked(c: PortalContext): void {
  const { config } = c.get("deps");
  const name = cookieName(config, "asked");
  if (getCookie(c, name) !== undefined) deleteCookie(c, name, cookieOptions(config));
}
