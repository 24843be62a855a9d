// An agency's team: who is on it with which role, asking somebody in, changing a role, and letting somebody go.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader, GlobalDb, Role } from "../db/schema.ts";
import { enqueuePlatformJob } from "../jobs/queue.ts";
import { Forbidden, Invalid, NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";
import { hasRole } from "./people.ts";

export type TeamRole = Role;

/** A member of the team. `waiting`: he was asked in and has not signed in since. `lastSignInAt` is the last one at this agency. */
export type Teammate = {
  id: string;
  name: string;
  role: Role;
  waiting: boolean;
  addedAt: Date;
  addedBy: string | null;
  lastSignInAt: Date | null;
};

/** Whoever changes the team, with his own role. */
export type TeamManager = { id: string; role: Role };

/** The roles that this member may give: nobody makes more of another than he is himself. */
export function rolesToGive(role: Role): readonly Role[] {
  return (["owner", "admin", "member", "viewer"] as const).filter((one) => hasRole(role, one));
}

/** Everybody on the team, owners first, then by name. Addresses are asked for apart: `listTeamAddresses`. */
export async function listTeam(db: AgencyReader): Promise<Teammate[]> {
  const { rows } = await sql<Omit<Teammate, "waiting"> & { invited: boolean; rank: number }>`
    select member.id, member.name, ms.role, ms.created_at as "addedAt", inviter.name as "addedBy",
      ms.invited_by is not null as invited, signed_in.at as "lastSignInAt"
    from memberships ms
    join members member on member.id = ms.member_id
    left join members inviter on inviter.id = ms.invited_by
    left join lateral (
      -- what he did before he was asked in, on another team, is not this one's to see
      select max(at) as at from events
      where kind = 'member.signed-in' and member_id = ms.member_id and at >= ms.created_at
    ) signed_in on true
    order by array_position(array['owner', 'admin', 'member', 'viewer'], ms.role), lower(member.name), member.id`.execute(
    db,
  );
  return rows.map(({ invited, ...row }) => ({ ...row, waiting: invited && row.lastSignInAt === null }));
}

/** The addresses of everybody on an agency's team, by the member's id. */
export async function listTeamAddresses(db: GlobalDb, agencyId: string): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom("memberships")
    .innerJoin("members", "members.id", "memberships.member_id")
    .select(["members.id", "members.email"])
    .where("memberships.agency_id", "=", agencyId)
    .execute();
  return new Map(rows.map(({ id, email }) => [id, email]));
}

/**
 * Puts a person on the team and queues the mail that says so. One without an account gets it here, with `passwordHash` standing in
 * until he chooses a password by the mail's link. Returns the member's id. Throws Invalid at `email` for somebody who is on the team.
 */
export async function addTeammate(
  db: GlobalDb,
  person: { agencyId: string; email: string; name: string; role: Role; passwordHash: string; by: TeamManager },
): Promise<string> {
  await requireRankNow(db, person);
  const { rows } = await sql<{ id: string }>`
    with made as (
      insert into members (email, name, password_hash) values (${person.email}, ${person.name}, ${person.passwordHash})
      on conflict (email) do nothing returning id
    ), found as (
      select id from made union all select id from members where email = ${person.email} limit 1
    )
    insert into memberships (agency_id, member_id, role, invited_by)
    select ${person.agencyId}, id, ${person.role}, ${person.by.id} from found
    on conflict (agency_id, member_id) do nothing
    returning member_id as id`.execute(db);
  const id = rows[0]?.id;
  if (!id) throw new Invalid({ email: "This person is on the team already." });
  await requestTeamMail(db, person.agencyId, person.email);
  await sql`
    insert into events (agency_id, kind, member_id, data)
    values (${person.agencyId}, 'member.added', ${person.by.id},
            ${JSON.stringify({ member: id, before: null, after: person.role })}::jsonb)`.execute(db);
  return id;
}

/** Queues the mail to somebody who was asked in, once more. */
export async function requestTeamMail(db: GlobalDb, agencyId: string, email: string): Promise<void> {
  const { id } = await db
    .insertInto("member_mail_requests")
    .values({ kind: "invite", email, agency_id: agencyId })
    .returning("id")
    .executeTakeFirstOrThrow();
  await enqueuePlatformJob(db, { kind: "send-member-reset", lane: "interactive", payload: { requestId: id } });
}

/** Gives a member another role; false when he had it. Throws NotFound, Forbidden, Invalid at `role`. */
export async function changeTeamRole(db: AgencyDb, memberId: string, role: Role, by: TeamManager): Promise<boolean> {
  const mate = await lockTeammate(db, memberId, by);
  requireRank(mate.self, role);
  if (mate.role === role) return false;
  await db.updateTable("memberships").set({ role }).where("member_id", "=", memberId).execute();
  await recordEvent(db, {
    kind: "member.role-changed",
    memberId: by.id,
    data: { member: memberId, before: mate.role, after: role },
  });
  return true;
}

/** Takes a member off the team, from his next request on. Throws NotFound, Forbidden, Invalid at `role`. */
export async function removeTeammate(db: AgencyDb, memberId: string, by: TeamManager): Promise<void> {
  const mate = await lockTeammate(db, memberId, by);
  await db.deleteFrom("memberships").where("member_id", "=", memberId).execute();
  await recordEvent(db, {
    kind: "member.removed",
    memberId: by.id,
    data: { member: memberId, before: mate.role, after: null },
  });
}

/** The links of somebody who is on no team any more: an invite that was withdrawn leads nowhere. */
export async function withdrawTeamLinks(db: GlobalDb, memberId: string): Promise<void> {
  await sql`
    update member_links set used_at = now()
    where member_id = ${memberId} and used_at is null
      and not exists (select from memberships where member_id = ${memberId})`.execute(db);
}

// All of the team is locked in one order, so that two owners who change each other come one after the other: one of them stays.
async function lockTeammate(
  db: AgencyDb,
  memberId: string,
  by: TeamManager,
): Promise<{ role: Role; self: { role: Role } }> {
  const { rows } = await sql<{ id: string; role: Role }>`
    select member_id as id, role from memberships order by member_id for update`.execute(db);
  const mate = rows.find(({ id }) => id === memberId);
  const self = rows.find(({ id }) => id === by.id);
  if (!mate) throw new NotFound("The team has no such member.");
  if (memberId === by.id) throw new Invalid({ role: "Somebody else changes your own place on the team." });
  if (!self) throw new NotFound("Whoever asks is not on the team any more.");
  requireRank(self, mate.role);
  return { role: mate.role, self };
}

// By what he is now, not by what he was when his request was let in.
async function requireRankNow(db: GlobalDb, { agencyId, role, by }: { agencyId: string; role: Role; by: TeamManager }) {
  const self = await db
    .selectFrom("memberships")
    .select("role")
    .where("agency_id", "=", agencyId)
    .where("member_id", "=", by.id)
    .executeTakeFirst();
  if (!self) throw new NotFound("Whoever asks is not on the team any more.");
  requireRank(self, role);
}

function requireRank({ role }: { role: Role }, other: Role): void {
  if (!hasRole(role, "admin") || !hasRole(role, other)) throw new Forbidden(`This needs the role ${other}.`);
}
