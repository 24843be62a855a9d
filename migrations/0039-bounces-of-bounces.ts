// A workflow that a bounce starts does not start again by its own e-mail's bounce: a full mailbox would be written to without end.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // As in 0022, but for the e-mails that such a workflow sent; as with links that expire unused, what answers them ends there.
  await sql`
    create or replace function follow_bounced_email() returns trigger language plpgsql as $$
    declare entered workflows;
    begin
      if not exists (select from workflows where agency_id = new.agency_id)
        or not exists (select from contacts where agency_id = new.agency_id and id = new.contact_id and email = new.to_email) then
        return null;
      end if;
      perform end_workflow_runs(new.agency_id, array[new.contact_id], 'An email bounced.', false);
      if exists (
        select from workflow_runs run join workflows sender on sender.agency_id = run.agency_id and sender.id = run.workflow_id
        where run.agency_id = new.agency_id and run.id = new.workflow_run_id and sender.trigger = 'email-bounced') then
        return null;
      end if;
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
}
