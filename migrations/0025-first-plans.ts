// What makes the first minutes of a database and a busy agency's sign-ins quick: plans that hold while tables grow, counts folded in one pass, a limit counted inside the statement that it guards.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Foreign keys are checked by plans that a connection makes once and keeps until the table is analysed. Of a table that never was,
  // every index that begins with the agency looks as good as the primary key, and the check of one new row then read all rows of the
  // agency: ten thousand links made in a new database cost seconds. With one agency assumed and as many ids and hashes as rows, the key wins.
  await sql`
    do $$
    declare of record;
    begin
      for of in
        select c.relname::text as name, a.attname::text as column, case a.attname when 'agency_id' then 1 else -1 end as distincts
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname in ('agency_id', 'id', 'id_hash', 'token_hash') and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relforcerowsecurity and c.reltuples = -1
      loop
        perform pg_restore_attribute_stats('schemaname', 'public', 'relname', of.name, 'attname', of.column, 'inherited', false,
          'version', current_setting('server_version_num')::int, 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', of.distincts::real);
      end loop;
    end $$`.execute(db);

  // "in (select … for update)" was looked through again for each row, dead ones included: 52 rows took a second.
  await sql`
    create or replace function fold_portal_counts(agency uuid) returns void language sql as $$
      with folded as (
        delete from portal_counts where agency_id = agency and id = any (array(
          select id from portal_counts where agency_id = agency for update skip locked))
        returning *
      )
      insert into portal_counts (agency_id, day, not_invited, invited, joined, revoked, joins)
      select agency, kept_day, sum(not_invited), sum(invited), sum(joined), sum(revoked), sum(joins)
      from (select *, case when day > current_date - 40 then day end as kept_day from folded) by_day
      group by kept_day
    $$`.execute(db);

  // Counts one hit as models/limits.ts does and gives the seconds to wait, 0 when it fits: so that a role that may not look into the
  // limits can count within its own statement. Names are qualified instead of a search_path, which costs as much as the counting.
  await sql`grant create on schema public to portico_directory`.execute(db);
  await sql`
    create function hit_limit(limit_key text, most integer, seconds integer) returns integer
    language plpgsql security definer
    as $$
    declare
      wait integer;
    begin
      insert into public.limits as kept (key, hits, window_ends_at)
      values (limit_key, 1, now() + make_interval(secs => seconds))
      on conflict (key) do update set
        hits = case when kept.window_ends_at <= now() then 1 else kept.hits + 1 end,
        window_ends_at = case when kept.window_ends_at <= now() then excluded.window_ends_at else kept.window_ends_at end
      where kept.window_ends_at <= now() or kept.hits < most;
      if found then
        return 0;
      end if;
      select greatest(1, extract(epoch from window_ends_at - now())::integer) into wait from public.limits where key = limit_key;
      return coalesce(wait, seconds);
    end
    $$`.execute(db);
  await sql`alter function hit_limit(text, integer, integer) owner to portico_directory`.execute(db);
  await sql`revoke create on schema public from portico_directory`.execute(db);
  await sql`revoke all on function hit_limit(text, integer, integer) from public`.execute(db);
  await sql`grant execute on function hit_limit(text, integer, integer) to portico_app, portico_directory`.execute(db);
}
