// Contacts: an agency's clients as the dashboard lists, finds, changes, revokes and restores them.
import { type SelectQueryBuilder, sql } from "kysely";
import type { AgencyDb, AgencyReader, AgencyTables, ContactStatus, EmailKind, EmailStatus } from "../db/schema.ts";
import { parseName } from "./addresses.ts";
import { NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";

/** Contacts to do something with: named ones, or everybody that a filter of the list matches. */
export type ContactSelection =
  | { ids: readonly string[] }
  | { all: true; status?: ContactStatus | undefined; q?: string | undefined };

/** Every status of a contact, in the order of the tabs. */
export const contactStatuses: readonly ContactStatus[] = ["not-invited", "invited", "joined", "revoked"];

const isStatus = (text: string): text is ContactStatus => (contactStatuses as readonly string[]).includes(text);
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The status that a filter's text names; undefined for "all", nothing and anything else. */
export function statusFilter(text: string | undefined): ContactStatus | undefined {
  return text && isStatus(text) ? text : undefined;
}

/**
 * The selection that a form's fields ask for: `contact` ids, or with `all` whatever `status` and `q` match. Ids that cannot be
 * one are left out, and a status that does not exist selects nobody rather than everybody.
 */
export function contactSelection(fields: {
  contacts: readonly string[];
  all: boolean;
  status?: string;
  q?: string;
}): ContactSelection {
  if (!fields.all)
    return { ids: [...new Set(fields.contacts.map((id) => id.toLowerCase()).filter((id) => uuid.test(id)))] };
  if (fields.status && fields.status !== "all" && !isStatus(fields.status)) return { ids: [] };
  return { all: true, status: statusFilter(fields.status), q: fields.q?.trim() || undefined };
}

/** A query for the contacts of a selection that yields their `id`; more can be selected, joined and asked of it. Revoked ones are in it. */
export function selectContacts(
  db: AgencyReader,
  selection: ContactSelection,
): SelectQueryBuilder<AgencyTables, "contacts", { id: string }> {
  const query = db.selectFrom("contacts").select("contacts.id");
  if ("ids" in selection) return query.where(sql<boolean>`contacts.id = any(${[...selection.ids]}::uuid[])`);
  return matching(query, selection);
}

/** What a search means: every word must stand somewhere in the name, the address or the company. Undefined when there is no word. */
export function searchPatterns(q: string | undefined): string[] | undefined {
  const words = (q ?? "").normalize("NFC").toLowerCase().slice(0, 200).split(/\s+/).filter(Boolean);
  return words.length === 0
    ? undefined
    : [...new Set(words)].slice(0, 10).map((word) => `%${word.replace(/[\\%_]/g, "\\$&")}%`);
}

function matching<O>(
  query: SelectQueryBuilder<AgencyTables, "contacts", O>,
  filter: { status?: ContactStatus | undefined; q?: string | undefined },
) {
  const patterns = searchPatterns(filter.q);
  return query
    .$if(filter.status !== undefined, (some) => some.where("contacts.status", "=", filter.status ?? "joined"))
    .$if(patterns !== undefined, (some) =>
      some.where(sql<boolean>`contacts.id in (select search_contact_ids(${patterns}::text[]))`),
    );
}
