// The contacts of one status in each order, so that a page of a tab is found at once however rare the status; and a search that asks the index for three words.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index contacts_by_status_and_name on contacts (agency_id, status, sort_name, id)`.execute(db);
  await sql`create index contacts_by_status_and_company on contacts (agency_id, status, sort_company, id)`.execute(db);
  // Spelled as in contacts_by_sign_in, and as queries spell it.
  await sql`
    create index contacts_by_status_and_sign_in on contacts
      (agency_id, status, (case when last_sign_in_at is null then '-infinity'::timestamptz else last_sign_in_at end), id)`.execute(
    db,
  );
  // A given name and a family name are each common where both together are rare: the index intersects them before a row is read.
  await sql`grant create on schema public to portico_search`.execute(db);
  await sql`
    create or replace function search_contact_ids(patterns text[]) returns setof uuid language sql stable security definer
    set search_path = public set plan_cache_mode = force_custom_plan
    as $$
      select id from contacts
      where agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
        and search_text like patterns[1] -- "like all" cannot use the index
        and search_text like coalesce(patterns[2], '%')
        and search_text like coalesce(patterns[3], '%')
        and search_text like all (patterns)
    $$`.execute(db);
  await sql`revoke create on schema public from portico_search`.execute(db);
}
