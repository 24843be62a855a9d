// Hits of several keys counted in one go: who presses a link's button together is counted together.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Counts a hit for each key, which may be there several times, and gives for each of them how many fit and the seconds to wait for the
  // others. Hits that do not fit are not counted. Keys that had no room may be told besides, hence the largest of each key's is right.
  // In one order for everybody, so that two who count the same keys never wait for each other in turn. The names are qualified instead of
  // a search_path, which costs as much as the counting.
  await sql`grant create on schema public to portico_directory`.execute(db);
  await sql`
    create function hit_limits(limit_keys text[], most integer, seconds integer)
    returns table (key text, fitting integer, wait integer)
    language plpgsql security definer
    as $$
    #variable_conflict use_column
    declare
      counted integer;
    begin
      return query
      insert into public.limits as kept (key, hits, window_ends_at)
      select asked.key, least(count(*), most)::integer, now() + make_interval(secs => seconds)
      from unnest(limit_keys) asked (key)
      group by asked.key
      order by asked.key collate "C"
      on conflict on constraint limits_pkey do update set
        hits = case when kept.window_ends_at <= now() then excluded.hits else least(kept.hits + excluded.hits, most) end,
        window_ends_at = case when kept.window_ends_at <= now() then excluded.window_ends_at else kept.window_ends_at end
      where kept.window_ends_at <= now() or kept.hits < most
      returning kept.key, case when old.window_ends_at > now() then new.hits - old.hits else new.hits end,
        greatest(1, extract(epoch from new.window_ends_at - now())::integer);
      get diagnostics counted = row_count;
      if counted < cardinality(limit_keys) then
        return query
        select kept.key, 0, greatest(1, extract(epoch from kept.window_ends_at - now())::integer)
        from public.limits kept
        where kept.key = any (limit_keys) and kept.hits >= most;
      end if;
    end
    $$`.execute(db);
  await sql`alter function hit_limits(text[], integer, integer) owner to portico_directory`.execute(db);
  await sql`revoke create on schema public from portico_directory`.execute(db);
  await sql`revoke all on function hit_limits(text[], integer, integer) from public`.execute(db);
  await sql`grant execute on function hit_limits(text[], integer, integer) to portico_app, portico_directory`.execute(
    db,
  );
  await sql`drop function hit_limit(text, integer, integer)`.execute(db);
}
