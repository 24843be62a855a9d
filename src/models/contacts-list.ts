// The list of contacts: one page of it, in one order, in one statement.
import { sql } from "kysely";
import type { AgencyReader } from "../db/schema.ts";
import { type ContactRow, type ContactsFilter, hasTag, searchPatterns, toRow } from "./contacts.ts";
import { type ContactsCursor, type ContactsSort, readCursor, writeCursor } from "./contacts-cursor.ts";
import { cutPage, type Found, type PageRow, type Place, tabSize, withStatus } from "./contacts-page.ts";
import { searchPage } from "./contacts-search.ts";

/**
 * One page of the list. `before` is how many rows stand before the first one, `total` how many match in all, or with `more` that
 * at least so many do; `previous` and `next` are cursors, and undefined where there is nothing more.
 */
export type ContactsPage = {
  rows: ContactRow[];
  before: number;
  total: number;
  more: boolean;
  previous: string | undefined;
  next: string | undefined;
};

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
  return before ? pageBefore(found, query.sort, before, limit) : pageAfter(found, query.sort, after, limit);
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

function pageAfter(
  { rows: found, total, more }: Found,
  sort: ContactsSort,
  after: ContactsCursor | undefined,
  limit: number,
): ContactsPage {
  const rows = found.slice(0, limit);
  const before = after?.position ?? 0;
  return {
    rows: rows.map(toRow),
    before,
    total,
    more,
    previous: after && cursorAt(sort, rows[0], before),
    next: found.length > limit ? cursorAt(sort, rows.at(-1), before + rows.length) : undefined,
  };
}

function pageBefore(
  { rows: found, total, more }: Found,
  sort: ContactsSort,
  until: ContactsCursor,
  limit: number,
): ContactsPage {
  const rows = found.slice(0, limit).reverse();
  const furtherUp = found.length > limit;
  // Rows may have come or gone since the cursor was made; the first page always begins at the first row.
  const before = furtherUp ? Math.max(until.position - rows.length, 1) : 0;
  return {
    rows: rows.map(toRow),
    before,
    total,
    more,
    previous: furtherUp ? cursorAt(sort, rows[0], before) : undefined,
    next: cursorAt(sort, rows.at(-1), before + rows.length),
  };
}

const cursorAt = (sort: ContactsSort, row: PageRow | undefined, position: number) =>
  row && writeCursor(sort, { value: row.cursor, id: row.id, position });
