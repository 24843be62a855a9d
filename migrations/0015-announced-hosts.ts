// A change of hosts is announced with whose it is, and only when it changes what processes hold in memory: checks write often.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop trigger hosts_announced on hosts`.execute(db);
  await sql`drop trigger agencies_announced on agencies`.execute(db);
  await sql`drop function announce_hosts()`.execute(db);
  // The argument is the column that holds the agency's id.
  await sql`
    create function announce_hosts() returns trigger language plpgsql as $$
    begin
      perform pg_notify('hosts_changed', to_jsonb(coalesce(new, old)) ->> tg_argv[0]);
      return null;
    end $$`.execute(db);
  await sql`
    create trigger hosts_announced after insert or delete on hosts
      for each row execute function announce_hosts('agency_id')`.execute(db);
  await sql`
    create trigger hosts_change_announced after update on hosts
      for each row when (
        (old.name, old.verified_at is null, old.degraded_at is null, old.released_at is null, old.selected_at is null)
        is distinct from
        (new.name, new.verified_at is null, new.degraded_at is null, new.released_at is null, new.selected_at is null))
      execute function announce_hosts('agency_id')`.execute(db);
  await sql`
    create trigger agencies_announced after update on agencies
      for each row when (old.* is distinct from new.*) execute function announce_hosts('id')`.execute(db);
}
