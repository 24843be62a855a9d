// Agencies as their owners make them: a name, a slug that becomes an address, the owner's membership and the default portal host.
import { sql } from "kysely";
import type { GlobalDb } from "../db/schema.ts";
import { reservedSlugs } from "../paths.ts";
import { Invalid } from "./errors.ts";

export const SLUG_MIN = 2;
export const SLUG_MAX = 40;

/** What a new agency is made of; `address` is where the request came from, for the record. */
export type NewAgency = { slug: string; name: string; ownerId: string; address?: string | undefined };

/** The words for a slug that another agency holds. */
export const SLUG_TAKEN = "Another agency has this address. Choose a different one.";

// Letters that do not fall apart into a plain one and a mark.
const plainer: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  ø: "o",
  œ: "oe",
  ł: "l",
  đ: "d",
  þ: "th",
  ð: "d",
  "&": " and ",
};

/** A slug made from an agency's name; empty when nothing of it can stand in an address. */
export function suggestSlug(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[ßæøœłđþð&]/g, (letter) => plainer[letter] ?? letter)
    .normalize("NFKD")
    .replace(/[\p{M}'’.]/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, SLUG_MAX)
    .replace(/-+$/, "");
  return refuseSlug(slug) === undefined ? slug : "";
}

/** Why a slug is refused, in words for the form, or undefined when it will do. It becomes a label of a host name (RFC 1035 §2.3.1). */
export function refuseSlug(slug: string): string | undefined {
  if (slug.length < SLUG_MIN || slug.length > SLUG_MAX) return `Use ${SLUG_MIN} to ${SLUG_MAX} characters.`;
  if (!/^[a-z0-9-]+$/.test(slug)) return "Use small letters a to z, digits and hyphens.";
  if (slug.startsWith("-") || slug.endsWith("-")) return "Begin and end with a letter or a digit.";
  // Two hyphens there announce an encoded name (RFC 5891 §4.2.3.1), and an encoded name can look like somebody else's.
  if (slug.slice(2, 4) === "--") return "Use no two hyphens after the second character.";
  // Such names are what agencies' own domains point at.
  if (/^c-[a-z2-7]{16}$/.test(slug)) return "This address is kept for Portico itself. Choose a different one.";
  if (reservedSlugs.has(slug)) return "This address is kept for Portico itself. Choose a different one.";
  return undefined;
}

/** A free slug made from an agency's name: the plain one, or with the first number that nobody has; empty when none can be made. */
export async function suggestFreeSlug(db: GlobalDb, name: string): Promise<string> {
  const slug = suggestSlug(name);
  if (!slug) return "";
  const numbered = (number: number) =>
    number === 1 ? slug : `${slug.slice(0, SLUG_MAX - 3).replace(/-+$/, "")}-${number}`;
  const wanted = Array.from({ length: 50 }, (_, i) => numbered(i + 1));
  const rows = await db.selectFrom("agencies").select("slug").where("slug", "in", wanted).execute();
  const taken = new Set(rows.map((row) => row.slug));
  return wanted.find((one) => !taken.has(one)) ?? "";
}

/** The slug for a new agency: the one that was typed, or one made from the name. Throws Invalid at `slug` when it is taken or none can be made. */
export async function chooseSlug(db: GlobalDb, { name, slug }: { name: string; slug: string }): Promise<string> {
  if (!slug) {
    const suggested = await suggestFreeSlug(db, name);
    if (!suggested) throw new Invalid({ slug: "No address can be made from this name. Type one." });
    return suggested;
  }
  if (await findAgencyId(db, slug)) throw new Invalid({ slug: SLUG_TAKEN });
  return slug;
}

/**
 * Makes the agency, its owner's membership, its default host and the first line of its record, and returns the agency's id.
 * Throws Invalid at `slug` when somebody was faster.
 */
export async function createAgency(db: GlobalDb, agency: NewAgency): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    with agency as (
      insert into agencies (slug, name) values (${agency.slug}, ${agency.name})
      on conflict (slug) do nothing
      returning id
    ), owner as (
      insert into memberships (agency_id, member_id, role) select id, ${agency.ownerId}, 'owner' from agency
    ), host as (
      insert into hosts (agency_id, kind, name, verified_at, active_at, selected_at)
      select id, 'default', ${agency.slug}, now(), now(), now() from agency
    ), event as (
      insert into events (agency_id, kind, member_id, address)
      select id, 'agency.created', ${agency.ownerId}, ${agency.address ?? null} from agency
    )
    select id from agency`.execute(db);
  const id = rows[0]?.id;
  if (!id) throw new Invalid({ slug: SLUG_TAKEN });
  return id;
}

/** An agency as the operator's list shows it. */
export type ListedAgency = { id: string; slug: string; name: string; createdAt: Date; owners: string[] };

/** Every agency in the order of their slugs, with the addresses of its owners. */
export async function listAgencies(db: GlobalDb): Promise<ListedAgency[]> {
  const { rows } = await sql<ListedAgency>`
    select a.id, a.slug, a.name, a.created_at as "createdAt",
           coalesce((select json_agg(m.email order by m.email) from memberships ms join members m on m.id = ms.member_id
                     where ms.agency_id = a.id and ms.role = 'owner'), '[]') as owners
    from agencies a order by a.slug`.execute(db);
  return rows;
}

/** The id of the agency with this slug, or undefined. */
export async function findAgencyId(db: GlobalDb, slug: string): Promise<string | undefined> {
  const row = await db.selectFrom("agencies").select("id").where("slug", "=", slug).executeTakeFirst();
  return row?.id;
}
