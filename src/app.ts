// The public listener's app: the Host decides which door answers; what no door knows comes to a dead end.
import type { HttpBindings } from "@hono/node-server";
import type { Deps } from "./deps.ts";
import { allEmailPreviews } from "./jobs/email-previews.ts";
import { outboxIn } from "./mail/outbox.ts";
import { Unavailable } from "./models/errors.ts";
import { dashboardRoutes } from "./routes/dashboard/index.ts";
import { devRoutes } from "./routes/dev.tsx";
import { portalRoutes } from "./routes/portal/index.ts";
import type { AtHand } from "./server.ts";
import { loadAssets } from "./web/assets.ts";
import { createDashboard } from "./web/dashboard-door.ts";
import { deadEnd } from "./web/dead-end.tsx";
import { type Door, isWellAddressed } from "./web/hosts.ts";
import { createPortal } from "./web/portal-door.ts";
import { newRequestId } from "./web/random-text.ts";
import { protect } from "./web/security.ts";

/** Answers requests of the public listener; `env` is what the Node.js server knows of the connection. */
export type PublicApp = {
  fetch(request: Request, env?: Partial<HttpBindings>): Response | Promise<Response>;
  /** Answers from memory what was drawn before, without a Request and a Response; false when that is not to be had. */
  atHand: AtHand;
};

/** Builds the doors and the dispatcher in front of them. */
export function createApp(deps: Deps): PublicApp {
  loadAssets();
  const dashboard = createDashboard(deps, dashboardRoutes);
  if (!deps.config.production)
    dashboard.route(
      "/",
      devRoutes({
        outbox: outboxIn(deps.outboxDir),
        emails: allEmailPreviews,
        sending: deps.config.smtpUrl !== undefined,
      }),
    );
  const portal = createPortal(deps, portalRoutes);

  const stop = (status: number, wait?: number) => {
    const response = deadEnd(status, newRequestId(), wait);
    protect(response.headers, deps.config);
    return response;
  };

  const unavailable = (error: unknown) => {
    if (error instanceof Unavailable) return stop(503, 10);
    throw error;
  };
  const answer = (door: Door, request: Request, env: Partial<HttpBindings>) => {
    if (door.kind === "portal") return portal.fetch(request, env, door.portal);
    if (door.kind === "app") return dashboard.fetch(request, env as HttpBindings);
    return stop(door.kind === "malformed" ? 400 : 404);
  };

  return {
    // No promise where the answer is at hand: the server then writes it in one go.
    fetch: (request, env = {}) => {
      if (!isWellAddressed(env.incoming)) return stop(400);
      const host = env.incoming?.headers?.host ?? request.headers.get("host") ?? new URL(request.url).host;
      const door = deps.hosts.find(host);
      if (!(door instanceof Promise)) return answer(door, request, env);
      return door.then((found) => answer(found, request, env)).catch(unavailable);
    },
    atHand: (incoming, outgoing) => {
      if (!portal.remembers(incoming) || !isWellAddressed(incoming)) return false;
      const door = deps.hosts.find(incoming.headers.host);
      if (door instanceof Promise || door.kind !== "portal") return false;
      return portal.answerAtHand(incoming, outgoing, door.portal);
    },
  };
}
