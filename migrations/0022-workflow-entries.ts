// Who enters a workflow and whose run ends: triggers on what happens to contacts, their tags and their e-mails, one statement for any number.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Every reference is a look-up a row, and a hundred thousand rows come at once: one reference to the version of the workflow says
  // what three said, and takes runs along when the agency or the workflow goes.
  await sql`alter table workflow_versions add unique (agency_id, workflow_id, id)`.execute(db);
  await sql`
    alter table workflow_runs
      drop constraint workflow_runs_agency_id_fkey,
      drop constraint workflow_runs_agency_id_workflow_id_fkey,
      drop constraint workflow_runs_agency_id_version_id_fkey,
      add foreign key (agency_id, workflow_id, version_id) references workflow_versions (agency_id, workflow_id, id) on delete cascade`.execute(
    db,
  );
  // The contact's own reference says it already.
  await sql`alter table contact_tags drop constraint contact_tags_agency_id_fkey`.execute(db);
  // Links that may count as expired unused, by when they end.
  await sql`
    create index access_links_by_end on access_links (agency_id, expires_at) where kind in ('invite', 'login', 'magic')`.execute(
    db,
  );
  // Its two tables hold every row of a statement, and a plan is kept from the first time, when there may have been one: joined row by
  // row, six thousand took 16 s. The same goes for follow_moved_contacts. Groups of jobs switch joining by hash off for themselves.
  await sql`alter function keep_portal_counts() set enable_nestloop = off set enable_hashjoin = on`.execute(db);

  // The one place that says who fits; it is merged into the query that asks, which finds the contacts by its own index.
  await sql`
    create function contacts_fitting(agency uuid, statuses text[], tags text[], not_tags text[], company_part text, domains text[])
    returns setof contacts language sql stable as $$
      select c.* from contacts c
      where c.agency_id = agency and c.revoked_at is null
        and (statuses is null or c.status = any (statuses))
        and (company_part is null or strpos(lower(c.company), lower(company_part)) > 0)
        and (domains is null or split_part(c.email, '@', -1) = any (domains))
        and (tags is null or (select count(*) from contact_tags t
              where t.agency_id = c.agency_id and t.contact_id = c.id and t.tag = any (tags)) = cardinality(tags))
        and (not_tags is null or not exists (select from contact_tags t
              where t.agency_id = c.agency_id and t.contact_id = c.id and t.tag = any (not_tags)))
    $$`.execute(db);

  // A run has the id of its job. In the order of the contacts, so that two who enter the same ones never wait for each other in turn;
  // with memory for a hundred thousand of them.
  await sql`
    create function enter_workflow(entered workflows, contact_ids uuid[]) returns integer language plpgsql set work_mem = '32MB' as $$
    declare made integer;
    begin
      with run as (
        insert into workflow_runs (agency_id, workflow_id, version_id, contact_id, ends_on_join, due_at)
        select entered.agency_id, entered.id, version.id, fit.id, version.ends_on_join, now()
        from workflow_versions version, unnest(contact_ids) given (id),
             contacts_fitting(entered.agency_id, entered.if_statuses, entered.if_tags, entered.if_not_tags, entered.if_company,
                              entered.if_email_domains) fit
        where version.agency_id = entered.agency_id and version.id = entered.current_id and fit.id = given.id
        order by fit.id
        on conflict (agency_id, contact_id, workflow_id) where ended_at is null do nothing
        returning agency_id, id
      ), job as (
        insert into jobs (agency_id, id, kind, lane) select agency_id, id, 'run-workflow', 'bulk' from run
      )
      select count(*) into made from run;
      return made;
    end $$`.execute(db);

  // A job that somebody holds finds its run over. Waiting for it could be waiting for somebody who waits for this contact.
  await sql`
    create function drop_run_jobs(agency uuid, run_ids uuid[]) returns void language sql as $$
      delete from jobs where agency_id = agency and id in (
        select id from jobs where agency_id = agency and id = any (run_ids) and lease_id is null for update skip locked)
    $$`.execute(db);

  // The jobs go in a statement of their own: one that was given back while this one waited for its run is seen by it.
  await sql`
    create function end_workflow_runs(agency uuid, contact_ids uuid[], why text, on_join boolean) returns void language plpgsql as $$
    declare ended uuid[];
    begin
      with open as (
        select id from workflow_runs
        where agency_id = agency and contact_id = any (contact_ids) and ended_at is null and (ends_on_join or not on_join)
        order by contact_id, workflow_id for no key update
      ), stopped as (
        update workflow_runs run set state = 'stopped', reason = why, ended_at = now(), due_at = null
        from open where run.agency_id = agency and run.id = open.id
        returning run.id
      )
      select array_agg(id) into ended from stopped;
      if ended is not null then
        perform drop_run_jobs(agency, ended);
      end if;
    end $$`.execute(db);

  await sql`
    create function enter_new_contacts() returns trigger language plpgsql as $$
    declare entered workflows;
    begin
      for entered in
        select * from workflows w
        where trigger = 'contact-created' and enabled_at is not null and paused_at is null and removed_at is null
          and exists (select from came where came.agency_id = w.agency_id)
        order by agency_id, id
      loop
        perform enter_workflow(entered, array(select id from came where agency_id = entered.agency_id));
      end loop;
      return null;
    end $$`.execute(db);

  await sql`
    create function follow_moved_contacts() returns trigger language plpgsql
    set enable_nestloop = off set enable_hashjoin = on as $$
    declare
      agency uuid;
      revoked uuid[];
      joined uuid[];
      invited uuid[];
      signed_in uuid[];
    begin
      for agency in select distinct agency_id from workflows where current_id is not null and removed_at is null loop
        select array_agg(came.id) filter (where went.revoked_at is null and came.revoked_at is not null),
               array_agg(came.id) filter (where went.joined_at is null and came.joined_at is not null),
               array_agg(came.id) filter (where went.invited_at is null and came.invited_at is not null),
               array_agg(came.id) filter (where came.last_sign_in_at is not null
                 and came.last_sign_in_at is distinct from went.last_sign_in_at)
        into revoked, joined, invited, signed_in
        from came join went on went.agency_id = came.agency_id and went.id = came.id
        where came.agency_id = agency
          and (came.revoked_at, came.joined_at, came.invited_at, came.last_sign_in_at)
            is distinct from (went.revoked_at, went.joined_at, went.invited_at, went.last_sign_in_at);
        perform follow_contacts(agency, revoked, joined, invited, signed_in);
      end loop;
      return null;
    end $$`.execute(db);
  await sql`
    create function follow_contacts(agency uuid, revoked uuid[], joined uuid[], invited uuid[], signed_in uuid[]) returns void
    language plpgsql set enable_nestloop = on as $$
    declare
      entered workflows;
      moved uuid[];
    begin
      if revoked is not null then
        perform end_workflow_runs(agency, revoked, 'Access was revoked.', false);
      end if;
      if joined is not null then
        perform end_workflow_runs(agency, joined, 'Joined.', true);
      end if;
      if coalesce(joined, invited, signed_in) is null then
        return;
      end if;
      for entered in
        select * from workflows
        where agency_id = agency and trigger in ('joined', 'invited', 'signed-in')
          and enabled_at is not null and paused_at is null and removed_at is null
        order by id
      loop
        moved := case entered.trigger when 'joined' then joined when 'invited' then invited else signed_in end;
        if moved is not null then
          perform enter_workflow(entered, moved);
        end if;
      end loop;
    end $$`.execute(db);

  await sql`
    create function follow_changed_tags() returns trigger language plpgsql as $$
    declare
      entered workflows;
      moved uuid[];
    begin
      -- The tags are gathered once, and only where a workflow waits for one at all.
      for entered in
        select * from workflows
        where trigger = tg_argv[0] and enabled_at is not null and paused_at is null and removed_at is null
          and trigger_tag = any (array(select distinct tag from changed))
        order by agency_id, id
      loop
        moved := array(select contact_id from changed where agency_id = entered.agency_id and tag = entered.trigger_tag);
        if cardinality(moved) > 0 then
          perform enter_workflow(entered, moved);
        end if;
      end loop;
      return null;
    end $$`.execute(db);

  // What bounces at an address that the contact no longer has says nothing about him.
  await sql`
    create function follow_bounced_email() returns trigger language plpgsql as $$
    declare entered workflows;
    begin
      if not exists (select from workflows where agency_id = new.agency_id)
        or not exists (select from contacts where agency_id = new.agency_id and id = new.contact_id and email = new.to_email) then
        return null;
      end if;
      perform end_workflow_runs(new.agency_id, array[new.contact_id], 'An email bounced.', false);
      for entered in
        select * from workflows
        where agency_id = new.agency_id and trigger = 'email-bounced'
          and enabled_at is not null and paused_at is null and removed_at is null
        order by id
      loop
        perform enter_workflow(entered, array[new.contact_id]);
      end loop;
      return null;
    end $$`.execute(db);

  // The step that queued the e-mail failed after all: from there the run may be run again, also when it was through already.
  await sql`
    create function fail_run_of_email() returns trigger language plpgsql as $$
    begin
      update workflow_runs set state = 'failed', reason = new.reason, ended_at = coalesce(ended_at, now()), due_at = null
      where agency_id = new.agency_id and id = new.workflow_run_id and state in ('running', 'done');
      if not found then
        return null;
      end if;
      update workflow_run_steps set outcome = 'failed', reason = new.reason
      where agency_id = new.agency_id and run_id = new.workflow_run_id and email_id = new.id and outcome = 'done';
      perform drop_run_jobs(new.agency_id, array[new.workflow_run_id]);
      return null;
    end $$`.execute(db);

  await sql`
    create trigger contacts_enter after insert on contacts referencing new table as came
      for each statement execute function enter_new_contacts()`.execute(db);
  await sql`
    create trigger contacts_followed after update on contacts referencing old table as went new table as came
      for each statement execute function follow_moved_contacts()`.execute(db);
  await sql`
    create trigger contact_tags_added after insert on contact_tags referencing new table as changed
      for each statement execute function follow_changed_tags('tag-added')`.execute(db);
  await sql`
    create trigger contact_tags_removed after delete on contact_tags referencing old table as changed
      for each statement execute function follow_changed_tags('tag-removed')`.execute(db);
  await sql`
    create trigger emails_bounced after update of status on emails for each row
      when (new.status = 'bounced' and old.status <> 'bounced' and new.contact_id is not null)
      execute function follow_bounced_email()`.execute(db);
  await sql`
    create trigger emails_of_runs_failed after update of status on emails for each row
      when (new.workflow_run_id is not null and new.status in ('failed', 'suppressed') and old.status <> new.status)
      execute function fail_run_of_email()`.execute(db);
}
