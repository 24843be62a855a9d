// Other hosts of an agency lead to the one it selected, links included, before anything else is looked at.
import { portal } from "../../paths.ts";
import { isHtmx } from "../../web/html.tsx";
import type { PortalContext, PortalRoute } from "../../web/route.ts";
import { homeOf, hostOf, originOf } from "./request.ts";

/** The route, answered on the selected host alone. A form that was open on another host is not sent on: its page is shown anew. */
export function onSelectedHost(route: PortalRoute): PortalRoute {
  const handler = async (c: PortalContext) => elsewhere(c) ?? (await route.handler(c));
  return { ...route, handler };
}

function elsewhere(c: PortalContext): Response | undefined {
  const { selected, home } = c.get("portal");
  // A selected host that our checks cannot reach is not where links lead, yet whoever does reach it is in the right place.
  if (selected || homeOf(c) === hostOf(c)) return undefined;
  const origin = originOf(c, home);
  const { pathname, search } = new URL(c.req.url);
  if (isHtmx(c)) {
    // A script may not follow to another origin; the browser itself goes, to the page that was open.
    c.header("hx-redirect", `${origin}${pageOf(c.req.header("hx-current-url")) ?? pathname}`);
    return c.body(null, 204);
  }
  if (takesAlong(c, pathname)) return c.redirect(`${origin}${portal.handOver(hostOf(c), pathname)}`, 303);
  return c.redirect(`${origin}${pathname}${search}`, 303);
}

// A link's path is its secret and is its own way in, so it goes straight there and into nobody's query.
function takesAlong(c: PortalContext, pathname: string): boolean {
  const isPage = c.req.method === "GET" && (c.req.header("sec-fetch-dest") ?? "document") === "document";
  return isPage && c.get("contact") !== undefined && !pathname.startsWith(portal.link(""));
}

const pageOf = (url: string | undefined) => (url && URL.canParse(url) ? new URL(url).pathname : undefined);
