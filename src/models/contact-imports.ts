// Contacts that come from elsewhere, many at once: those that are new are added, those that are known stay as they are.
import { sql } from "kysely";
import type { AgencyDb } from "../db/schema.ts";

/** A contact as a file names it: an address in the form that is stored, name and company or "". */
export type ImportedContact = { email: string; name: string; company: string };

/** Adds those whose address the agency does not have yet, in one statement, and returns how many. Nobody is invited by it. */
export async function importContacts(db: AgencyDb, contacts: readonly ImportedContact[]): Promise<number> {
  const column = (name: keyof ImportedContact) => contacts.map((contact) => contact[name]);
  const { rows } = await sql<{ added: number }>`
    with created as (
      insert into contacts (email, name, company)
      select email, name, company
      from unnest(${column("email")}::text[], ${column("name")}::text[], ${column("company")}::text[]) as listed (email, name, company)
      on conflict (agency_id, email) do nothing
      returning id
    ), told as (
      insert into events (kind, contact_id) select 'contact.created', id from created
    )
    select count(*)::int as added from created`.execute(db);
  return rows[0]?.added ?? 0;
}
