// The marker by which our own check of a domain knows that a request to this name arrives here.
import { portal } from "../../paths.ts";
import type { PortalContext, PortalRoute } from "../../web/route.ts";
import { hostOf } from "./request.ts";

function marker(c: PortalContext): Response {
  const name = hostOf(c).replace(/:\d+$/, "");
  return c.text(`${c.get("deps").keys.sign("host-marker", name)}\n`);
}

/** Answered on every host of an agency, selected or not, from the moment that its name is proven. */
export const hostMarkerRoutes: readonly PortalRoute[] = [
  { method: "get", path: portal.hostMarker(), needs: "anyone", handler: marker },
];
