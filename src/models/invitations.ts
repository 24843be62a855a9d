// Invitations: who of a list would get an invite and who not, and sending them, each with an outcome of its own.
import { type RawBuilder, sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { type ContactSelection, restoreContacts, selectContacts } from "./contacts.ts";
import { beginBatch, type Group, groupOutcomes, sealBatch } from "./email-batches.ts";
import { queueEmails } from "./emails.ts";
import { recordEvent } from "./events.ts";
import { limits } from "./limits.ts";
import { DEFAULT_LIFETIME } from "./magic-links.ts";
import type { PastedPerson } from "./pasted-addresses.ts";
import { enterInvitedAgain } from "./workflow-entrants.ts";

/** A personal message is plain text of at most so many characters. */
export const MESSAGE_MAX = 500;

/**
 * What an invite means for one address. Sent to: `new` (becomes a contact), `invite`, `remind` (invited before), `restore`
 * (revoked; only when asked for this one contact alone). Left out: `waiting` (an invite is on its way), `joined`, `revoked`,
 * `suppressed`, `over-limit`.
 */
export type InviteOutcome =
  | "new"
  | "invite"
  | "remind"
  | "restore"
  | "waiting"
  | "joined"
  | "revoked"
  | "suppressed"
  | "over-limit";

/** Who is to be invited: contacts, addresses, or both. With `remind` false those who were invited before are left out. */
export type InviteList = { contacts: ContactSelection; people: readonly PastedPerson[]; remind: boolean };

/** What would happen to a list: its groups, how many e-mails that makes, how many of them remind, and how long their links work. */
export type InvitePlan = {
  groups: Group<InviteOutcome>[];
  emails: number;
  reminders: number;
  lifetimeSeconds: number;
  pausedReason: string | null;
};

const sendable: readonly InviteOutcome[] = ["new", "invite", "remind", "restore"];

/** The group of an outcome; undefined when nobody is in it. */
export const groupOf = <O extends string>({ groups }: { groups: readonly Group<O>[] }, outcome: O) =>
  groups.find((group) => group.outcome === outcome);

// Inviting one contact by name says what happens to his access; a list says nothing about the revoked ones in it.
const isExplicit = ({ contacts, people }: InviteList) =>
  "ids" in contacts && contacts.ids.length === 1 && people.length === 0;

/** Invites that the agency may still send: what rules.md §5 allows in 24 hours, less what it has sent. */
export const invitesLeft: RawBuilder<number> = sql<number>`(
  select greatest(0, case when agencies.created_at > now() - interval '7 days'
      then ${sql.lit(limits.invitesFirstWeek.max)} else ${sql.lit(limits.invites.max)} end
    - (select count(*) from emails
       where kind = 'invite' and status <> 'cancelled' and queued_at > now() - interval '1 day'))
  from agencies)`;

// One row for each address of the list, with what would happen to it. Contacts come before typed addresses, each in its order.
function outcomes(db: AgencyReader, list: InviteList): RawBuilder<unknown> {
  const emails = list.people.map(({ email }) => email);
  const names = list.people.map(({ name }) => name);
  const sent = sendable.filter((outcome) => list.remind || outcome !== "remind");
  return sql`
    with wanted as (
      select distinct on (email) email, name, part, position
      from (
        select email, '' as name, 0 as part, row_number() over (order by id) as position
        from contacts where id in (${selectContacts(db, list.contacts)})
        union all
        select email, name, 1, position
        from unnest(${emails}::text[], ${names}::text[]) with ordinality as typed (email, name, position)
      ) listed
      order by email, part, position
    ), judged as (
      select contacts.id, wanted.email, coalesce(nullif(contacts.name, ''), wanted.name) as name, contacts.invited_at,
        row_number() over (order by wanted.part, wanted.position) as position,
        case
          when contacts.revoked_at is not null and not ${isExplicit(list)}::boolean then 'revoked'
          when contacts.joined_at is not null and contacts.revoked_at is null then 'joined'
          when suppressions.email is not null then 'suppressed'
          when exists (select from emails where emails.contact_id = contacts.id and emails.kind = 'invite'
            and emails.status in ('queued', 'sending', 'delayed')) and contacts.revoked_at is null then 'waiting'
          when contacts.id is null then 'new'
          when contacts.revoked_at is not null then 'restore'
          when contacts.invited_at is not null then 'remind'
          else 'invite'
        end as outcome
      from wanted
        left join contacts on contacts.email = wanted.email
        left join suppressions on suppressions.email = wanted.email
    )
    select id, email, name, invited_at, position,
      case when outcome = any(${sent}::text[])
          and row_number() over (partition by outcome = any(${sent}::text[]) order by position) > ${invitesLeft}
        then 'over-limit' else outcome end as outcome
    from judged`;
}

/** What inviting a list would do, in one statement for any number of addresses and one for the agency. */
export async function planInvitations(db: AgencyReader, list: InviteList): Promise<InvitePlan> {
  const groups = await groupOutcomes<InviteOutcome>(db, outcomes(db, list));
  const agency = await db
    .selectFrom("agencies")
    .select(["invite_seconds", "sending_paused_reason"])
    .executeTakeFirstOrThrow();
  const emails = groups.filter(({ outcome }) => sendable.includes(outcome) && (list.remind || outcome !== "remind"));
  return {
    groups,
    emails: emails.reduce((sum, { count }) => sum + count, 0),
    reminders: list.remind ? (groupOf({ groups }, "remind")?.count ?? 0) : 0,
    lifetimeSeconds: agency.invite_seconds,
    pausedReason: agency.sending_paused_reason,
  };
}

/** How a list is sent: `batchId` is the form's own, so that it cannot be sent twice. */
export type InviteOrder = { batchId: string; memberId: string; message: string };

/** What was done. `sent` is how many e-mails were queued; `repeated` says that the same form had been sent before, and nothing was done now. */
export type InviteResult = { plan: InvitePlan; sent: number; repeated: boolean };

/**
 * Invites everybody of a list who can be: makes the contacts that are missing, marks them invited (the moment of a first invite
 * stays) and queues their e-mails and jobs, in a fixed number of statements for any number. Without anybody to send to no batch is made.
 */
export async function sendInvitations(db: AgencyDb, list: InviteList, order: InviteOrder): Promise<InviteResult> {
  const fresh = await beginBatch(db, { id: order.batchId, kind: "invite", memberId: order.memberId });
  const plan = await planInvitations(db, list);
  if (!fresh) return { plan, sent: 0, repeated: true };
  if (plan.emails === 0) {
    await db.deleteFrom("email_batches").where("id", "=", order.batchId).execute();
    return { plan, sent: 0, repeated: false };
  }
  await createContacts(db, list, order.memberId);
  if (groupOf(plan, "restore")) await restore(db, list, order);
  else await queueInvites(db, list, order, plan);
  return { plan, sent: await sealBatch(db, order.batchId), repeated: false };
}

async function createContacts(db: AgencyDb, list: InviteList, memberId: string): Promise<void> {
  await sql`
    with created as (
      insert into contacts (email, name)
      select email, name from (${outcomes(db, list)}) outcomes where outcome = 'new' order by position
      on conflict (agency_id, email) do nothing
      returning id
    )
    insert into events (kind, member_id, contact_id) select 'contact.created', ${memberId}::uuid, id from created`.execute(
    db,
  );
}

const emailOf = (order: InviteOrder) => ({
  batchId: order.batchId,
  sentBy: order.memberId,
  personalMessage: order.message || undefined,
});

async function queueInvites(db: AgencyDb, list: InviteList, order: InviteOrder, plan: InvitePlan): Promise<void> {
  const sent = list.remind ? ["invite", "remind"] : ["invite"];
  const chosen = sql<{
    id: string;
  }>`select id from (${outcomes(db, list)}) outcomes where outcome = any(${sent}::text[])`;
  await queueEmails(db, chosen, {
    ...emailOf(order),
    kind: "invite",
    lifetimeSeconds: plan.lifetimeSeconds,
    lane: plan.emails === 1 ? "interactive" : "bulk",
    markInvited: true,
  });
}

// Somebody who had joined cannot join again: his way back in is a login email.
async function restore(db: AgencyDb, { contacts }: InviteList, order: InviteOrder): Promise<void> {
  await restoreContacts(db, contacts, order.memberId);
  const { id, joined_at, invited_at, invite_seconds } = await selectContacts(db, contacts)
    .innerJoin("agencies", "agencies.id", "contacts.agency_id")
    .select(["contacts.joined_at", "contacts.invited_at", "agencies.invite_seconds"])
    .executeTakeFirstOrThrow();
  await queueEmails(db, selectContacts(db, contacts), {
    ...emailOf(order),
    ...(joined_at
      ? { kind: "login-email", lifetimeSeconds: DEFAULT_LIFETIME }
      : { kind: "invite", lifetimeSeconds: invite_seconds, markInvited: true }),
    lane: "interactive",
  });
  if (invited_at && !joined_at) await enterInvitedAgain(db, [id]);
}

/** What an invite that a workflow sends would mean for each of these contacts, in the order in which today's invites are given out. */
export async function judgeInvitations(db: AgencyReader, ids: readonly string[]): Promise<Map<string, InviteOutcome>> {
  const list = { contacts: { ids }, people: [], remind: true };
  const { rows } = await sql<{ id: string; outcome: InviteOutcome }>`
    select id, outcome from (${outcomes(db, list)}) outcomes`.execute(db);
  // nobody restores a contact's access by a workflow
  return new Map(rows.map(({ id, outcome }) => [id, outcome === "restore" ? "revoked" : outcome]));
}

/** Notes that a message with a link of its own invites its contact, who was never invited before; nothing for anybody else. */
export async function markInvited(
  db: AgencyDb,
  contactId: string,
  emailId: string,
  memberId: string | null,
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("contacts")
    .set({ invited_at: sql<Date>`now()` })
    .where("id", "=", contactId)
    .where("invited_at", "is", null)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
  if (numUpdatedRows > 0n)
    await recordEvent(db, { kind: "contact.invited", contactId, emailId, memberId: memberId ?? undefined });
}
