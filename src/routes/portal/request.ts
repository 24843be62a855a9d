// What every route of the portal takes from its request: the agency as pages name it, and the visit as sessions record it.

import { deviceName } from "../../../views/portal/device-name.ts";
import type { PortalSite } from "../../../views/portal/site.ts";
import { allowedDestination } from "../../models/access-links.ts";
import type { SignedInContact, Visit } from "../../models/contact-sessions.ts";
import { hostName, type PortalOrigin } from "../../models/portal-url.ts";
import { portalSite } from "../../web/portal-site.ts";
import type { PortalContext } from "../../web/route.ts";

/** The agency as the pages of its portal name it. */
export function siteOf(c: PortalContext): PortalSite {
  return portalSite(c.get("portal"));
}

/** The name of the host that was asked, as the database knows it and not as the request spelled it. */
export function hostOf(c: PortalContext): string {
  const { kind, host } = c.get("portal");
  const origin: PortalOrigin = c.get("deps").config.portalOrigin;
  return hostName({ kind, name: host }, origin);
}

/** The name of the host that the agency's links are built on now. */
export function homeOf(c: PortalContext): string {
  return hostName(c.get("portal").home, c.get("deps").config.portalOrigin);
}

/** The origin of another host of the agency. */
export function originOf(c: PortalContext, host: { kind: "default" | "custom"; name: string }): string {
  const { portalOrigin } = c.get("deps").config;
  return `${portalOrigin.scheme}://${hostName(host, portalOrigin)}`;
}

/** What a session that begins now keeps of its beginning. */
export function visitOf(c: PortalContext): Visit {
  return {
    host: hostOf(c),
    address: c.get("address"),
    userAgent: c.req.header("user-agent"),
    replaces: c.get("contact")?.session.id,
  };
}

/** What an e-mail that is asked for tells of who asked. */
export function askerOf(c: PortalContext): { browserHash: Buffer; askedFrom: string } {
  return { browserHash: c.get("browser").hash, askedFrom: deviceName(c.req.header("user-agent")) ?? "" };
}

/** The page to go on to, from the query of a GET: always one of the portal's own. */
export function nextOf(c: PortalContext): string {
  return allowedDestination(c.req.query("next"));
}

/** The contact of a route that needs one. */
export function signedIn(c: PortalContext): SignedInContact {
  const contact = c.get("contact");
  if (!contact) throw new Error("A route that needs a contact was reached without one.");
  return contact;
}
