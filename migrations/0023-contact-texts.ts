// The search over contacts: a text of each beside the contact, so that invites leave its index alone, found by groups of three letters;
// and indexes that hold the text in every order, so that a search reads along an order without touching a contact.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`set local maintenance_work_mem = '256MB'`.execute(db);
  await createTexts(db);
  await keepTexts(db);
  await searchTexts(db);
  await coverOrders(db);
}

async function createTexts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table contact_texts (
      agency_id uuid not null,
      contact_id uuid not null,
      text text not null,
      name_opens text,
      company_opens text,
      primary key (agency_id, contact_id),
      foreign key (agency_id, contact_id) references contacts (agency_id, id) on delete cascade
    )`.execute(db);
  await sql`select protect_table('contact_texts')`.execute(db);

  // The three letters or digits that a name or company begins with, where the order of names has everything that begins with them in
  // one place; null for anything else, such as letters that sort elsewhere than they are written.
  await sql`
    create function opening_letters(words text) returns text language sql immutable parallel safe
    return case when lower(left(words, 3)) ~ '^[a-z0-9]{3}$'
        and words collate "und-x-icu" >= lower(left(words, 3)) collate "und-x-icu"
        and words collate "und-x-icu" < (lower(left(words, 3)) || U&'\\FFFF') collate "und-x-icu"
      then lower(left(words, 3)) end`.execute(db);

  // Every three characters in a row, with six of the agency's id before them: otherwise each look-up would go through all contacts of a
  // large agency, or of all the others. Spelled as three replacements of the whole text, which takes a fifth of the time of a loop.
  // What a name or company begins with is kept apart ("n", "c"), so that a search in that order can ask for the rest alone.
  await sql`
    create function contact_grams(agency uuid, words text, name_opens text, company_opens text)
    returns tsvector language sql immutable parallel safe
    return array_to_tsvector(
      array_replace(array_replace(string_to_array(substr(
          regexp_replace(words, '(.{1,3})', U&'\\0001' || right(agency::text, 6) || '-\\1', 'g') ||
          regexp_replace(substr(words, 2), '(.{1,3})', U&'\\0001' || right(agency::text, 6) || '-\\1', 'g') ||
          regexp_replace(substr(words, 3), '(.{1,3})', U&'\\0001' || right(agency::text, 6) || '-\\1', 'g'), 2), U&'\\0001'),
        right(agency::text, 6) || '-' || name_opens, right(agency::text, 6) || 'n' || name_opens),
        right(agency::text, 6) || '-' || company_opens, right(agency::text, 6) || 'c' || company_opens)
      || case when name_opens = company_opens then array[right(agency::text, 6) || 'c' || company_opens] else '{}' end)`.execute(
    db,
  );
  await forceSecurity(db, "no force");
  await sql`
    insert into contact_texts (agency_id, contact_id, text, name_opens, company_opens)
    select agency_id, id, search_text, opening_letters(sort_name), opening_letters(sort_company) from contacts`.execute(
    db,
  );
  await forceSecurity(db, "force");
  // What waits to be sorted into the index is read by every search, so it is not to become much.
  await sql`
    create index contact_texts_by_grams on contact_texts
      using gin (contact_grams(agency_id, text, name_opens, company_opens)) with (gin_pending_list_limit = 512)`.execute(
    db,
  );
}

// Row-level security holds for the tables' owner too, who sees no agency's contacts here.
async function forceSecurity(db: Kysely<unknown>, how: "force" | "no force"): Promise<void> {
  for (const table of ["contacts", "contact_texts"])
    await sql`alter table ${sql.table(table)} ${sql.raw(how)} row level security`.execute(db);
}

async function keepTexts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function add_contact_texts() returns trigger language plpgsql as $$
    begin
      insert into contact_texts (agency_id, contact_id, text, name_opens, company_opens)
      select agency_id, id, search_text, opening_letters(sort_name), opening_letters(sort_company) from came;
      return null;
    end $$`.execute(db);
  await sql`
    create function change_contact_text() returns trigger language plpgsql as $$
    begin
      update contact_texts
      set text = new.search_text, name_opens = opening_letters(new.sort_name), company_opens = opening_letters(new.sort_company)
      where agency_id = new.agency_id and contact_id = new.id;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger contacts_written after insert on contacts referencing new table as came
      for each statement execute function add_contact_texts()`.execute(db);
  await sql`
    create trigger contacts_rewritten after update of name, email, company on contacts
      for each row when ((old.name, old.email, old.company) is distinct from (new.name, new.email, new.company))
      execute function change_contact_text()`.execute(db);
}

