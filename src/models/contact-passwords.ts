// Passwords of contacts: found, checked and set; hashing happens outside of every transaction, so these verbs take and give hashes.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import {
  type Entry,
  endOtherSessions,
  noLink,
  openContactSession,
  renewContactSession,
  type Visit,
} from "./contact-sessions.ts";
import { NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";

/**
 * The contact with this address and the hash to check a typed password against. The hash is undefined for a contact without a
 * password and for a revoked one, as it is for nobody: verify all the same, so that each takes as long.
 */
export async function findContactPassword(
  db: AgencyReader,
  email: string,
): Promise<{ contactId: string | undefined; hash: string | undefined }> {
  const row = await db
    .selectFrom("contacts")
    .where("email", "=", email)
    .where("revoked_at", "is", null)
    .select(["id", "password_hash"])
    .executeTakeFirst();
  return { contactId: row?.id, hash: row?.password_hash ?? undefined };
}

/** The hash of a signed-in contact's own password; undefined when he has none. */
export async function findOwnPassword(db: AgencyReader, contactId: string): Promise<string | undefined> {
  const row = await db.selectFrom("contacts").where("id", "=", contactId).select("password_hash").executeTakeFirst();
  return row?.password_hash ?? undefined;
}

/** Signs in a contact whose password was just checked against `hash`; undefined when it has changed since or access was revoked. */
export async function signInWithPassword(
  db: AgencyDb,
  checked: { contactId: string; hash: string },
  visit: Visit,
): Promise<Entry | undefined> {
  const holder = sql`
    select id as contact_id, ${noLink}, false as proves, false as closes
    from contacts
    where id = ${checked.contactId}::uuid and password_hash = ${checked.hash}::text and revoked_at is null
    for no key update`;
  return openContactSession(db, { method: "password", holder }, visit);
}

/**
 * Sets a contact's password and returns the new id of the session that did it; every other session ends, and so do reset links
 * still under way. `current` is the hash that the old password was checked against, null when there is none to replace, undefined
 * after a reset link, when it is not asked for. Throws NotFound when that has changed meanwhile or the session has ended.
 */
export async function setContactPassword(
  db: AgencyDb,
  contact: { id: string; sessionId: string; address: string },
  hash: string,
  current: string | null | undefined,
): Promise<string> {
  const { numUpdatedRows } = await db
    .updateTable("contacts")
    .set({
      password_hash: hash,
      password_set_at: sql`now()`,
      password_offered_at: sql`coalesce(password_offered_at, now())`,
    })
    .where("id", "=", contact.id)
    .where("revoked_at", "is", null)
    .$if(current === null, (query) => query.where("password_hash", "is", null))
    .$if(typeof current === "string", (query) => query.where("password_hash", "=", current ?? ""))
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw new NotFound("The password has changed meanwhile.");
  const sessionId = await renewContactSession(db, contact.sessionId);
  await endOtherSessions(db, contact.id, contact.sessionId);
  await db
    .updateTable("access_links")
    .set({ revoked_at: sql`now()` })
    .where("contact_id", "=", contact.id)
    .where("kind", "=", "reset")
    .where("used_at", "is", null)
    .where("revoked_at", "is", null)
    .execute();
  await recordEvent(db, { kind: "contact.password-set", contactId: contact.id, address: contact.address });
  return sessionId;
}

/** Puts a newer hash of the same password in the place of `old`, when parameters have risen. */
export async function renewPasswordHash(db: AgencyDb, contactId: string, old: string, hash: string): Promise<void> {
  await db
    .updateTable("contacts")
    .set({ password_hash: hash })
    .where("id", "=", contactId)
    .where("password_hash", "=", old)
    .execute();
}
