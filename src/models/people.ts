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

type VisitRow = { place: number; id: string; name: string; email: string; memberships: Membership[] | null };

// Whoever is being noted as seen by another process at this moment need not be noted twice, and two that wait for each other's rows
// would be a deadlock.
const findVisits = createStatement<{ idHashes: Buffer[]; visited: (string | null)[] }, VisitRow>(
  (place) => sql<VisitRow>`
    with due as (
      select id_hash from member_sessions
      where id_hash = any(${place("idHashes")}::bytea[]) and ends_at > now()
        and last_seen_at between now() - interval '12 hours' and now() - interval '1 minute'
      for no key update skip locked
    ), seen as (
      update member_sessions set last_seen_at = now() where id_hash in (select id_hash from due)
    )
    select asked.place::int as place, m.id, m.name, m.email, (
      select json_agg(json_build_object('agencyId', a.id, 'slug', a.slug, 'name', a.name, 'timeZone', a.time_zone, 'role', ms.role, 'failedEmails',
               case when a.slug = asked.visited then (
                 select count(*) from (select from emails where emails.agency_id = a.id and emails.status = 'failed' limit ${sql.lit(MOST_FAILED)}) failed
               ) else 0 end)
             order by a.name, a.slug)
      from memberships ms join agencies a on a.id = ms.agency_id where ms.member_id = m.id
    ) as memberships
    from unnest(${place("idHashes")}::bytea[], ${place("visited")}::text[]) with ordinality as asked (id_hash, visited, place)
      join member_sessions s on s.id_hash = asked.id_hash join members m on m.id = s.member_id
    where s.ends_at > now() and s.last_seen_at > now() - interval '12 hours'`,
);

/** Who comes: the id of his session, and the slug of the agency that the path names. */
export type Visiting = { sessionId: string; visited?: string | undefined };

/**
 * The visits behind session ids, in their order: undefined for one that is unknown, ended or idle for too long. One statement, which also
 * notes that the members were seen.
 */
export async function findMemberVisits(
  db: GlobalDb,
  visiting: readonly Visiting[],
): Promise<(MemberVisit | undefined)[]> {
  const rows = await findVisits(db, {
    idHashes: visiting.map(({ sessionId }) => hashOf(sessionId)),
    // a null character, which no text of PostgreSQL holds, would fail everybody in the statement
    visited: visiting.map(({ visited }) => visited?.replaceAll("\0", "") ?? null),
  });
  const visits = visiting.map((): MemberVisit | undefined => undefined);
  for (const { place, id, name, email, memberships } of rows)
    visits[place - 1] = { member: { id, name, email }, memberships: memberships ?? [] };
  return visits;
}

/** The visit behind one session id. */
export async function findMemberVisit(db: GlobalDb, sessionId: string): Promise<MemberVisit | undefined> {
  return (await findMemberVisits(db, [{ sessionId }]))[0];
}

/** Ends one session; an unknown id is no error. */
export async function endMemberSession(db: GlobalDb, sessionId: string): Promise<void> {
  await db.deleteFrom("member_sessions").where("id_hash", "=", hashOf(sessionId)).execute();
}

/** Ends every session of a member, such as after a new password. */
export async function endMemberSessions(db: GlobalDb, memberId: string): Promise<void> {
  await db.deleteFrom("member_sessions").where("member_id", "=", memberId).execute();
}
