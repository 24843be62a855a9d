// When somebody has to look for contacts whose moment has come: the job of each workflow that is on and that time alone starts.
import { type RawBuilder, sql } from "kysely";
import type { AgencyDb, WorkflowTrigger } from "../db/schema.ts";
import { wakeJob } from "../jobs/queue.ts";

/** Seconds between two looks. */
export const LOOK_SECONDS = 300;

/** From now on its moments count, if time starts it and it is on: those of before do not. Its job looks in five minutes, or now if there are still some to let in. */
export async function followSchedule(db: AgencyDb, id: string): Promise<void> {
  const looking = await db
    .updateTable("workflows")
    .set({ scanned_to: sql<Date | null>`case when ${isFollowed} then now() else scanned_to end` })
    .where("id", "=", id)
    .where((where) => where.or([isEnteringNow, isFollowed]))
    .returning(
      sql<Date>`case when entering_after is null then now() + make_interval(secs => ${LOOK_SECONDS}) else now() end`.as(
        "runAt",
      ),
    )
    .executeTakeFirst();
  if (looking) await wakeJob(db, id, { kind: "enter-workflow", lane: "bulk", runAt: looking.runAt });
}

/** Whether it is on, and those who matched when it was switched on have not all been looked at, as a condition over `workflows`. */
export const isEnteringNow = sql<boolean>`(entering_after is not null
  and enabled_at is not null and paused_at is null and removed_at is null)`;

const isFollowed = sql<boolean>`(trigger in ('not-joined', 'not-signed-in', 'link-expired')
  and enabled_at is not null and paused_at is null and removed_at is null)`;

/**
 * Lets everybody enter whose moment has come since the last look, in one statement. Undefined when there is nothing to look for any
 * more, else how many entered.
 */
export async function enterWhoseTimeCame(db: AgencyDb, id: string): Promise<number | undefined> {
  const looked = await db
    .updateTable("workflows")
    .set({ scanned_to: sql<Date>`now()` })
    .where("id", "=", id)
    .where(isFollowed)
    .returning(["trigger", "trigger_days", sql<string | null>`old.scanned_to::text`.as("after")])
    .executeTakeFirst();
  if (!looked?.trigger) return undefined;
  // To the microsecond, so that no moment counts twice; and no coalesce, which would keep the range from the index under row-level
  // security.
  const after = looked.after === null ? sql`now()` : sql`${looked.after}::timestamptz`;
  const moved = whoseMoment(looked.trigger, looked.trigger_days ?? 0, after);
  const { rows } = await sql<{ entered: number }>`
    select enter_workflow(workflows, array(${moved})) as entered from workflows where id = ${id}::uuid`.execute(db);
  return rows[0]?.entered ?? 0;
}

// Contacts whose moment lies after `after` and not after now. The moments are spelled as in the indexes: contacts_by_status_and_invited,
// contacts_by_status_and_sign_in and access_links_by_end.
function whoseMoment(trigger: WorkflowTrigger, days: number, after: RawBuilder<unknown>): RawBuilder<unknown> {
  const moment = (column: string, status: string) => {
    const at = sql.raw(`(case when ${column} is null then '-infinity'::timestamptz else ${column} end)`);
    const back = sql`make_interval(days => ${days}::int)`;
    return sql`
      select contacts.id from contacts
      where status = ${sql.lit(status)} and ${at} > ${after} - ${back} and ${at} <= now() - ${back}`;
  };
  switch (trigger) {
    case "not-joined":
      return moment("invited_at", "invited");
    case "not-signed-in":
      return moment("last_sign_in_at", "joined");
    default:
      return sql`
        select link.contact_id from access_links link
        where link.expires_at > ${after} and link.expires_at <= now() and ${isUnused}`;
  }
}

/**
 * Whether a `link` that has expired counts as unused: one that was sent or handed to the contact and never brought him in. A link
 * that he asked for himself on the sign-in page is his own affair, and an invite is when he has joined by another. One that a workflow
 * sent because another had expired ends there, or whoever never answers would be written to without end.
 */
export const isUnused: RawBuilder<boolean> = sql<boolean>`(
  link.kind in ('invite', 'login', 'magic') and link.use_count = 0 and link.used_at is null and link.revoked_at is null
  and not (link.kind = 'invite' and exists (select from contacts c
    where c.agency_id = link.agency_id and c.id = link.contact_id and c.joined_at is not null))
  and not exists (
    select from emails
      left join workflow_runs run on run.agency_id = emails.agency_id and run.id = emails.workflow_run_id
      left join workflows sender on sender.agency_id = run.agency_id and sender.id = run.workflow_id
    where emails.agency_id = link.agency_id and emails.id = link.email_id
      and (emails.kind = 'sign-in-link' or sender.trigger = 'link-expired')))`;

/** Brings back looks that were set aside after errors, or lost. */
export async function reviveWorkflowEntries(db: AgencyDb): Promise<void> {
  await sql`
    insert into jobs (id, kind, lane)
    select id, 'enter-workflow', 'bulk' from workflows
    where ${isEnteringNow} or (${isFollowed} and coalesce(scanned_to, enabled_at) < now() - interval '15 minutes')
    on conflict (agency_id, id) do update set quarantined_at = null, crashes = 0, attempts = 0, run_at = now()
    where jobs.quarantined_at is not null`.execute(db);
}
