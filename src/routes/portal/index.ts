// The map of the portal: every route of a portal host, each for anyone or for a signed-in contact.
import type { PortalRoute } from "../../web/route.ts";
import { accessLinkRoutes } from "./access-links.tsx";
import { handOverRoutes } from "./hand-overs.tsx";
import { hostMarkerRoutes } from "./host-marker.ts";
import { passwordRoutes } from "./passwords.tsx";
import { profileRoutes } from "./profile.tsx";
import { onSelectedHost } from "./selected-host.ts";
import { signInRoutes } from "./sign-in.tsx";
import { signInLinkRoutes } from "./sign-in-links.tsx";
import { themeRoutes } from "./theme.ts";
import { unsubscribeRoutes, workflowMailRoutes } from "./unsubscribing.tsx";

const atHome: readonly PortalRoute[] = [
  ...profileRoutes,
  ...signInRoutes,
  ...signInLinkRoutes,
  ...passwordRoutes,
  ...accessLinkRoutes,
  ...themeRoutes,
  ...workflowMailRoutes,
];

export const portalRoutes: readonly PortalRoute[] = [
  ...hostMarkerRoutes,
  ...handOverRoutes,
  ...unsubscribeRoutes,
  ...atHome.map(onSelectedHost),
];
