// Six-digit codes beside a sign-in link: for the browser that asked, ten minutes, five tries, one use.
import { createHmac, randomInt, timingSafeEqual } from "node:crypto";
import { sql } from "kysely";
import type { AgencyDb } from "../db/schema.ts";
import { type Entry, noLink, openContactSession, type Visit } from "./contact-sessions.ts";
import { NotFound } from "./errors.ts";

/** How long a code works, in seconds. */
export const CODE_SECONDS = 600;
const TRIES = 5;

// Six digits are guessed from a plain hash in a moment, so a key that is not in the database goes in.
const hmac = (key: Buffer, emailId: string, browserHash: Buffer, code: string) =>
  createHmac("sha256", key).update(`${emailId}\n`).update(browserHash).update(code).digest();

/**
 * Makes the code of one sign-in e-mail for the browser with this hash and returns its six digits, which are kept nowhere; an
 * earlier code of the same e-mail stops working. `key` is the server's. Throws NotFound for a contact who is unknown or revoked.
 */
export async function createSignInCode(
  db: AgencyDb,
  input: { emailId: string; contactId: string; browserHash: Buffer },
  key: Buffer,
): Promise<string> {
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  const proof = hmac(key, input.emailId, input.browserHash, code);
  const { rows } = await sql`
    insert into sign_in_codes (email_id, contact_id, browser_hash, code_hmac, access_version, expires_at)
    select ${input.emailId}::uuid, id, ${input.browserHash}::bytea, ${proof}::bytea, access_version,
      now() + make_interval(secs => ${CODE_SECONDS}::int)
    from contacts where id = ${input.contactId}::uuid and revoked_at is null
    on conflict (agency_id, email_id) do update set
      code_hmac = excluded.code_hmac, browser_hash = excluded.browser_hash, access_version = excluded.access_version,
      expires_at = excluded.expires_at, created_at = now(), tries = 0, used_at = null
    returning email_id
  `.execute(db);
  if (!rows[0]) throw new NotFound("No contact to make a code for.");
  return code;
}

/** The digits that somebody typed or pasted, without spaces and dashes; undefined when they are not six. */
export function parseCode(text: string): string | undefined {
  const digits = text.normalize("NFKC").replace(/[\s-]/gu, "");
  return /^\d{6}$/.test(digits) ? digits : undefined;
}

/**
 * Signs in the contact whose code this is, once; undefined for a wrong, late, used or foreign code. Every live code of the
 * browser loses a try before anything is compared, so that no number of parallel guesses gets more than five.
 */
export async function redeemSignInCode(
  db: AgencyDb,
  input: { code: string; browserHash: Buffer },
  key: Buffer,
  visit: Visit,
): Promise<Entry | undefined> {
  const tried = await db
    .updateTable("sign_in_codes")
    .set((eb) => ({ tries: eb("tries", "+", 1) }))
    .where("browser_hash", "=", input.browserHash)
    .where("used_at", "is", null)
    .where("expires_at", ">", sql<Date>`now()`)
    .where("tries", "<", TRIES)
    .returning(["email_id", "code_hmac"])
    .execute();
  const matching = tried.filter(({ email_id, code_hmac }) =>
    timingSafeEqual(code_hmac, hmac(key, email_id, input.browserHash, input.code)),
  );
  const emailId = matching[0]?.email_id;
  if (!emailId) return undefined;
  const holder = sql`
    select code.email_id, contact.id as contact_id, ${noLink}, true as proves, false as closes
    from sign_in_codes code
      join contacts contact on contact.agency_id = code.agency_id and contact.id = code.contact_id
    where code.email_id = ${emailId}::uuid
      and code.used_at is null
      and code.expires_at > now()
      and contact.revoked_at is null
      and contact.access_version = code.access_version
    for no key update of code, contact`;
  const mark = sql`update sign_in_codes code set used_at = now() from holder where code.email_id = holder.email_id`;
  return openContactSession(db, { method: "code", holder, mark }, visit);
}
