// The roles and the one function through which a table becomes a tenant's: deny by default, one policy, stamped agency_id.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Roles belong to the whole cluster and two databases may migrate at once, so each is made only when missing.
  await sql`
    do $$
    declare role_name text;
    begin
      foreach role_name in array array['portico_app', 'portico_directory', 'portico_search'] loop
        begin
          execute format('create role %I nologin nosuperuser nobypassrls', role_name);
        exception when duplicate_object or unique_violation then null;
        end;
        begin
          execute format('grant %I to current_user', role_name);
        exception when others then null;
        end;
      end loop;
    end $$`.execute(db);
  await sql`create extension if not exists pg_trgm`.execute(db);
  await sql`create extension if not exists btree_gin`.execute(db);
  await sql`revoke all on schema public from public`.execute(db);
  await sql`grant usage on schema public to portico_app, portico_directory, portico_search`.execute(db);

  await sql`
    create function current_agency() returns uuid language sql stable
    return nullif(current_setting('app.agency_id', true), '')::uuid`.execute(db);

  // The policy spells current_setting out: wrapped in a select the planner cannot see the value and picks a worse index.
  await sql`
    create function protect_table(target regclass) returns void language plpgsql as $$
    begin
      execute format('alter table %s alter column agency_id set default current_agency()', target);
      execute format('alter table %s alter column agency_id set not null', target);
      execute format('alter table %s enable row level security', target);
      execute format('alter table %s force row level security', target);
      execute format(
        'create policy agency on %s to portico_app
           using (agency_id = nullif(current_setting(''app.agency_id'', true), '''')::uuid)
           with check (agency_id = nullif(current_setting(''app.agency_id'', true), '''')::uuid)', target);
      execute format('grant select, insert, update, delete on %s to portico_app', target);
    end $$`.execute(db);

  // For the few tables that the directory reads across agencies; the verbs are granted one by one.
  await sql`
    create function open_to_directory(target regclass, verbs text) returns void language plpgsql as $$
    begin
      execute format('create policy directory on %s to portico_directory using (true) with check (true)', target);
      execute format('grant %s on %s to portico_directory', verbs, target);
    end $$`.execute(db);
}
