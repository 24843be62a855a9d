// Members: an agency's staff, their passwords and the links that let them choose a new one. Hashing happens outside; these verbs take and give hashes.
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { GlobalDb, Role } from "../db/schema.ts";
import { enqueuePlatformJob } from "../jobs/queue.ts";
import { Invalid } from "./errors.ts";
import { hashOf } from "./people.ts";

/** How long the link works that an operator hands to a new member, in seconds. */
export const FIRST_PASSWORD_SECONDS = 7 * 86_400;

/** The words for an address that has an account. */
export const EMAIL_TAKEN = "This email has an account already. Sign in, then add the agency there.";

/** A member's id and the hash that a typed password is checked against. */
export type MemberPassword = { memberId: string; hash: string };

/** The member with this address, or undefined; verify a password all the same, so that both take as long. */
export async function findMemberPassword(db: GlobalDb, email: string): Promise<MemberPassword | undefined> {
  const row = await db
    .selectFrom("members")
    .select(["id", "password_hash"])
    .where("email", "=", email)
    .executeTakeFirst();
  return row && { memberId: row.id, hash: row.password_hash };
}

/** Makes a member and returns his id. Throws Invalid at `email` when the address has an account. */
export async function createMember(
  db: GlobalDb,
  member: { email: string; name: string; passwordHash: string },
): Promise<string> {
  const row = await db
    .insertInto("members")
    .values({ email: member.email, name: member.name, password_hash: member.passwordHash })
    .onConflict((conflict) => conflict.column("email").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (!row) throw new Invalid({ email: EMAIL_TAKEN });
  return row.id;
}

/** Gives a member a role in an agency, or another role than before. */
export async function joinAgency(
  db: GlobalDb,
  membership: { agencyId: string; memberId: string; role: Exclude<Role, "owner"> },
): Promise<void> {
  await db
    .insertInto("memberships")
    .values({ agency_id: membership.agencyId, member_id: membership.memberId, role: membership.role })
    .execute();
}

/** Whether the member belongs to the agency already. */
export async function isMemberOf(db: GlobalDb, memberId: string, agencyId: string): Promise<boolean> {
  const row = await db
    .selectFrom("memberships")
    .select("role")
    .where("agency_id", "=", agencyId)
    .where("member_id", "=", memberId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether the password is still the one that was checked; the row stays locked, so it cannot change before a session stands. */
export async function holdMemberPassword(db: GlobalDb, { memberId, hash }: MemberPassword): Promise<boolean> {
  const { rows } = await sql`
    select 1 from members where id = ${memberId} and password_hash = ${hash} for share`.execute(db);
  return rows.length === 1;
}

/** Puts a newer hash of the same password in the place of `old`, when parameters have risen. */
export async function renewMemberHash(
  db: GlobalDb,
  { memberId, hash: old }: MemberPassword,
  hash: string,
): Promise<void> {
  await db
    .updateTable("members")
    .set({ password_hash: hash })
    .where("id", "=", memberId)
    .where("password_hash", "=", old)
    .execute();
}

/** The slugs of the member's agencies in the order of their names. */
export async function listAgencySlugs(db: GlobalDb, memberId: string): Promise<string[]> {
  const rows = await db
    .selectFrom("memberships")
    .innerJoin("agencies", "agencies.id", "memberships.agency_id")
    .select("agencies.slug")
    .where("memberships.member_id", "=", memberId)
    .orderBy("agencies.name")
    .orderBy("agencies.slug")
    .execute();
  return rows.map((row) => row.slug);
}

/** Adds the sign-in to the record of every agency that the member may enter with it. */
export async function recordMemberSignIn(db: GlobalDb, memberId: string, address: string): Promise<void> {
  await sql`
    insert into events (agency_id, kind, member_id, address)
    select agency_id, 'member.signed-in', member_id, ${address} from memberships where member_id = ${memberId}`.execute(
    db,
  );
}

/** Asks for a link to this address, whether or not it has an account: one row and one job, the same work for both. */
export async function requestMemberReset(db: GlobalDb, email: string): Promise<void> {
  const { id } = await db
    .insertInto("member_mail_requests")
    .values({ kind: "reset", email })
    .returning("id")
    .executeTakeFirstOrThrow();
  await enqueuePlatformJob(db, { kind: "send-member-reset", lane: "interactive", payload: { requestId: id } });
}

/** Makes a link that sets the member's password once within `seconds`, and returns its token, which is stored nowhere. */
export async function createMemberLink(db: GlobalDb, memberId: string, seconds: number): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await db
    .insertInto("member_links")
    .values({
      token_hash: hashOf(token),
      member_id: memberId,
      kind: "reset",
      expires_at: sql<Date>`now() + make_interval(secs => ${seconds})`,
    })
    .execute();
  return token;
}

/** What a link's token leads to: `state` says why it does not work any more. */
export type MemberLink = { memberId: string; email: string; state: "good" | "used" | "expired" };

/** Looks a link up and changes nothing; undefined for a token that was never made. */
export async function findMemberLink(db: GlobalDb, token: string): Promise<MemberLink | undefined> {
  return await db
    .selectFrom("member_links")
    .innerJoin("members", "members.id", "member_links.member_id")
    .where("token_hash", "=", hashOf(token))
    .select([
      "members.id as memberId",
      "members.email",
      sql<
        MemberLink["state"]
      >`case when used_at is not null then 'used' when expires_at <= now() then 'expired' else 'good' end`.as("state"),
    ])
    .executeTakeFirst();
}

/**
 * Sets the password that a link's holder chose and returns the member's id; undefined when the link does not work any more. One
 * statement, so of two at once one wins; every session of the member ends with it, and so does every other link of his.
 */
export async function redeemMemberLink(db: GlobalDb, token: string, passwordHash: string): Promise<string | undefined> {
  const { rows } = await sql<{ member_id: string }>`
    with holder as (
      -- The member is locked first, so that two links of one member are redeemed one after the other.
      select members.id, members.email from member_links join members on members.id = member_links.member_id
      where token_hash = ${hashOf(token)} and used_at is null and expires_at > now()
      for update of members
    ), used as (
      update member_links set used_at = now() from holder
      where token_hash = ${hashOf(token)} and used_at is null
      returning member_id
    ), changed as (
      update members set password_hash = ${passwordHash}, password_changed_at = now()
      from used where members.id = used.member_id
    ), closed as (
      delete from member_sessions using used where member_sessions.member_id = used.member_id
    ), withdrawn as (
      update member_links set used_at = now() from used
      where member_links.member_id = used.member_id and member_links.used_at is null and token_hash <> ${hashOf(token)}
    )
    select member_id from used`.execute(db);
  return rows[0]?.member_id;
}
