// The map of the dashboard: every route of the app host, each with the least role that may use it.
import type { MemberRoute } from "../../web/route.ts";

export const dashboardRoutes: readonly MemberRoute[] = [];
