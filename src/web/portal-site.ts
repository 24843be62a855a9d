// The agency as every page of its portal shows it, error pages included: its name, its words and its brand.
import type { PortalSite } from "../../views/layouts/portal-signed-out.layout.tsx";
import type { PortalHost } from "../db/directory.ts";
import { portal } from "../paths.ts";

type Brand = Pick<PortalHost, "brandVersion" | "scheme" | "logo" | "faviconHash">;

function brandOf({ brandVersion, scheme, logo, faviconHash }: Brand): NonNullable<PortalSite["brand"]> {
  // A wide logo is nothing to see at the size of an icon.
  const icon = faviconHash ?? (logo && logo.width <= 1.5 * logo.height ? logo.hash : undefined);
  return {
    version: brandVersion,
    scheme: scheme === "system" ? undefined : scheme,
    logo: logo
      ? { src: portal.brandImage(logo.hash), width: logo.width, height: logo.height, ground: logo.ground }
      : undefined,
    icon: icon ? portal.brandImage(icon) : undefined,
  };
}

/** The agency of a portal's host, as its pages show it. */
export function portalSite(host: PortalHost): PortalSite {
  return {
    agency: host.name,
    help: host.supportEmail ?? undefined,
    words: { title: host.headline ?? undefined, text: host.text ?? undefined },
    brand: brandOf(host),
  };
}
