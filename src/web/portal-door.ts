// The contacts' door of one agency: the host has said which; finds who is signed in before any handler runs.
import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import type { PortalHost } from "../db/directory.ts";
import type { Deps } from "../deps.ts";
import { findContactSession, findContactSessions, touchContactSession } from "../models/contact-sessions.ts";
import { portal as paths } from "../paths.ts";
import { createDoor, type DoorBindings, guardBody } from "./door.ts";
import { gather } from "./gather.ts";
import { isHtmx } from "./html.tsx";
import { portalSite } from "./portal-site.ts";
import { createRememberedPages, type Remembered, type RememberedPages } from "./remembered-pages.ts";
import type { PortalContext, PortalRoute, PortalVariables } from "./route.ts";
import { formToken } from "./security.ts";
import { readSessionId } from "./sessions.ts";

const siteOf = (c: Context) => {
  const host = (c.env as DoorBindings | undefined)?.portal;
  return host && portalSite(host);
};

/** Answers requests for one agency's host. */
export type Portal = {
  fetch(request: Request, env: Partial<HttpBindings>, host: PortalHost): Response | Promise<Response>;
  /** Whether the request is for a page that is remembered for signed-out visitors, of whatever host. */
  remembers: RememberedPages["has"];
  /** Answers from memory; false when the page has to be drawn. */
  answerAtHand: RememberedPages["answer"];
};

/** The portal, from the rows of its map. */
export function createPortal(deps: Deps, routes: readonly PortalRoute[]): Portal {
  const app = createPortalApp(deps, routes);
  const pages = createRememberedPages(deps, routes);
  return {
    fetch: (request, env, host) => draw(app, pages, request, env, host),
    remembers: pages.has,
    answerAtHand: pages.answer,
  };
}

async function draw(
  app: PortalApp,
  pages: RememberedPages,
  request: Request,
  env: Partial<HttpBindings>,
  host: PortalHost,
) {
  let drawn: Remembered | undefined;
  const remember = (page: Remembered) => {
    drawn = page;
  };
  const response = await app.fetch(request, { ...env, portal: host, remember } as DoorBindings);
  if (drawn && response.status === 200) await pages.keep(env, host, drawn, response);
  return response;
}

type PortalApp = Hono<{ Bindings: DoorBindings; Variables: PortalVariables }>;

function createPortalApp(deps: Deps, routes: readonly PortalRoute[]): PortalApp {
  const app = createDoor<PortalVariables>(deps, "portal", siteOf);
  for (const route of routes) {
    app[route.method](route.path, guardBody("portal", route.bodyLimit, siteOf, route.fromAnywhere), async (context) => {
      const c = context as unknown as PortalContext;
      const { portal } = context.env;
      if (!portal) throw new Error("A portal request came without its host.");
      c.set("portal", portal);
      c.set("store", deps.agencies.open(portal.agencyId));
      await recognise(c, deps);
      if (route.needs === "contact" && !c.get("contact")) return toSignIn(c);
      if (route.remembered && isPlain(c)) context.env.remember?.({ token: formToken(c), route: route.path });
      return route.handler(c);
    });
  }
  return app;
}

// Nobody's page, asked for by its bare address: nothing of this request is in it but the token.
function isPlain(c: PortalContext): boolean {
  return c.req.method === "GET" && !c.get("contact") && !c.req.url.includes("?") && !isHtmx(c);
}

// The row is read by a statement that began after the request had come, so what was revoked before it counts.
const findSession = gather(async (store, [sessionId = "", ...others]: readonly string[]) =>
  others.length === 0
    ? [await store.readOne((db) => findContactSession(db, sessionId))]
    : store.readOne((db) => findContactSessions(db, [sessionId, ...others]), "as-written"),
);

async function recognise(c: PortalContext, deps: Deps): Promise<void> {
  const sessionId = await readSessionId(c, "contact", deps.config, deps.keys);
  const store = c.get("store");
  const contact = sessionId ? await findSession(store, sessionId) : undefined;
  c.set("sessionId", contact ? sessionId : undefined);
  c.set("contact", contact);
  if (contact?.session.stale) await store.writeOne((db) => touchContactSession(db, contact.session.id));
}

function toSignIn(c: Context): Response {
  const { pathname } = new URL(c.req.url);
  const next = c.req.method === "GET" && pathname !== "/" ? `?next=${encodeURIComponent(pathname)}` : "";
  return c.redirect(`${paths.signIn()}${next}`, 303);
}
