// Other hosts of an agency lead to the one it selected, links included, before anything else is looked at.
import { portalUrl } from "../../models/portal-url.ts";
import type { PortalContext, PortalRoute } from "../../web/route.ts";
import { hostOf } from "./request.ts";

/** The route, answered on the selected host alone. A form that was open on another host is not sent on: its page is shown anew. */
export function onSelectedHost(route: PortalRoute): PortalRoute {
  const handler = async (c: PortalContext) => (await elsewhere(c)) ?? (await route.handler(c));
  return { ...route, handler };
}

async function elsewhere(c: PortalContext): Promise<Response | undefined> {
  if (c.get("portal").selected) return undefined;
  const { portalOrigin } = c.get("deps").config;
  const url = await c.get("store").read((db) => portalUrl(db, portalOrigin));
  // The default host is not the selected one and yet the right one while the selected one is degraded.
  if (url === `${portalOrigin.scheme}://${hostOf(c)}`) return undefined;
  const { pathname, search } = new URL(c.req.url);
  return c.redirect(`${url}${pathname}${search}`, 303);
}
