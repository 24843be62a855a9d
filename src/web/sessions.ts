// Session cookies: they seal nothing but a random id (iron-session); the row that the id names is the truth, read on every request.
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { unsealData } from "iron-session";
import { LRUCache } from "lru-cache";
import type { Config } from "../config.ts";
import { cookieName, cookieOptions } from "./cookies.ts";
import type { Keys } from "./keys.ts";
import type { BaseContext } from "./route.ts";
import { seal } from "./seal.ts";

type Who = "member" | "contact";

// Unsealing costs a quarter of a millisecond of CPU, so a cookie's value is opened once, not once a request. Only the
// opening is remembered, never what the row says.
const opened = new LRUCache<string, string>({ max: 5_000, ttl: 60_000 });

const LIFE = { member: 7 * 86400, contact: 30 * 86400 } as const;
const purposes = { member: "member-session", contact: "contact-session" } as const;

/** The session id in the request's cookie, or undefined when there is none or it was not sealed by us. */
export async function readSessionId(
  c: Context,
  who: Who,
  config: Pick<Config, "appUrl">,
  keys: Keys,
): Promise<string | undefined> {
  const sent = getCookie(c, cookieName(config, who));
  if (!sent || sent.length > 2_000) return undefined;
  const remembered = opened.get(`${who}:${sent}`);
  if (remembered) return remembered;
  const { sid } = await unsealData<{ sid?: unknown }>(sent, {
    password: keys.passwords(purposes[who]).every,
    ttl: LIFE[who],
  }).catch(() => ({ sid: undefined }));
  if (typeof sid !== "string") return undefined;
  opened.set(`${who}:${sent}`, sid);
  return sid;
}

/** The cookie's name and value for a session id. */
export function sealSessionId(
  who: Who,
  id: string,
  config: Pick<Config, "appUrl">,
  keys: Keys,
): [name: string, value: string] {
  return [cookieName(config, who), seal({ sid: id }, keys.passwords(purposes[who]), LIFE[who])];
}

/** Gives the browser the id of a session that was just started. */
export function writeSessionId(c: Context, who: Who, id: string): void {
  const { config, keys } = (c as BaseContext).get("deps");
  const [name, value] = sealSessionId(who, id, config, keys);
  // The browser comes back with it at once.
  opened.set(`${who}:${value}`, id);
  setCookie(c, name, value, { ...cookieOptions(config), maxAge: LIFE[who] });
}

/** Takes the session's cookie away; ending its row is the model's. */
export function forgetSessionId(c: Context, who: Who): void {
  const { config } = (c as BaseContext).get("deps");
  deleteCookie(c, cookieName(config, who), cookieOptions(config));
}
