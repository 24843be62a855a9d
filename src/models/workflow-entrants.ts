// Who would enter a workflow now if those who are there already are let in, and letting them in.
import { type RawBuilder, sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { type Definition, parseDefinition } from "./workflow-definitions.ts";
import { isEnteringNow, isUnused } from "./workflow-schedule.ts";
import { getWorkflow } from "./workflows.ts";

/** How many they are, with the first few by name; `atLeast` says that there are more than were counted. */
export type Entrants = { count: number; atLeast: boolean; first: { id: string; name: string; email: string }[] };

const SHOWN = 5;
const COUNTED = 10_000;
// So many contacts are looked at in one transaction: a tenth of a second when all of them enter.
const PIECE = 5_000;
const FIRST = "00000000-0000-0000-0000-000000000000";

/**
 * Who would enter now: of a workflow, by id, as its draft says where it has one, without those whose run is open; or of a definition.
 * Throws NotFound.
 */
export async function countEntrants(db: AgencyReader, which: string | Definition): Promise<Entrants> {
  const id = typeof which === "string" ? which : undefined;
  const definition = typeof which === "string" ? (await getWorkflow(db, which)).definition : parseDefinition(which);
  const { rows } = await sql<{ count: number; first: Entrants["first"] }>`
    with entrants as (select contact.id, contact.name, contact.email from ${entrants(definition, id)} limit ${COUNTED + 1})
    select (select count(*) from entrants)::int as count,
           (select coalesce(jsonb_agg(shown), '[]') from (select * from entrants limit ${SHOWN}) shown) as first`.execute(
    db,
  );
  const { count, first } = rows[0] ?? { count: 0, first: [] };
  return { count: Math.min(count, COUNTED), atLeast: count > COUNTED, first };
}

/** Begins to let in whom countEntrants counts: the first piece at once. Returns how many entered, and whether there are more to look through. */
export async function beginEntering(db: AgencyDb, id: string): Promise<{ entered: number; more: boolean }> {
  await db.updateTable("workflows").set({ entering_after: FIRST }).where("id", "=", id).execute();
  const entered = await enterPiece(db, id);
  return { entered: entered ?? 0, more: await isEntering(db, id) };
}

/**
 * Lets in those who match among the next 5,000 contacts, as the current version says; not whoever has entered since the workflow was
 * switched on. Returns how many, or undefined when there is nothing left to look through or the workflow stands still.
 */
export async function enterPiece(db: AgencyDb, id: string): Promise<number | undefined> {
  // the lock makes two pieces at once come one after the other
  const workflow = await db
    .selectFrom("workflows")
    .innerJoin("workflow_versions as version", (join) =>
      join.onRef("version.agency_id", "=", "workflows.agency_id").onRef("version.id", "=", "workflows.current_id"),
    )
    .select(["workflows.entering_after as after", "version.definition"])
    .where("workflows.id", "=", id)
    .where(isEnteringNow)
    .forNoKeyUpdate("workflows")
    .executeTakeFirst();
  if (!workflow?.after) return undefined;
  const { rows } = await sql<{ entered: number }>`
    with piece as materialized (select id from contacts where id > ${workflow.after}::uuid order by id limit ${sql.lit(PIECE)}),
    last as (select id from piece order by id offset ${sql.lit(PIECE - 1)} limit 1),
    entering as materialized (
      select enter_workflow(workflows, array(
        select contact.id from ${entrants(parseDefinition(workflow.definition), id)}
          and contact.id = any(array(select id from piece))
          and not exists (select from workflow_runs run where run.agency_id = contact.agency_id and run.contact_id = contact.id
            and run.workflow_id = workflows.id and run.entered_at >= workflows.enabled_at))) as entered
      from workflows where id = ${id}::uuid
    )
    update workflows set entering_after = (select id from last), entered_existing = entered_existing + entering.entered
    from entering where workflows.id = ${id}::uuid returning entering.entered`.execute(db);
  return rows[0]?.entered ?? 0;
}

/** Whether some of those who matched when it was switched on have not been looked at yet, paused or not. */
export async function isEntering(db: AgencyReader, id: string): Promise<boolean> {
  const found = await db
    .selectFrom("workflows")
    .select("id")
    .where("id", "=", id)
    .where("entering_after", "is not", null)
    .executeTakeFirst();
  return found !== undefined;
}

/** Lets contacts enter as if invited for the first time, though the moment of their first invite stays: access was taken from them since. */
export async function enterInvitedAgain(db: AgencyDb, contactIds: readonly string[]): Promise<void> {
  await sql`select follow_contacts(current_agency(), null, null, ${[...contactIds]}::uuid[], null)`.execute(db);
}

// Who fits is said in SQL once, for the triggers and for this.
function entrants({ trigger, conditions }: Definition, id: string | undefined): RawBuilder<unknown> {
  const some = (list: readonly string[]) => (list.length > 0 ? [...list] : null);
  return sql`
    contacts_fitting(current_agency(), ${some(conditions.statuses)}::text[], ${some(conditions.tags)}::text[],
      ${some(conditions.notTags)}::text[], ${conditions.company || null}::text, ${some(conditions.emailDomains)}::text[]) contact
    where ${isThere(trigger)}
      and not exists (select from workflow_runs run where run.agency_id = contact.agency_id and run.contact_id = contact.id
        and run.workflow_id = ${id ?? null}::uuid and run.ended_at is null)`;
}

// Who is now as if what starts the workflow had just happened to him.
function isThere({ on, tag = "", days = 0 }: Definition["trigger"]): RawBuilder<boolean> {
  const back = sql`now() - make_interval(days => ${days}::int)`;
  switch (on) {
    case "contact-created":
      return sql<boolean>`true`;
    case "tag-added":
      return sql<boolean>`exists (select from contact_tags tagged
        where tagged.agency_id = contact.agency_id and tagged.contact_id = contact.id and tagged.tag = ${tag})`;
    case "tag-removed":
      return sql<boolean>`false`;
    case "invited":
      return sql<boolean>`contact.status = 'invited'`;
    case "not-joined":
      return sql<boolean>`contact.status = 'invited' and contact.invited_at <= ${back}`;
    case "joined":
      return sql<boolean>`contact.status = 'joined'`;
    case "signed-in":
      return sql<boolean>`contact.status = 'joined' and contact.last_sign_in_at is not null`;
    case "not-signed-in":
      return sql<boolean>`contact.status = 'joined' and contact.last_sign_in_at <= ${back}`;
    case "link-expired":
      return sql<boolean>`exists (select from access_links link
        where link.agency_id = contact.agency_id and link.contact_id = contact.id and link.expires_at <= now() and ${isUnused})`;
    case "email-bounced":
      return sql<boolean>`(select status from emails newest
        where newest.agency_id = contact.agency_id and newest.contact_id = contact.id
        order by queued_at desc, id desc limit 1) = 'bounced'`;
  }
}
