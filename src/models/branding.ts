// How an agency looks to its clients, on the portal and in e-mails: one set of values, changed as a whole and recorded.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader, ColorScheme, Logo } from "../db/schema.ts";
import { findLogo, saveBrandImages } from "./brand-images.ts";
import { Invalid } from "./errors.ts";
import { recordEvent } from "./events.ts";

export type { ColorScheme, Logo };

/** What an agency sets. `name`, `headline` and `text` are empty where the product's own words stand. */
export type BrandValues = {
  name: string;
  color: string;
  scheme: ColorScheme;
  headline: string;
  text: string;
  supportEmail: string;
  logoHash: string | null;
  faviconHash: string | null;
};

/** The values with the logo as pages draw it, and the number of the change that made them so. */
export type Branding = BrandValues & { agencyName: string; logo: Logo | null; version: number };

export const HEADLINE_LENGTH = 60;
export const TEXT_LENGTH = 300;

/** The agency's brand as it is now. */
export async function getBranding(db: AgencyReader): Promise<Branding> {
  const row = await db
    .selectFrom("agencies")
    .select(["name", "portal_name", "brand_color", "color_scheme", "welcome_headline", "welcome_text"])
    .select(["support_email", "logo", "favicon_hash", "brand_version"])
    .executeTakeFirstOrThrow();
  return {
    agencyName: row.name,
    name: row.portal_name ?? "",
    color: row.brand_color,
    scheme: row.color_scheme,
    headline: row.welcome_headline ?? "",
    text: row.welcome_text ?? "",
    supportEmail: row.support_email ?? "",
    logo: row.logo,
    logoHash: row.logo?.hash ?? null,
    faviconHash: row.favicon_hash,
    version: row.brand_version,
  };
}

/**
 * Changes the brand and records what it was and what it became; returns false when nothing differs. Throws Invalid at `logo` or
 * `favicon` when an image is not there any more.
 */
export async function changeBranding(db: AgencyDb, values: BrandValues, memberId: string): Promise<boolean> {
  const before = await lockBranding(db);
  const keys = Object.keys(values) as (keyof BrandValues)[];
  const changed = keys.filter((key) => values[key] !== before[key]);
  if (changed.length === 0) return false;
  const logo = await requireImage(db, "logo", values.logoHash);
  await requireImage(db, "favicon", values.faviconHash);
  await saveBrandImages(
    db,
    [values.logoHash, values.faviconHash].filter((hash) => hash !== null),
  );
  await db
    .updateTable("agencies")
    .set((eb) => ({
      portal_name: values.name || null,
      brand_color: values.color,
      color_scheme: values.scheme,
      welcome_headline: values.headline || null,
      welcome_text: values.text || null,
      support_email: values.supportEmail || null,
      logo: logo ? JSON.stringify(logo) : null,
      favicon_hash: values.faviconHash,
      brand_version: eb("brand_version", "+", 1),
    }))
    .execute();
  const only = (from: BrandValues) => Object.fromEntries(changed.map((key) => [key, from[key]]));
  await recordEvent(db, {
    kind: "branding.changed",
    memberId,
    data: { before: only(before), after: only(values) },
  });
  return true;
}

// Two who save at once come one after the other, so that each one's before is the other's after.
async function lockBranding(db: AgencyDb): Promise<Branding> {
  await sql`select from agencies for update`.execute(db);
  return getBranding(db);
}

async function requireImage(db: AgencyReader, field: "logo" | "favicon", hash: string | null): Promise<Logo | null> {
  if (hash === null) return null;
  const found = await findLogo(db, hash);
  if (!found) throw new Invalid({ [field]: "This image is not there any more. Choose it again." });
  return found;
}
