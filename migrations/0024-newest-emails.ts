// A contact's newest e-mail is looked up by an index, and no contact is written because somebody mails him; one check a link less.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Naming it in the contact's row cost more than the e-mail itself: of ten thousand at once most found no room beside the old version,
  // so every index of contacts was written, and orders read out of the index alone had to visit the table again until the next vacuum.
  await sql`alter table contacts drop column last_email_id`.execute(db);
  await sql`alter table contacts reset (fillfactor)`.execute(db);
  // A link belongs to a contact, and a contact to an agency. Each check locks the agency's one row with everybody else who writes.
  await sql`alter table access_links drop constraint access_links_agency_id_fkey`.execute(db);
}
