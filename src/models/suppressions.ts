// Addresses that the agency does not write to any more, because a server said that they do not exist; each can be released.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader, SuppressionKind } from "../db/schema.ts";
import { NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";

/** A suppressed address and the reason in words. */
export type Suppression = { email: string; reason: string; createdAt: Date };

/** Suppresses an address for the agency; an address that is suppressed already keeps its first reason. */
export async function suppressAddress(
  db: AgencyDb,
  email: string,
  reason: string,
  { kind = "bounce", emailId }: { kind?: SuppressionKind; emailId?: string | undefined } = {},
): Promise<void> {
  await db
    .insertInto("suppressions")
    .values({ email, reason, kind, email_id: emailId ?? null })
    .onConflict((conflict) => conflict.columns(["agency_id", "email"]).doNothing())
    .execute();
}

/** Lets the agency write to the address again. Throws NotFound when it is not suppressed. */
export async function releaseSuppression(db: AgencyDb, email: string, memberId: string): Promise<void> {
  const released = await db.deleteFrom("suppressions").where("email", "=", email).returning("email").executeTakeFirst();
  if (!released) throw new NotFound("This address is not suppressed.");
  const contact = await db.selectFrom("contacts").select("id").where("email", "=", email).executeTakeFirst();
  await recordEvent(db, { kind: "email.released", memberId, contactId: contact?.id });
}

/** The suppressed ones of some addresses. */
export async function findSuppressions(db: AgencyReader, emails: readonly string[]): Promise<Suppression[]> {
  return await db
    .selectFrom("suppressions")
    .select(["email", "reason", "created_at as createdAt"])
    .where(sql<boolean>`email = any(${[...emails]}::text[])`)
    .execute();
}

/** A suppressed address as the list shows it, with the contact whose address it is. */
export type ListedSuppression = Suppression & { kind: SuppressionKind; contactId: string | null; name: string };

/** One page of the list; `next` is the address to give as `after` for what follows, undefined at the end. */
export type SuppressionsPage = { suppressions: ListedSuppression[]; next: string | undefined };

/**
 * Suppressed addresses in alphabetical order, a page at a time, which is the order of their key. `q` is a part of an address.
 * The agency has as many as servers refused, thousands at most, so a search reads them all.
 */
export async function listSuppressions(
  db: AgencyReader,
  { q = "", after, limit = 50 }: { q?: string | undefined; after?: string | undefined; limit?: number } = {},
): Promise<SuppressionsPage> {
  const { rows } = await sql<ListedSuppression>`
    select suppressions.email, suppressions.reason, suppressions.kind, suppressions.created_at as "createdAt",
           contacts.id as "contactId", coalesce(contacts.name, '') as name
    from suppressions left join contacts on contacts.agency_id = suppressions.agency_id and contacts.email = suppressions.email
    where position(${q.trim().toLowerCase()} in suppressions.email) > 0
      ${after === undefined ? sql`` : sql`and suppressions.email > ${after}`}
    order by suppressions.email limit ${limit + 1}`.execute(db);
  const suppressions = rows.slice(0, limit);
  return { suppressions, next: rows.length > limit ? suppressions.at(-1)?.email : undefined };
}
