// Magic links: access links that a member makes for one contact and hands over himself.
import type { AgencyDb } from "../db/schema.ts";
import { portal } from "../paths.ts";
import { createAccessLink, revokeAccessLink } from "./access-links.ts";
import { NotFound } from "./errors.ts";
import { type PortalOrigin, portalUrl } from "./portal-url.ts";

/** How long a link that a member makes or sends may work (rules.md §1: 1 hour to 7 days), in seconds. */
export const lifetimes: readonly { seconds: number; label: string }[] = [
  { seconds: 3_600, label: "1 hour" },
  { seconds: 86_400, label: "24 hours" },
  { seconds: 604_800, label: "7 days" },
];

export const DEFAULT_LIFETIME = 86_400;

/** How often a magic link may be used. */
export const magicLinkUses = ["once", "until-expired"] as const;

export type NewMagicLink = {
  contactId: string;
  destination: string;
  lifetimeSeconds: number;
  uses: (typeof magicLinkUses)[number];
  madeBy: string;
};

/** A link that was just made. `url` holds its secret and is kept nowhere: whoever asks shows it once. */
export type MagicLink = { linkId: string; url: string; expiresAt: Date };

/** Makes a magic link on the host that the agency selected. Throws NotFound for a contact who is unknown or revoked. */
export async function createMagicLink(db: AgencyDb, link: NewMagicLink, origin: PortalOrigin): Promise<MagicLink> {
  const [{ token, ...made }, base] = await Promise.all([
    createAccessLink(db, { ...link, kind: "magic" }),
    portalUrl(db, origin),
  ]);
  return { ...made, url: `${base}${portal.link(token)}` };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Withdraws a link, whatever made it, and returns whose it was. Throws NotFound. */
export async function revokeMagicLink(db: AgencyDb, linkId: string, memberId: string): Promise<{ contactId: string }> {
  const link = uuid.test(linkId)
    ? await db.selectFrom("access_links").select("contact_id").where("id", "=", linkId).executeTakeFirst()
    : undefined;
  if (!link) throw new NotFound("No such link.");
  await revokeAccessLink(db, linkId, memberId);
  return { contactId: link.contact_id };
}
