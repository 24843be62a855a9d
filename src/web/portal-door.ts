// The contacts' door of one agency: the host has said which; finds who is signed in before any handler runs.
import type { Context, Hono } from "hono";
import type { Deps } from "../deps.ts";
import { findContactSession, touchContactSession } from "../models/contact-sessions.ts";
import { portal as paths } from "../paths.ts";
import { createDoor, type DoorBindings, guardBody } from "./door.ts";
import { portalSite } from "./portal-site.ts";
import type { PortalContext, PortalRoute, PortalVariables } from "./route.ts";
import { readSessionId } from "./sessions.ts";

const siteOf = (c: Context) => {
  const host = (c.env as DoorBindings | undefined)?.portal;
  return host && portalSite(host);
};

/** The portal as an app, from the rows of its map; the dispatcher hands it the agency's host with each request. */
export function createPortal(
  deps: Deps,
  routes: readonly PortalRoute[],
): Hono<{ Bindings: DoorBindings; Variables: PortalVariables }> {
  const app = createDoor<PortalVariables>(deps, "portal", siteOf);
  for (const route of routes) {
    app[route.method](route.path, guardBody("portal", route.bodyLimit, siteOf), async (context) => {
      const c = context as unknown as PortalContext;
      const { portal } = context.env;
      if (!portal) throw new Error("A portal request came without its host.");
      c.set("portal", portal);
      c.set("store", deps.agencies.open(portal.agencyId));
      await recognise(c, deps);
      if (route.needs === "contact" && !c.get("contact")) return toSignIn(c);
      return route.handler(c);
    });
  }
  return app;
}

async function recognise(c: PortalContext, deps: Deps): Promise<void> {
  const sessionId = await readSessionId(c, "contact", deps.config, deps.keys);
  const store = c.get("store");
  const contact = sessionId ? await store.read((db) => findContactSession(db, sessionId)) : undefined;
  c.set("sessionId", contact ? sessionId : undefined);
  c.set("contact", contact);
  if (contact?.session.stale) await store.write((db) => touchContactSession(db, contact.session.id));
}

function toSignIn(c: Context): Response {
  const { pathname } = new URL(c.req.url);
  const next = c.req.method === "GET" && pathname !== "/" ? `?next=${encodeURIComponent(pathname)}` : "";
  return c.redirect(`${paths.signIn()}${next}`, 303);
}
