// Those who match already when a workflow is switched on enter piece by piece: how far that has come, and how many have entered.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // entering_after is the contact after whom the next piece begins, in the order of ids; null when there is nothing left to look through.
  await sql`
    alter table workflows
      add column entering_after uuid,
      add column entered_existing integer not null default 0`.execute(db);
}
