// Members as the web layer meets them: their sessions as rows, and which agencies they may enter with which role.
import { hash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { GlobalDb, Role } from "../db/schema.ts";
import { createStatement } from "./statement.ts";

/** An agency that a member belongs to, with his role there. */
export type Membership = {
  agencyId: string;
  slug: string;
  name: string;
  timeZone: string;
  role: Role;
  /** How many of its e-mails failed, at most `MOST_FAILED`; counted for the agency that is visited alone. */
  failedEmails: number;
};

/** As far as failed e-mails are counted. */
export const MOST_FAILED = 100;

/** Who a member's session belongs to; memberships in the order of the agencies' names. */
export type MemberVisit = { member: { id: string; name: string; email: string }; memberships: Membership[] };

export type NewMemberSession = {
  memberId: string;
  method: "password" | "sign-up" | "reset";
  address: string;
  userAgent: string;
};

const RANK: Record<Role, number> = { viewer: 0, member: 1, admin: 2, owner: 3 };

/** Whether `role` may do what asks for `needed`; each role may do all that the ones before it may: viewer, member, admin, owner. */
export function hasRole(role: Role, needed: Role): boolean {
  return RANK[role] >= RANK[needed];
}

/** SHA-256 of a bearer secret, the only form of it that is stored. */
export function hashOf(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}

/** Starts a session and returns its id, which only the cookie holds. It ends after 12 hours without a request, or after 7 days. */
export async function startMemberSession(db: GlobalDb, session: NewMemberSession): Promise<string> {
  const id = randomBytes(32).toString("base64url");
  await db
    .insertInto("member_sessions")
    .values({
      id_hash: hashOf(id),
      member_id: session.memberId,
      method: session.method,
      address: session.address,
      user_agent: session.userAgent.slice(0, 300),
      ends_at: sql<Date>`now() + interval '7 days'`,
    })
    .execute();
  return id;
}

type VisitRow = { id: string; name: string; email: string; memberships: Membership[] | null };

const findVisit = createStatement<{ idHash: Buffer; visited: string | null }, VisitRow>(
  (place) => sql<VisitRow>`
    with seen as (
      update member_sessions set last_seen_at = now()
      where id_hash = ${place("idHash")}::bytea and ends_at > now()
        and last_seen_at between now() - interval '12 hours' and now() - interval '1 minute'
    )
    select m.id, m.name, m.email, (
      select json_agg(json_build_object('agencyId', a.id, 'slug', a.slug, 'name', a.name, 'timeZone', a.time_zone, 'role', ms.role, 'failedEmails',
               case when a.slug = ${place("visited")}::text then (
                 select count(*) from (select from emails where emails.agency_id = a.id and emails.status = 'failed' limit ${sql.lit(MOST_FAILED)}) failed
               ) else 0 end)
             order by a.name, a.slug)
      from memberships ms join agencies a on a.id = ms.agency_id where ms.member_id = m.id
    ) as memberships
    from member_sessions s join members m on m.id = s.member_id
    where s.id_hash = ${place("idHash")}::bytea and s.ends_at > now() and s.last_seen_at > now() - interval '12 hours'`,
);

/** The visit behind a session id, or undefined when it is unknown, ended or idle for too long. One statement, which also notes that the member was seen. `visited` is the slug of the agency that the path names. */
export async function findMemberVisit(
  db: GlobalDb,
  sessionId: string,
  visited?: string,
): Promise<MemberVisit | undefined> {
  const [row] = await findVisit(db, { idHash: hashOf(sessionId), visited: visited ?? null });
  if (!row) return undefined;
  return { member: { id: row.id, name: row.name, email: row.email }, memberships: row.memberships ?? [] };
}

/** Ends one session; an unknown id is no error. */
export async function endMemberSession(db: GlobalDb, sessionId: string): Promise<void> {
  await db.deleteFrom("member_sessions").where("id_hash", "=", hashOf(sessionId)).execute();
}

/** Ends every session of a member, such as after a new password. */
export async function endMemberSessions(db: GlobalDb, memberId: string): Promise<void> {
  await db.deleteFrom("member_sessions").where("member_id", "=", memberId).execute();
}