async function searchTexts(db: Kysely<unknown>): Promise<void> {
  // What the index is asked for: of each word some of the groups that cover it, those with digits first, since they are rarer, and five
  // in all, since each costs time for every candidate; of words of one or two letters, where there is no longer one, the groups that
  // begin with them. `besides`, "name" or "company", leaves out those whose name or company begins as one of the words does.
  await sql`
    create function contact_grams_wanted(agency uuid, patterns text[], besides text) returns tsquery
    language sql immutable parallel safe as $$
      with words as (
        select regexp_replace(substr(pattern, 2, length(pattern) - 2), '\\\\(.)', '\\1', 'g') as word, place
        from unnest(patterns) with ordinality listed (pattern, place)
      ), grams as (
        select substr(word, i, 3) as gram, i = 1 as opens, place, i
        from words, lateral (select generate_series(1, length(word) - 2, 3) as i union select length(word) - 2) starts
        where i > 0
        union all
        select word, true, place, 1 from words where (select max(length(word)) < 3 from words)
      ), ranked as (
        select gram, opens, place, i,
          row_number() over (partition by place order by opens and besides is not null desc, gram ~ '[0-9]' desc, i) as rank
        from grams
      ), wanted as (
        select string_agg(
          '''' || replace(replace(right(agency::text, 6) || kind || gram, '\\', '\\\\'), '''', '''''') || '''' ||
            case when length(gram) < 3 then ':*' else '' end, ' | ') as keys
        from (select * from ranked order by rank, place limit 5) chosen, (values ('-'), ('n'), ('c')) kinds (kind)
        where kind = '-' or (gram ~ '^[a-z0-9]+$' and not (opens and kind is not distinct from left(besides, 1)))
        group by place, i
      )
      select string_agg('(' || keys || ')', ' & ')::tsquery from wanted
    $$`.execute(db);

  // Planned once a connection and only ever by the index of groups, because planning takes longer than most searches.
  await sql`drop function search_contact_ids(text[])`.execute(db);
  await sql`drop policy search on contacts`.execute(db);
  await sql`revoke select on contacts from portico_search`.execute(db);
  await sql`create policy search on contact_texts for select to portico_search using (true)`.execute(db);
  await sql`grant select on contact_texts to portico_search`.execute(db);
  await sql`grant create on schema public to portico_search`.execute(db);
  await sql`
    create function search_contact_ids(patterns text[], besides text default null) returns setof uuid language sql stable security definer
    set search_path = public set plan_cache_mode = force_generic_plan set enable_seqscan = off set max_parallel_workers_per_gather = 0
    as $$
      select contact_id from contact_texts
      where (agency_id = nullif(current_setting('app.agency_id', true), '')::uuid) is true -- not by the primary key
        and contact_grams(agency_id, text, name_opens, company_opens)
          @@ contact_grams_wanted(nullif(current_setting('app.agency_id', true), '')::uuid, patterns, besides)
        and text like all (patterns)
    $$`.execute(db);
  await sql`alter function search_contact_ids(text[], text) owner to portico_search`.execute(db);
  await sql`revoke create on schema public from portico_search`.execute(db);
  await sql`revoke all on function search_contact_ids(text[], text) from public`.execute(db);
  await sql`grant execute on function search_contact_ids(text[], text) to portico_app`.execute(db);
  await sql`drop index contacts_by_text`.execute(db);
}

async function coverOrders(db: Kysely<unknown>): Promise<void> {
  // A moment is included as it is too, because PostgreSQL reads an expression out of an index only if it could compute it.
  const orders = {
    name: ["sort_name", ""],
    company: ["sort_company", ""],
    invited: [
      sql.raw("(case when invited_at is null then '-infinity'::timestamptz else invited_at end)"),
      ", invited_at",
    ],
    sign_in: [
      sql.raw("(case when last_sign_in_at is null then '-infinity'::timestamptz else last_sign_in_at end)"),
      ", last_sign_in_at",
    ],
  } as const;
  for (const [name, [key, also]] of Object.entries(orders)) {
    const column = typeof key === "string" ? sql.raw(key) : key;
    const included = sql.raw(`include (search_text${also})`);
    await sql`drop index ${sql.ref(`contacts_by_${name}`)}, ${sql.ref(`contacts_by_status_and_${name}`)}`.execute(db);
    await sql`create index ${sql.ref(`contacts_by_${name}`)} on contacts (agency_id, ${column}, id) ${included}`.execute(
      db,
    );
    await sql`
      create index ${sql.ref(`contacts_by_status_and_${name}`)} on contacts (agency_id, status, ${column}, id) ${included}`.execute(
      db,
    );
  }
  await sql`drop index contacts_by_status`.execute(db);
  await sql`create index contacts_by_status on contacts (agency_id, status_rank, id) include (search_text)`.execute(db);
}
