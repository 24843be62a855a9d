// Lets the worker tell the planner that a table has grown: what it believed of an empty queue holds for minutes otherwise.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // To analyze is all that is used of it; rows stay behind their policies.
  await sql`grant maintain on jobs, emails, email_steps, access_links, events to portico_directory`.execute(db);
}
