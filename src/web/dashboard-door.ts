// The members' door: finds who is signed in, to which agency the path leads and whether the role will do, before any handler runs.
import type { Context, Hono, MiddlewareHandler } from "hono";
import type { Deps } from "../deps.ts";
import { Forbidden, NotFound } from "../models/errors.ts";
import { hasRole } from "../models/people.ts";
import { app as paths, reservedSlugs } from "../paths.ts";
import { createDoor, type DoorBindings, guardBody } from "./door.ts";
import { isHtmx } from "./html.tsx";
import type { MemberContext, MemberRoute, MemberVariables } from "./route.ts";
import { readSessionId } from "./sessions.ts";
import { createVisits, type Visits } from "./visits.ts";

/** The dashboard as an app, from the rows of its map. */
export function createDashboard(
  deps: Deps,
  routes: readonly MemberRoute[],
): Hono<{ Bindings: DoorBindings; Variables: MemberVariables }> {
  const app = createDoor<MemberVariables>(deps, "dashboard");
  const visits = createVisits(deps.globals);
  for (const route of routes) {
    const takesFiles: MiddlewareHandler = async (c, next) => {
      c.set("takesFiles", route.files);
      await next();
    };
    app[route.method](route.path, takesFiles, guardBody("dashboard", route.bodyLimit), async (context) => {
      const c = context as unknown as MemberContext;
      return (await admit(c, deps, visits, route.role)) ?? route.handler(c);
    });
  }
  return app;
}

async function admit(
  c: MemberContext,
  deps: Deps,
  visits: Visits,
  role: MemberRoute["role"],
): Promise<Response | undefined> {
  // A word that no agency can have leads nowhere, whoever asks; signing in would not change that.
  if (reservedSlugs.has(c.req.param("agency") ?? "")) throw new NotFound("No agency can have this slug.");
  const sessionId = await readSessionId(c, "member", deps.config, deps.keys);
  const visit = sessionId ? await visits({ sessionId, visited: c.req.param("agency") }) : undefined;
  c.set("sessionId", visit ? sessionId : undefined);
  if (visit) {
    c.set("member", visit.member);
    c.set("memberships", visit.memberships);
  }
  if (role === "anyone") return undefined;
  if (!visit) return toSignIn(c);
  if (role === "signed-in") return undefined;
  const membership = visit.memberships.find(({ slug }) => slug === c.req.param("agency"));
  if (!membership) throw new NotFound("No agency of this member has this slug.");
  if (!hasRole(membership.role, role)) throw new Forbidden(`This needs the role ${role}.`);
  c.set("agency", {
    id: membership.agencyId,
    slug: membership.slug,
    name: membership.name,
    timeZone: membership.timeZone,
  });
  c.set("role", membership.role);
  c.set("store", deps.agencies.open(membership.agencyId));
  return undefined;
}

function toSignIn(c: Context): Response {
  const next = c.req.method === "GET" && !isHtmx(c) ? `?next=${encodeURIComponent(new URL(c.req.url).pathname)}` : "";
  const path = `${paths.signIn()}${next}`;
  if (!isHtmx(c)) return c.redirect(path, 303);
  c.header("hx-redirect", path);
  return c.body(null, 401);
}
