// Pages that are the same for everybody who comes without a session, but for the token of their form: drawn once a host, then
// answered from memory. A host's entry in memory is replaced when anything of it changes, and what was drawn for it goes with it.
import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { LRUCache } from "lru-cache";
import type { PortalHost } from "../db/directory.ts";
import type { Deps } from "../deps.ts";
import { browserCookie, newBrowserId } from "./browser.ts";
import { cookieName } from "./cookies.ts";
import { reportRequest } from "./door.ts";
import { clientAddressOf, formTokenFor } from "./security.ts";

/** What a route notes of an answer that may be remembered: the token that its forms carry, and the route's pattern. */
export type Remembered = { token: string; route: string };

export type RememberedPages = {
  /** The answer to this request when its page was drawn before and the browser shows nothing that could change it. */
  answer(env: Partial<HttpBindings>, portal: PortalHost): Response | undefined;
  /** Keeps the page of an answer that was just drawn. */
  keep(env: Partial<HttpBindings>, portal: PortalHost, drawn: Remembered, response: Response): Promise<void>;
};

type Page = { pieces: string[]; bytes: number; headers: Record<string, string>; route: string };

const MOST_BYTES = 64 * 1024 * 1024;
const OF_ONE_ANSWER = new Set(["set-cookie", "x-request-id", "content-length", "date", "transfer-encoding"]);

/** Makes the memory; it holds 64 MiB at most. */
export function createRememberedPages(deps: Deps): RememberedPages {
  // One page of a host is looked up by the host's own entry, so a replaced entry finds nothing.
  const pages = new LRUCache<PortalHost, Map<string, Page>>({
    maxSize: MOST_BYTES,
    sizeCalculation: (ofHost) =>
      Math.max(
        1,
        [...ofHost.values()].reduce((sum, { bytes }) => sum + bytes, 0),
      ),
  });
  const cookie = new RegExp(`^${cookieName(deps.config, "browser")}=([A-Za-z0-9_-]{43})$`);
  const setBrowser = browserCookie(deps.config);

  return {
    answer: ({ incoming }, portal) => {
      if (incoming?.method !== "GET") return undefined;
      const path = incoming.url ?? "";
      const page = pages.get(portal)?.get(path);
      if (!page) return undefined;
      const sent = incoming.headers.cookie;
      const known = sent === undefined ? undefined : cookie.exec(sent)?.[1];
      // Any other cookie may be a session, or words that the page before left behind.
      if (sent !== undefined && known === undefined) return undefined;
      const started = performance.now();
      const requestId = randomUUID();
      const browser = known ?? newBrowserId();
      const body = page.pieces.join(formTokenFor(deps.keys, incoming.headers.host, browser));
      const headers: Record<string, string> = { ...page.headers, "x-request-id": requestId };
      if (known === undefined) headers["set-cookie"] = setBrowser(browser);
      const address = clientAddressOf(incoming, deps.config);
      reportRequest(deps, {
        requestId,
        method: "GET",
        path,
        route: page.route,
        status: 200,
        started,
        queries: 0,
        address,
      });
      return new Response(body, { headers });
    },
    keep: async ({ incoming }, portal, { token, route }, response) => {
      // A request may name its target in other ways than by the bare path; those are drawn each time.
      if (incoming?.url !== route) return;
      const text = await response.clone().text();
      const pieces = text.split(token);
      // Every token is as long as this one, so all answers have the same length.
      const bytes = Buffer.byteLength(text);
      const headers = Object.fromEntries([...response.headers].filter(([name]) => !OF_ONE_ANSWER.has(name)));
      headers["content-length"] = String(bytes);
      const ofHost = new Map(pages.get(portal));
      ofHost.set(route, { pieces, bytes, headers, route });
      pages.set(portal, ofHost);
    },
  };
}
