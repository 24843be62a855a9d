// What every page of a portal says of the agency it belongs to.
import type { PortalSite } from "../layouts/portal-signed-out.layout.tsx";

export type { PortalSite };

/** How to address a person: the first word of the name, or the address when there is no name. */
export function firstName({ name, email }: { name: string; email: string }): string {
  return name.split(" ")[0] || email;
}
