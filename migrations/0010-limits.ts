// Limits: hits per key and window; unlogged, because after a crash an empty table is right and a slow one is not.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create unlogged table limits (
      key text primary key,
      hits integer not null,
      window_ends_at timestamptz not null
    )`.execute(db);
  await sql`create index limits_by_end on limits (window_ends_at)`.execute(db);
  await sql`grant select, insert, update, delete on limits to portico_directory`.execute(db);
}
