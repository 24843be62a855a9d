// Where an agency's portal is: the one function that builds its address, from the database and never from a request.
import type { AgencyReader } from "../db/schema.ts";
import { NotFound } from "./errors.ts";

/** What the environment adds to an agency's rows: the scheme, and the domain under which default hosts stand. */
export type PortalOrigin = { scheme: "http" | "https"; portalDomain: string };

/** A host's whole name: a default host's is its slug under the portal domain. */
export function hostName(host: { kind: "default" | "custom"; name: string }, origin: PortalOrigin): string {
  return host.kind === "default" ? `${host.name}.${origin.portalDomain}` : host.name;
}

/** The portal's address on the host that the agency selected, or on its default host while that one is degraded; no trailing slash. */
export async function portalUrl(db: AgencyReader, origin: PortalOrigin): Promise<string> {
  const host = await db
    .selectFrom("hosts")
    .select(["kind", "name"])
    .where("released_at", "is", null)
    .where("verified_at", "is not", null)
    .where((eb) =>
      eb.or([eb("kind", "=", "default"), eb.and([eb("selected_at", "is not", null), eb("degraded_at", "is", null)])]),
    )
    .orderBy("selected_at", (order) => order.desc().nullsLast())
    .orderBy("kind", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!host) throw new NotFound("This agency has no portal host.");
  return `${origin.scheme}://${hostName(host, origin)}`;
}
