// Hand-overs: a session moves from one host of an agency to another, once, in the browser that asked for it and within a minute.
import { createHash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { AgencyDb } from "../db/schema.ts";

const shape = /^[A-Za-z0-9_-]{43}$/;
const hashOf = (text: string) => createHash("sha256").update(text).digest();
const random = () => randomBytes(32).toString("base64url");

/**
 * Lets the session with this row id move to `host`, named as sessions name theirs, in the browser whose cookie there has this hash.
 * Returns the token, which is stored nowhere and worth nothing in another browser, after 60 seconds, or once it was taken.
 */
export async function offerHandOver(
  db: AgencyDb,
  offer: { sessionId: string; host: string; browserHash: Buffer },
): Promise<string> {
  const token = random();
  await db
    .deleteFrom("hand_overs")
    .where("session_id", "=", offer.sessionId)
    .where("expires_at", "<", sql<Date>`now()`)
    .execute();
  await db
    .insertInto("hand_overs")
    .values({
      token_hash: hashOf(token),
      session_id: offer.sessionId,
      browser_hash: offer.browserHash,
      host: offer.host,
    })
    .execute();
  return token;
}

/**
 * Takes what was offered: the session's row names the new host and gets a new id, so the cookie on the old host is worth nothing from
 * then on. Returns the new id for the cookie, or undefined when there is nothing to take or the session has ended meanwhile.
 */
export async function takeHandOver(
  db: AgencyDb,
  token: string,
  taker: { host: string; browserHash: Buffer; address: string },
): Promise<string | undefined> {
  if (!shape.test(token)) return undefined;
  const id = random();
  const { rows } = await sql`
    with taken as (
      delete from hand_overs where token_hash = ${hashOf(token)}::bytea and host = ${taker.host}::text
        and browser_hash = ${taker.browserHash}::bytea and expires_at > now()
      returning agency_id, session_id
    )
    update contact_sessions session
    set id_hash = ${hashOf(id)}::bytea, host = ${taker.host}::text, address = ${taker.address}::text, last_seen_at = now()
    from taken, contacts contact
    where session.agency_id = taken.agency_id and session.id = taken.session_id and session.host <> ${taker.host}::text
      and contact.agency_id = session.agency_id and contact.id = session.contact_id
      and session.ends_at > now() and session.access_version = contact.access_version and contact.revoked_at is null
    returning session.id
  `.execute(db);
  return rows.length === 1 ? id : undefined;
}
