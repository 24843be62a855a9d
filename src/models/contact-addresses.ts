// Putting a contact's address right, and sending again what did not arrive at the wrong one.
import { sql } from "kysely";
import type { AgencyDb } from "../db/schema.ts";
import { cancelEmailsTo, queueEmail, queueEmails } from "./emails.ts";
import { Invalid, LimitReached, NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";
import { invitesLeft } from "./invitations.ts";
import { DEFAULT_LIFETIME } from "./magic-links.ts";

/** `email` is in the form that parseAddress gives. */
export type AddressChange = { contactId: string; email: string; memberId: string };

const UNIQUE_VIOLATION = "23505";
const taken = (name = "") => new Invalid({ email: `${name || "Another contact"} has this address already.` });

/**
 * Gives a contact another address and sends the invite, or to somebody who has joined a login email, there, all or nothing. Whatever
 * was made for the old address dies with it: links, codes, sessions and e-mails that wait. A mailbox that had been proven is told.
 * Returns what was sent. Throws NotFound, Invalid for an address that cannot be taken, LimitReached for an invite too many today.
 */
export async function fixAddress(db: AgencyDb, change: AddressChange): Promise<"invite" | "login-email"> {
  const { contactId, memberId } = change;
  const contact = await lockContact(db, change);
  await moveAddress(db, change);
  await db.deleteFrom("contact_sessions").where("contact_id", "=", contactId).execute();
  await db.deleteFrom("sign_in_codes").where("contact_id", "=", contactId).execute();
  await cancelEmailsTo(db, contactId, contact.email, memberId);
  await recordEvent(db, { kind: "contact.changed", contactId, memberId, data: { changed: "address" } });
  if (contact.tellable)
    await queueEmail(db, {
      kind: "email-changed",
      contactId,
      toEmail: contact.email,
      lifetimeSeconds: 86_400,
      lane: "interactive",
    });
  const kind = contact.joined_at ? "login-email" : "invite";
  if (kind === "invite") {
    if (contact.left < 1) throw new LimitReached("No more invites can be sent today.", 3_600);
    await recordEvent(db, {
      kind: "contact.invited",
      contactId,
      memberId,
      data: { again: contact.invited_at !== null },
    });
  }
  await queueEmails(db, [contactId], {
    kind,
    sentBy: memberId,
    lifetimeSeconds: kind === "invite" ? contact.invite_seconds : DEFAULT_LIFETIME,
    lane: "interactive",
    markInvited: kind === "invite",
  });
  return kind;
}

async function lockContact(db: AgencyDb, { contactId, email }: AddressChange) {
  const contact = await db
    .selectFrom("contacts")
    .innerJoin("agencies", "agencies.id", "contacts.agency_id")
    .select(["contacts.email", "contacts.joined_at", "contacts.invited_at", "contacts.revoked_at"])
    .select(["agencies.invite_seconds", invitesLeft.as("left")])
    .select(
      sql<boolean>`contacts.email_proven_at is not null
        and not exists (select from suppressions where suppressions.email = contacts.email)`.as("tellable"),
    )
    .select(sql<string | null>`(select other.name from contacts other where other.email = ${email})`.as("holder"))
    .select(sql<boolean>`exists (select from suppressions where suppressions.email = ${email})`.as("suppressed"))
    .where("contacts.id", "=", contactId)
    .forNoKeyUpdate("contacts")
    .executeTakeFirst();
  if (!contact) throw new NotFound("No such contact.");
  if (contact.revoked_at) throw new Invalid({ email: "Access was revoked. Restore it first." });
  if (contact.email === email) throw new Invalid({ email: "This is the address that did not work." });
  if (contact.holder !== null) throw taken(contact.holder);
  if (contact.suppressed)
    throw new Invalid({ email: "This address is suppressed too. Remove it from the suppressed addresses first." });
  return contact;
}

// The new mailbox is not proven: its first proof drops a password that was set before, as for everybody (rules.md §1).
async function moveAddress(db: AgencyDb, { contactId, email }: AddressChange): Promise<void> {
  try {
    await db
      .updateTable("contacts")
      .set((eb) => ({ email, access_version: eb("access_version", "+", 1), email_proven_at: null }))
      .where("id", "=", contactId)
      .execute();
  } catch (error) {
    // somebody else was given it between the look and now
    if (error instanceof Error && "code" in error && error.code === UNIQUE_VIOLATION) throw taken();
    throw error;
  }
}
