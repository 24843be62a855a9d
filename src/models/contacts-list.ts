// The list of contacts: one page of it, in one order, in one statement.
import { sql } from "kysely";
import type { AgencyReader } from "../db/schema.ts";
import { type ContactRow, type ContactsFilter, hasTag, searchPatterns, toRow } from "./contacts.ts";
import { type ContactsSort, readCursor, writeCursor } from "./contacts-cursor.ts";
import {
  cutPage,
  type Found,
  frameOf,
  type PageFrame,
  type PageRow,
  type Place,
  tabSize,
  withStatus,
} from "./contacts-page.ts";
import { searchPage } from "./contacts-search.ts";

/** One page of the list. */
export type ContactsPage = PageFrame & { rows: ContactRow[] };

/** Where a page begins or ends, and how many rows it has. A cursor that is not one of ours is the first page. */
export type ContactsQuery = ContactsFilter & {
  sort: ContactsSort;
  after?: string | undefined;
  before?: string | undefined;
  limit?: number | undefined;
};

/**
 * A page of the agency's contacts in one statement, with the state of each one's newest e-mail. A search for what is rare asks
 * more than once. A cursor whose rows are gone costs the first page, which
 * takes its place.
 */
export async function listContacts(db: AgencyReader, query: ContactsQuery): Promise<ContactsPage> {
  const limit = query.limit ?? 50;
  const after = readCursor(query.sort, query.after);
  const before = after ? undefined : readCursor(query.sort, query.before);
  const place = { after, before, limit: limit + 1 };
  const patterns = searchPatterns(query.q);
  const found = query.tag
    ? await taggedPage(db, query, place, query.tag, patterns)
    : patterns
      ? await searchPage(db, query, place, patterns)
      : await everyPage(db, query, place);
  if (found.rows.length === 0 && (after ?? before))
    return listContacts(db, { ...query, after: undefined, before: undefined });
  return pageOf(found, query.sort, { after, before }, limit);
}

/** Those with a tag are found by it and then put in order, so that they are all counted on the way. */
function taggedPage(
  db: AgencyReader,
  query: ContactsQuery,
  place: Place,
  tag: string,
  patterns: readonly string[] | undefined,
): Promise<Found> {
  const words = patterns ? sql`and contacts.search_text like all(${patterns}::text[])` : sql``;
  const where = sql`${hasTag(tag)} and ${withStatus(query)} ${words}`;
  return cutPage(db, query, place, { where, total: sql<number>`(select count(*)::int from contacts where ${where})` });
}

/** Without a search the ledger knows how many match. */
const everyPage = (db: AgencyReader, query: ContactsQuery, place: Place) =>
  cutPage(db, query, place, {
    where: withStatus(query),
    total: sql<number>`(select coalesce(sum(${tabSize(query)}), 0)::int from portal_counts)`,
  });

function pageOf(
  { rows: found, total, more }: Found,
  sort: ContactsSort,
  from: Pick<Place, "after" | "before">,
  limit: number,
): ContactsPage {
  const rows = found.slice(0, limit);
  // The nearest to the cursor came first.
  if (from.before) rows.reverse();
  const cursor = (row: "first" | "last", position: number) =>
    cursorAt(sort, rows.at(row === "first" ? 0 : -1), position);
  return { rows: rows.map(toRow), ...frameOf({ found: found.length, limit, total, more }, from, cursor) };
}

function cursorAt(sort: ContactsSort, row: PageRow | undefined, position: number): string {
  if (!row) throw new Error("A cursor is made of a row.");
  return writeCursor(sort, { value: row.cursor, id: row.id, position });
}
