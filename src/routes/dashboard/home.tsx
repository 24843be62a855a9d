// The app host's first address: leads to where this member begins, or to signing in.
import { startPath } from "../../models/landing.ts";
import { app } from "../../paths.ts";
import { seeOther } from "../../web/html.tsx";
import type { MemberRoute } from "../../web/route.ts";

export const homeRoutes: MemberRoute[] = [
  {
    method: "get",
    path: "/",
    role: "anyone",
    handler: (c) =>
      seeOther(c, c.get("sessionId") ? startPath(c.get("memberships").map(({ slug }) => slug)) : app.signIn()),
  },
];
