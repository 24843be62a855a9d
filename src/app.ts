// The public listener's app: the Host decides which door answers; what no door knows comes to a dead end.
import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { emailPreviews } from "../emails/previews.ts";
import type { PortalHost } from "./db/directory.ts";
import type { Deps } from "./deps.ts";
import { outboxIn } from "./mail/outbox.ts";
import { Unavailable } from "./models/errors.ts";
import { dashboardRoutes } from "./routes/dashboard/index.ts";
import { devRoutes } from "./routes/dev.tsx";
import { portalRoutes } from "./routes/portal/index.ts";
import { loadAssets } from "./web/assets.ts";
import { createDashboard } from "./web/dashboard-door.ts";
import { deadEnd } from "./web/dead-end.tsx";
import { isWellAddressed } from "./web/hosts.ts";
import { createPortal } from "./web/portal-door.ts";
import { protect } from "./web/security.ts";

/** Answers requests of the public listener; `env` is what the Node.js server knows of the connection. */
export type PublicApp = { fetch(request: Request, env?: Partial<HttpBindings>): Promise<Response> };

/** Builds the doors and the dispatcher in front of them. */
export function createApp(deps: Deps): PublicApp {
  loadAssets();
  const dashboard = createDashboard(deps, dashboardRoutes);
  if (!deps.config.production)
    dashboard.route(
      "/",
      devRoutes({
        outbox: outboxIn(deps.outboxDir),
        emails: emailPreviews,
        sending: deps.config.smtpUrl !== undefined,
      }),
    );
  const portal = createPortal(deps, portalRoutes);

  const stop = async (status: number, wait?: number) => {
    const response = deadEnd(status, randomUUID(), wait);
    protect(response.headers, deps.config);
    return response;
  };

  return {
    fetch: async (request, env = {}) => {
      if (!isWellAddressed(env.incoming)) return stop(400);
      try {
        const door = await deps.hosts.find(request.headers.get("host") ?? new URL(request.url).host);
        if (door.kind === "app") return await dashboard.fetch(request, env as HttpBindings);
        if (door.kind === "portal")
          return await portal.fetch(request, { ...env, portal: door.portal } as HttpBindings & { portal: PortalHost });
        return await stop(door.kind === "malformed" ? 400 : 404);
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        return stop(503, 10);
      }
    },
  };
}
