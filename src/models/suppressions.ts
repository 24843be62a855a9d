// Addresses that the agency does not write to any more, because a server said that they do not exist; each can be released.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";

/** A suppressed address and the reason in words. */
export type Suppression = { email: string; reason: string; createdAt: Date };

/** Suppresses an address for the agency; an address that is suppressed already keeps its first reason. */
export async function suppressAddress(db: AgencyDb, email: string, reason: string): Promise<void> {
  await db
    .insertInto("suppressions")
    .values({ email, reason })
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

/** Every suppressed address, newest first, at most `limit`. */
export async function listSuppressions(db: AgencyReader, limit = 500): Promise<Suppression[]> {
  return await db
    .selectFrom("suppressions")
    .select(["email", "reason", "created_at as createdAt"])
    .orderBy("created_at", "desc")
    .limit(limit)
    .execute();
}
