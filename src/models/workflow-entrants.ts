// Who would enter a workflow now if those who are there already are let in, and letting them in.
import { type RawBuilder, sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { type Definition, parseDefinition } from "./workflow-definitions.ts";
import { isUnused } from "./workflow-schedule.ts";
import { getWorkflow } from "./workflows.ts";

/** How many they are, with the first few by name; `atLeast` says that there are more than were counted. */
export type Entrants = { count: number; atLeast: boolean; first: { id: string; name: string; email: string }[] };

const SHOWN = 5;
const COUNTED = 10_000;

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

/** Lets everybody enter whom countEntrants counts, as the current version says, in one statement; returns how many. */
export async function enterEntrants(db: AgencyDb, id: string): Promise<number> {
  const { current } = await getWorkflow(db, id);
  if (!current) return 0;
  const { rows } = await sql<{ entered: number }>`
    select enter_workflow(workflows, array(select contact.id from ${entrants(current, id)})) as entered
    from workflows where id = ${id}::uuid`.execute(db);
  return rows[0]?.entered ?? 0;
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
