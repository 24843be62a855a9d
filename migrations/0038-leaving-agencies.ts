// An operator may delete an agency: what leaves something behind for the agency as it goes does so while there still is one.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Whoever deletes contacts leaves a line in the agency's counts. Taken along by the agency they left one in the counts of nobody,
  // which the reference from there refused, and with it the whole deletion. Jobs and records have no reference: a worker that holds a
  // job finds it gone. The agency is named because row-level security holds for a login that owns the tables and is no superuser.
  await sql`
    create function empty_agency() returns trigger language plpgsql as $$
    declare before text := coalesce(current_setting('app.agency_id', true), '');
    begin
      perform set_config('app.agency_id', old.id::text, true);
      delete from contacts where agency_id = old.id;
      delete from events where agency_id = old.id;
      delete from jobs where agency_id = old.id;
      perform set_config('app.agency_id', before, true);
      return old;
    end $$`.execute(db);
  await sql`
    create trigger agencies_leave before delete on agencies
      for each row execute function empty_agency()`.execute(db);
}
