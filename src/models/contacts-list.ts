// The list of contacts: one page of it, in one order, in one statement.
import { type RawBuilder, sql } from "kysely";
import type { AgencyReader } from "../db/schema.ts";
import {
  type ContactRow,
  type ContactsFilter,
  contactColumns,
  emailColumns,
  lastEmail,
  type RawRow,
  searchPatterns,
  toRow,
} from "./contacts.ts";
import {
  type ContactsCursor,
  type ContactsSort,
  type CursorValue,
  readCursor,
  sortKey,
  writeCursor,
} from "./contacts-cursor.ts";

/**
 * One page of the list. `before` is how many rows stand before the first one, `total` how many match in all; `previous` and `next`
 * are cursors, and undefined where there is nothing more.
 */
export type ContactsPage = {
  rows: ContactRow[];
  before: number;
  total: number;
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

/** Up to so many finds are fetched by their ids; with more, reading along the order meets a page of them soon. */
const FEW = 5000;

/**
 * A page of the agency's contacts in one statement, with the state of each one's newest e-mail. A cursor whose rows are gone
 * costs a second statement: the first page takes its place.
 */
export async function listContacts(db: AgencyReader, query: ContactsQuery): Promise<ContactsPage> {
  const limit = query.limit ?? 50;
  const after = readCursor(query.sort, query.after);
  const before = after ? undefined : readCursor(query.sort, query.before);
  const rows = await pageOf(db, query, { after, before, limit: limit + 1 });
  if (rows.length === 0 && (after ?? before))
    return listContacts(db, { ...query, after: undefined, before: undefined });
  return before ? pageBefore(rows, query.sort, before, limit) : pageAfter(rows, query.sort, after, limit);
}

type PageRow = RawRow & { cursor: CursorValue; total: number };
type Place = { after: ContactsCursor | undefined; before: ContactsCursor | undefined; limit: number };

// The page is cut before e-mails are looked up, so that this happens for its rows only.
async function pageOf(db: AgencyReader, query: ContactsQuery, place: Place): Promise<PageRow[]> {
  const { order, ordered, beyond } = placeOf(query.sort, place);
  const { key } = sortKey(query.sort);
  const patterns = searchPatterns(query.q);
  const branches = patterns ? searched(query, patterns) : [unsearched(query)];
  const pages = branches.map(
    ({ total, where }) => sql`(
      select ${contactColumns}, contacts.agency_id, contacts.last_email_id, ${key.column} as sort_key, ${key.cursor} as cursor, ${total} as total
      from contacts where ${where} ${beyond} order by ${ordered} limit ${place.limit})`,
  );
  const { rows } = await sql<PageRow>`
    ${patterns ? probe(patterns) : sql``}
    select contacts.*, ${emailColumns}
    from (${sql.join(pages, sql` union all `)}) contacts ${lastEmail}
    order by contacts.sort_key ${order}, contacts.id ${order}`.execute(db);
  return rows;
}

function placeOf(sort: ContactsSort, { after, before }: Place) {
  const { key, descending } = sortKey(sort);
  const ascends = descending === (before !== undefined);
  const order = sql.raw(ascends ? "asc" : "desc");
  const from = after ?? before;
  const beyond = from
    ? sql`and (${key.column}, contacts.id) ${sql.raw(ascends ? ">" : "<")} (${key.parameter(from.value)}, ${from.id}::uuid)`
    : sql``;
  return { order, ordered: sql`${key.column} ${order}, contacts.id ${order}`, beyond };
}

type Branch = { total: RawBuilder<number>; where: RawBuilder<unknown> };

const withStatus = ({ status }: ContactsFilter) => (status ? sql`and contacts.status = ${status}` : sql``);

const columns = {
  "not-invited": sql`not_invited`,
  invited: sql`invited`,
  joined: sql`joined`,
  revoked: sql`revoked`,
  all: sql`not_invited + invited + joined + revoked`,
} as const;

/** Without a search the ledger knows how many match. */
function unsearched(query: ContactsFilter): Branch {
  return {
    total: sql<number>`(select coalesce(sum(${columns[query.status ?? "all"]}), 0)::int from portal_counts)`,
    where: sql`true ${withStatus(query)}`,
  };
}

// Asks the text index for the first finds and stops there; `few` says whether these are all.
const probe = (patterns: readonly string[]) => sql`
  with found as materialized (select search_contact_ids(${patterns}::text[]) as id limit ${FEW + 1}),
  finds as materialized (select array_agg(id) as ids, count(*) <= ${FEW} as few from found)`;

/** Of the two ways to search only the one runs that suits what the probe has found. */
function searched(query: ContactsFilter, patterns: readonly string[]): Branch[] {
  const few = sql`(select few from finds)`;
  const known = sql`contacts.id = any((select ids from finds)::uuid[]) ${withStatus(query)}`;
  const alike = sql`contacts.search_text like all(${patterns}::text[]) ${withStatus(query)}`;
  const count = (where: RawBuilder<unknown>) => sql<number>`(select count(*) from contacts where ${where})`;
  return [
    { total: count(known), where: sql`${few} and ${known}` },
    { total: count(alike), where: sql`not ${few} and ${alike}` },
  ];
}

function pageAfter(
  found: PageRow[],
  sort: ContactsSort,
  after: ContactsCursor | undefined,
  limit: number,
): ContactsPage {
  const rows = found.slice(0, limit);
  const before = after?.position ?? 0;
  return {
    rows: rows.map(toRow),
    before,
    total: found[0]?.total ?? 0,
    previous: after && cursorAt(sort, rows[0], before),
    next: found.length > limit ? cursorAt(sort, rows.at(-1), before + rows.length) : undefined,
  };
}

function pageBefore(found: PageRow[], sort: ContactsSort, until: ContactsCursor, limit: number): ContactsPage {
  const rows = found.slice(0, limit).reverse();
  const more = found.length > limit;
  // Rows may have come or gone since the cursor was made; the first page always begins at the first row.
  const before = more ? Math.max(until.position - rows.length, 1) : 0;
  return {
    rows: rows.map(toRow),
    before,
    total: found[0]?.total ?? 0,
    previous: more ? cursorAt(sort, rows[0], before) : undefined,
    next: cursorAt(sort, rows.at(-1), before + rows.length),
  };
}

const cursorAt = (sort: ContactsSort, row: PageRow | undefined, position: number) =>
  row && writeCursor(sort, { value: row.cursor, id: row.id, position });
