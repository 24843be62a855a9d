// What a hundred thousand contacts cost that enter a workflow at once: references checked row by row become one look for all of them.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await dropEventReference(db);
  await dropContactReference(db);
  await keepVersions(db);
  await enterUnderLocks(db);
}

// A reference is a look-up and a lock a row, and every event of an agency looked up and locked the one row of the agency. Its policy
// stamps the agency already, and agencies that go take their events along as before.
async function dropEventReference(db: Kysely<unknown>): Promise<void> {
  await sql`alter table events drop constraint events_agency_id_fkey`.execute(db);
  await sql`
    create function remove_events_of_agencies() returns trigger language plpgsql as $$
    begin
      delete from events where agency_id in (select id from went);
      return null;
    end $$`.execute(db);
  await sql`
    create trigger agencies_went after delete on agencies referencing old table as went
      for each statement execute function remove_events_of_agencies()`.execute(db);
}

// Only enter_workflow makes runs, and it holds the contacts while it does. Whoever deletes contacts takes their runs along, and the jobs
// of these, which would stand until their moment otherwise.
async function dropContactReference(db: Kysely<unknown>): Promise<void> {
  await sql`alter table workflow_runs drop constraint workflow_runs_agency_id_contact_id_fkey`.execute(db);
  await sql`
    create function remove_runs_of_contacts() returns trigger language plpgsql as $$
    declare
      agency uuid;
      ids uuid[];
      open uuid[];
    begin
      for agency, ids in select agency_id, array_agg(id) from went group by agency_id loop
        with gone as (
          delete from workflow_runs where agency_id = agency and contact_id = any (ids) returning id, ended_at
        )
        select array_agg(id) into open from gone where ended_at is null;
        if open is not null then
          perform drop_run_jobs(agency, open);
        end if;
      end loop;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger contacts_left after delete on contacts referencing old table as went
      for each statement execute function remove_runs_of_contacts()`.execute(db);
}

// No version is ever deleted but with its workflow by hand.
async function keepVersions(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table workflow_runs drop constraint workflow_runs_agency_id_workflow_id_version_id_fkey`.execute(db);
  await sql`
    create function remove_runs_of_versions() returns trigger language plpgsql as $$
    begin
      delete from workflow_runs run using went
      where run.agency_id = went.agency_id and run.workflow_id = went.workflow_id and run.version_id = went.id;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger workflow_versions_went after delete on workflow_versions referencing old table as went
      for each statement execute function remove_runs_of_versions()`.execute(db);
}

// As before, but for the locks that the references took.
async function enterUnderLocks(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function enter_workflow(entered workflows, contact_ids uuid[]) returns integer
    language plpgsql set work_mem = '32MB' as $$
    declare
      version workflow_versions;
      made integer;
    begin
      select * into version from workflow_versions where agency_id = entered.agency_id and id = entered.current_id for key share;
      if not found then
        return 0;
      end if;
      with run as (
        insert into workflow_runs (agency_id, workflow_id, version_id, contact_id, ends_on_join, due_at)
        select entered.agency_id, entered.id, version.id, held.id, version.ends_on_join, now()
        from (
          select contacts.id
          from unnest(contact_ids) given (id),
               contacts_fitting(entered.agency_id, entered.if_statuses, entered.if_tags, entered.if_not_tags, entered.if_company,
                                entered.if_email_domains) fit, contacts
          where fit.id = given.id and contacts.agency_id = entered.agency_id and contacts.id = fit.id
          order by contacts.id
          for key share of contacts
        ) held
        on conflict (agency_id, contact_id, workflow_id) where ended_at is null do nothing
        returning agency_id, id
      ), job as (
        insert into jobs (agency_id, id, kind, lane) select agency_id, id, 'run-workflow', 'bulk' from run
      )
      select count(*) into made from run;
      return made;
    end $$`.execute(db);
}
