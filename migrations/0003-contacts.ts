// Contacts: an agency's clients, their states as moments, and the search over them.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table contacts (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null default uuidv7(),
      email text not null,
      name text not null default '' check (char_length(name) <= 100),
      company text not null default '' check (char_length(company) <= 100),
      created_at timestamptz not null default now(),
      invited_at timestamptz,
      joined_at timestamptz,
      revoked_at timestamptz,
      last_sign_in_at timestamptz,
      email_proven_at timestamptz,
      password_hash text,
      password_set_at timestamptz,
      password_offered_at timestamptz,
      access_version integer not null default 1,
      last_email_id uuid,
      status text not null generated always as (
        case when revoked_at is not null then 'revoked'
             when joined_at is not null then 'joined'
             when invited_at is not null then 'invited'
             else 'not-invited' end) stored,
      status_rank smallint not null generated always as (
        case when revoked_at is not null then 3 when joined_at is not null then 2 when invited_at is not null then 1 else 0 end) stored,
      sort_name text collate "und-x-icu" not null generated always as (coalesce(nullif(name, ''), email)) stored,
      sort_company text collate "und-x-icu" not null generated always as (company) stored,
      search_text text not null generated always as (lower(name || ' ' || email || ' ' || company)) stored,
      primary key (agency_id, id),
      unique (agency_id, email)
    )`.execute(db);
  await sql`create index contacts_by_name on contacts (agency_id, sort_name, id)`.execute(db);
  await sql`create index contacts_by_company on contacts (agency_id, sort_company, id)`.execute(db);
  await sql`create index contacts_by_status on contacts (agency_id, status_rank, id)`.execute(db);
  // Spelled as case, because PostgreSQL does not count coalesce as leakproof: under row-level security a comparison with it
  // could not use the index.
  const earliest = (column: string) =>
    sql.raw(`(case when ${column} is null then '-infinity'::timestamptz else ${column} end)`);
  await sql`create index contacts_by_invited on contacts (agency_id, ${earliest("invited_at")}, id)`.execute(db);
  await sql`create index contacts_by_sign_in on contacts (agency_id, ${earliest("last_sign_in_at")}, id)`.execute(db);
  await sql`
    create index contacts_by_status_and_invited
      on contacts (agency_id, status, ${earliest("invited_at")}, id)`.execute(db);
  await sql`create index contacts_by_text on contacts using gin (agency_id, search_text gin_trgm_ops)`.execute(db);
  await sql`select protect_table('contacts')`.execute(db);

  // ilike is not leakproof, so under row-level security it could not use the index: the one listed function that steps
  // around the policy, and asks for the agency itself instead.
  await sql`create policy search on contacts for select to portico_search using (true)`.execute(db);
  await sql`grant select on contacts to portico_search`.execute(db);
  await sql`grant create on schema public to portico_search`.execute(db);
  await sql`
    create function search_contact_ids(patterns text[]) returns setof uuid language sql stable security definer
    set search_path = public set plan_cache_mode = force_custom_plan
    as $$
      select id from contacts
      where agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
        and search_text like patterns[1] -- "like all" cannot use the index
        and search_text like all (patterns)
    $$`.execute(db);
  await sql`alter function search_contact_ids(text[]) owner to portico_search`.execute(db);
  await sql`revoke create on schema public from portico_search`.execute(db);
  await sql`revoke all on function search_contact_ids(text[]) from public`.execute(db);
  await sql`grant execute on function search_contact_ids(text[]) to portico_app`.execute(db);
}
