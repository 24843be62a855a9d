// Login emails: who of a selection would get one now, who an invite instead and who none, and sending them.
import { type RawBuilder, sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { type ContactSelection, selectContacts } from "./contacts.ts";
import { beginBatch, type Group, groupOutcomes, sealBatch } from "./email-batches.ts";
import { queueEmails } from "./emails.ts";
import { groupOf, invitesLeft } from "./invitations.ts";

/** A contact gets at most one login email from the agency's staff in so many minutes (rules.md §5). */
export const PAUSE_MINUTES = 10;

/**
 * What a login email means for one contact: `login` gets it; `invite` is not invited yet and may get an invite instead; left out
 * are `recent` (had one within ten minutes), `revoked`, `suppressed` and `over-limit` (an invite too many today).
 */
export type LoginOutcome = "login" | "invite" | "recent" | "revoked" | "suppressed" | "over-limit";

/** What would happen to a selection. `waitSeconds` is the longest until somebody of `recent` may have the next one. */
export type LoginPlan = {
  groups: Group<LoginOutcome>[];
  total: number;
  logins: number;
  invites: number;
  waitSeconds: number;
  pausedReason: string | null;
};

// An e-mail that never went out keeps nobody from the next one.
const keeping = sql`kind = 'login-email' and queued_at > now() - make_interval(mins => ${sql.lit(PAUSE_MINUTES)})
    and status not in ('bounced', 'suppressed', 'failed', 'cancelled')`;
const recent = sql`select contact_id, max(queued_at) as queued_at from emails where ${keeping} group by contact_id`;

function outcomes(db: AgencyReader, contacts: ContactSelection): RawBuilder<unknown> {
  return sql`
    with judged as (
      select contacts.id, contacts.email, contacts.name, contacts.invited_at,
        row_number() over (order by contacts.sort_name, contacts.id) as position,
        case
          when contacts.revoked_at is not null then 'revoked'
          when suppressions.email is not null then 'suppressed'
          when contacts.invited_at is null and contacts.joined_at is null then 'invite'
          when recent.contact_id is not null then 'recent'
          else 'login'
        end as outcome
      from contacts
        left join suppressions on suppressions.email = contacts.email
        left join (${recent}) recent on recent.contact_id = contacts.id
      where contacts.id in (${selectContacts(db, contacts)})
    )
    select id, email, name, invited_at, position,
      case when outcome = 'invite' and row_number() over (partition by outcome order by position) > ${invitesLeft}
        then 'over-limit' else outcome end as outcome
    from judged`;
}

/** What sending to a selection would do, in one statement for any number of contacts and one for the agency. */
export async function planLoginEmails(db: AgencyReader, contacts: ContactSelection): Promise<LoginPlan> {
  const groups = await groupOutcomes<LoginOutcome>(db, outcomes(db, contacts));
  const agency = await db
    .selectFrom("agencies")
    .select([
      "sending_paused_reason",
      sql<number>`coalesce((
        select extract(epoch from max(queued_at) + make_interval(mins => ${sql.lit(PAUSE_MINUTES)}) - now())::int
        from (${recent}) recent where contact_id in (${selectContacts(db, contacts)})), 0)`.as("wait"),
    ])
    .executeTakeFirstOrThrow();
  return {
    groups,
    total: groups.reduce((sum, { count }) => sum + count, 0),
    logins: groupOf({ groups }, "login")?.count ?? 0,
    invites: groupOf({ groups }, "invite")?.count ?? 0,
    waitSeconds: Math.max(0, agency.wait),
    pausedReason: agency.sending_paused_reason,
  };
}

/** How a selection is sent to: `batchId` is the form's own, so that it cannot be sent twice; `invite` sends invites to those not invited yet. */
export type LoginOrder = {
  batchId: string;
  memberId: string;
  destination: string;
  lifetimeSeconds: number;
  invite: boolean;
};

/** What was done. `sent` is how many e-mails were queued, invites included; `repeated` says that the same form had been sent before. */
export type LoginResult = { plan: LoginPlan; sent: number; repeated: boolean };

/**
 * Queues login emails, and invites when they are wanted, with their jobs: a fixed number of statements for any number of contacts.
 * Without anybody to send to no batch is made.
 */
export async function sendLoginEmails(
  db: AgencyDb,
  contacts: ContactSelection,
  order: LoginOrder,
): Promise<LoginResult> {
  const fresh = await beginBatch(db, { id: order.batchId, kind: "login-email", memberId: order.memberId });
  const plan = await planLoginEmails(db, contacts);
  if (!fresh) return { plan, sent: 0, repeated: true };
  const emails = plan.logins + (order.invite ? plan.invites : 0);
  if (emails === 0) {
    await db.deleteFrom("email_batches").where("id", "=", order.batchId).execute();
    return { plan, sent: 0, repeated: false };
  }
  const shared = {
    batchId: order.batchId,
    sentBy: order.memberId,
    lane: emails === 1 ? ("interactive" as const) : ("bulk" as const),
  };
  const chosen = (outcome: LoginOutcome) =>
    sql<{ id: string }>`select id from (${outcomes(db, contacts)}) outcomes where outcome = ${outcome}`;
  // Logins first: once somebody is invited, a second look at the plan would send him a login email too.
  if (plan.logins > 0)
    await queueEmails(db, chosen("login"), {
      ...shared,
      kind: "login-email",
      destination: order.destination,
      lifetimeSeconds: order.lifetimeSeconds,
    });
  if (order.invite && plan.invites > 0) {
    const { invite_seconds } = await db.selectFrom("agencies").select("invite_seconds").executeTakeFirstOrThrow();
    await queueEmails(db, chosen("invite"), {
      ...shared,
      kind: "invite",
      lifetimeSeconds: invite_seconds,
      markInvited: true,
    });
  }
  return { plan, sent: await sealBatch(db, order.batchId), repeated: false };
}

/**
 * What a login email that a workflow sends would mean for each of these contacts. `until` is when somebody of `recent` may have the
 * next one. Who was never invited is `invite`: he gets none.
 */
export async function judgeLoginEmails(
  db: AgencyReader,
  ids: readonly string[],
): Promise<Map<string, { outcome: Exclude<LoginOutcome, "over-limit">; until: Date | null }>> {
  const { rows } = await sql<{ id: string; outcome: Exclude<LoginOutcome, "over-limit">; until: Date | null }>`
    select contacts.id, recent.until,
      case
        when contacts.revoked_at is not null then 'revoked'
        when exists (select from suppressions where suppressions.email = contacts.email) then 'suppressed'
        when contacts.invited_at is null and contacts.joined_at is null then 'invite'
        when recent.until is not null then 'recent'
        else 'login'
      end as outcome
    from contacts cross join lateral (
      select max(queued_at) + make_interval(mins => ${sql.lit(PAUSE_MINUTES)}) as until
      from emails where emails.contact_id = contacts.id and ${keeping}
    ) recent
    where contacts.id = any(${[...ids]}::uuid[])`.execute(db);
  return new Map(rows.map(({ id, ...judged }) => [id, judged]));
}
