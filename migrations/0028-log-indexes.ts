// An address written to in vain is found in the log by an index; an index that nothing reads goes; and what searches read along is vacuumed sooner.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index emails_in_trouble_by_address on emails (agency_id, to_email)
      where status in ('delayed', 'bounced', 'suppressed', 'failed', 'cancelled')`.execute(db);
  // The log is read by id.
  await sql`drop index emails_by_time`.execute(db);
  // A search reads an order out of its index alone, but for pages that have changed since the last vacuum: not after a fifth of a
  // million contacts, as by default, but after a fiftieth.
  for (const table of ["contacts", "contact_texts"])
    await sql`
      alter table ${sql.table(table)} set
        (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)`.execute(db);
}
