// What guards every request: headers on each answer, where an unsafe request may come from, and whose address a client has.
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { Context } from "hono";
import { FORM_TOKEN_FIELD } from "../../views/ui/form-token.tsx";
import type { Config } from "../config.ts";
import { readForm } from "./forms.ts";
import type { Keys } from "./keys.ts";
import type { BaseContext } from "./route.ts";

/** The content security policy of every page; nothing inline, nothing from elsewhere. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const FEATURES =
  "accelerometer camera display-capture geolocation gyroscope magnetometer microphone midi payment usb xr-spatial-tracking";
const PERMISSIONS = FEATURES.split(" ")
  .map((feature) => `${feature}=()`)
  .join(", ");

/** Puts the headers of rules.md §8 on an answer; what a handler set itself stays. HSTS without subdomains: the names are our customers'. */
export function protect(headers: Headers, config: Pick<Config, "appUrl">): void {
  const set = (name: string, value: string) => {
    if (!headers.has(name)) headers.set(name, value);
  };
  set("content-security-policy", CONTENT_SECURITY_POLICY);
  set("x-content-type-options", "nosniff");
  // With no-referrer a form's Origin becomes null and the check below would have nothing to look at.
  set("referrer-policy", "same-origin");
  set("cross-origin-opener-policy", "same-origin");
  set("cross-origin-resource-policy", "same-origin");
  set("permissions-policy", PERMISSIONS);
  set("cache-control", "private, no-store");
  if (config.appUrl.protocol === "https:") set("strict-transport-security", "max-age=31536000");
}

/** Whether the form carries the token of the page that this browser was given. */
export async function carriesFormToken(c: Context): Promise<boolean> {
  const { keys } = (c as BaseContext).get("deps");
  const form = await readForm(c);
  return keys.verify("csrf", tokenText(c as BaseContext), form.text(FORM_TOKEN_FIELD));
}

/** The token that forms of this host carry for this browser; made when the first of them asks. */
export function formToken(c: Context): string {
  const { get, set } = c as BaseContext;
  const known = get("csrf");
  if (known) return known;
  const token = get("deps").keys.sign("csrf", tokenText(c as BaseContext));
  set("csrf", token);
  return token;
}

/** As formToken, for a request that has no context. */
export function formTokenFor(keys: Keys, host: string | undefined, browserId: string): string {
  return keys.sign("csrf", textOf(host, browserId));
}

const textOf = (host: string | undefined, browserId: string) => `${(host ?? "").toLowerCase()}|${browserId}`;
const tokenText = (c: BaseContext) => textOf(c.req.header("host"), c.get("browser").id);

/**
 * Whether an unsafe request comes from a page of this very host. `same-site` is not enough: sibling portals are same-site. Where
 * the browser sends neither Sec-Fetch-Site nor an Origin that says something, the form's own token decides.
 */
export async function isFromOurPage(c: BaseContext): Promise<boolean> {
  const site = c.req.header("sec-fetch-site");
  if (site) return site === "same-origin";
  const origin = c.req.header("origin");
  if (origin && origin !== "null") {
    const { config } = c.get("deps");
    return (
      URL.canParse(origin) &&
      origin.toLowerCase() === `${config.portalOrigin.scheme}://${(c.req.header("host") ?? "").toLowerCase()}`
    );
  }
  return carriesFormToken(c);
}

/** The client's address: the socket's, or the last one in X-Forwarded-For that no trusted proxy added. */
export function clientAddress(c: Context, config: Pick<Config, "trustedProxies">): string {
  const incoming = (c.env as { incoming?: Socketed } | undefined)?.incoming;
  return addressOf(incoming?.socket?.remoteAddress, c.req.header("x-forwarded-for"), config);
}

type Socketed = { socket?: { remoteAddress?: string | undefined } };

/** As clientAddress, for a request that has no context. */
export function clientAddressOf(incoming: IncomingMessage, config: Pick<Config, "trustedProxies">): string {
  const forwarded = incoming.headers["x-forwarded-for"];
  return addressOf(incoming.socket.remoteAddress, typeof forwarded === "string" ? forwarded : undefined, config);
}

function addressOf(
  socket: string | undefined,
  header: string | undefined,
  config: Pick<Config, "trustedProxies">,
): string {
  let address = plain(socket ?? "127.0.0.1");
  if (header === undefined) return address;
  const forwarded = header.split(",").map((part) => plain(part.trim()));
  while (isTrusted(address, config) && forwarded.length > 0) {
    const before = forwarded.pop() ?? "";
    if (isIP(before) === 0) break;
    address = before;
  }
  return address;
}

const plain = (address: string) =>
  address.startsWith(":") ? address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "") : address;

function isTrusted(address: string, { trustedProxies }: Pick<Config, "trustedProxies">): boolean {
  const family = isIP(address);
  return family !== 0 && trustedProxies.check(address, family === 6 ? "ipv6" : "ipv4");
}
