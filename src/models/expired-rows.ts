// Housekeeping: deletes rows that have ended and that nobody will ask about again. Links and e-mails stay, they are the record.
import { sql } from "kysely";
import type { AgencyDb, GlobalDb } from "../db/schema.ts";
import { deleteUnsavedBrandImages } from "./brand-images.ts";

/** Deletes what is over in one agency: sessions a week after they ended, codes and unanswered requests a day after, images that were never saved. */
export async function deleteExpired(db: AgencyDb): Promise<void> {
  await db.deleteFrom("contact_sessions").where("ends_at", "<", sql<Date>`now() - interval '7 days'`).execute();
  await db.deleteFrom("sign_in_codes").where("expires_at", "<", sql<Date>`now() - interval '1 day'`).execute();
  await db.deleteFrom("mail_requests").where("created_at", "<", sql<Date>`now() - interval '1 day'`).execute();
  await deleteUnsavedBrandImages(db);
}

/** Deletes what is over and belongs to no agency: limits, members' sessions and links, requests that nobody could answer. */
export async function deleteExpiredShared(db: GlobalDb): Promise<void> {
  await db.deleteFrom("limits").where("window_ends_at", "<", sql<Date>`now()`).execute();
  await db.deleteFrom("member_sessions").where("ends_at", "<", sql<Date>`now() - interval '7 days'`).execute();
  await db.deleteFrom("member_links").where("expires_at", "<", sql<Date>`now() - interval '1 day'`).execute();
  // a link to reset a password is over within the hour, a place on a team waits for a relay that is away for days
  await sql`
    delete from member_mail_requests
    where created_at < now() - case kind when 'invite' then interval '7 days' else interval '1 day' end`.execute(db);
}

/** Every agency's id. */
export async function listAgencyIds(db: GlobalDb): Promise<string[]> {
  const rows = await db.selectFrom("agencies").select("id").orderBy("id").execute();
  return rows.map(({ id }) => id);
}
