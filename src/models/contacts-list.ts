// The list of contacts: one page of it, in one order, in one statement.
import { type RawBuilder, sql } from "kysely";
import type { AgencyReader } from "../db/schema.ts";
import {
  type ContactRow,
  type ContactsFilter,
  contactColumns,
  emailColumns,
  hasTag,
  hasTrigram,
  lastEmail,
  type RawRow,
  searchPatterns,
  tagColumn,
  toRow,
} from "./contacts.ts";
import {
  type ContactsCursor,
  type ContactsSort,
  type CursorValue,
  readCursor,
  sortKey,
  sortParts,
  writeCursor,
} from "./contacts-cursor.ts";

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
 * A page of the agency's contacts in one statement, with the state of each one's newest e-mail. A search asks once before, to learn
 * which way finds the page soonest, and a third time when that was not so. A cursor whose rows are gone costs the first page, which
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

type PageRow = RawRow & { cursor: CursorValue };
type Found = { rows: PageRow[]; total: number; more: boolean };
type Place = { after: ContactsCursor | undefined; before: ContactsCursor | undefined; limit: number };

/** What a page is cut from: `where` says whose page it is, and `total` how many there are in all. */
type Cut = { with?: RawBuilder<unknown>; where: RawBuilder<unknown>; total: RawBuilder<number> };

// The page is cut before e-mails are looked up, so that this happens for its rows only. Limits are spelled out: a plan for any
// limit would be a worse one, so PostgreSQL would plan anew each time.
async function cutPage(db: AgencyReader, { sort }: ContactsQuery, place: Place, cut: Cut): Promise<Found> {
  const { order, ordered, beyond, key } = placeOf(sort, place);
  const { rows } = await sql<PageRow & { total: number }>`
    ${cut.with ?? sql``}
    select contacts.*, ${emailColumns}, ${tagColumn}
    from (
      select ${contactColumns}, contacts.agency_id, contacts.last_email_id, ${key.column} as sort_key, ${key.cursor} as cursor, ${cut.total} as total
      from contacts where ${cut.where} ${beyond} order by ${ordered} limit ${sql.lit(place.limit)}
    ) contacts ${lastEmail}
    order by contacts.sort_key ${order}, contacts.id ${order}`.execute(db);
  return { rows, total: rows[0]?.total ?? 0, more: false };
}

function placeOf(sort: ContactsSort, { after, before }: Place) {
  const { key, descending } = sortKey(sort);
  const ascends = descending === (before !== undefined);
  const order = sql.raw(ascends ? "asc" : "desc");
  const from = after ?? before;
  const beyond = from
    ? sql`and (${key.column}, contacts.id) ${sql.raw(ascends ? ">" : "<")} (${key.parameter(from.value)}, ${from.id}::uuid)`
    : sql``;
  return { key, order, ordered: sql`${key.column} ${order}, contacts.id ${order}`, beyond };
}

const ranks = { "not-invited": 0, invited: 1, joined: 2, revoked: 3 } as const;

// Each status has an index in each order; in that of the statuses it is the index of all of them, which knows the rank.
const withStatus = ({ status, sort }: Pick<ContactsQuery, "status" | "sort">) =>
  !status
    ? sql`true`
    : sortParts(sort).field === "status"
      ? sql`contacts.status_rank = ${ranks[status]}::smallint`
      : sql`contacts.status = ${status}`;

const columns = {
  "not-invited": sql`not_invited`,
  invited: sql`invited`,
  joined: sql`joined`,
  revoked: sql`revoked`,
  all: sql`not_invited + invited + joined + revoked`,
} as const;

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
    total: sql<number>`(select coalesce(sum(${columns[query.status ?? "all"]}), 0)::int from portal_counts)`,
  });

/** So many contacts are looked at to learn how common the words are; a list that is shorter is known whole by that. */
const PROBED = 2_000;
/** With so many finds among them, reading along the order meets a page of finds sooner than the text index gathers them all. */
const COMMON = 10;
/**
 * After so many contacts without a page of finds reading along is given up: the finds stand together further down. The commoner the
 * words, the dearer it is to gather everything that matches, and the longer reading along is worth it.
 */
const reach = (finds: number) => (finds < 4 * COMMON ? 12_000 : 40_000);

async function searchPage(
  db: AgencyReader,
  query: ContactsQuery,
  place: Place,
  patterns: readonly string[],
): Promise<Found> {
  const { finds, whole } = await probe(db, query, patterns);
  const rows =
    whole || finds >= COMMON ? await walkPage(db, query, place, { patterns, farthest: reach(finds) }) : undefined;
  if (!rows) return gatherPage(db, query, place, patterns);
  const met = place.before ? place.before.position + 1 : (place.after?.position ?? 0) + rows.length;
  if (!whole && !place.before && rows.length < place.limit) return { rows, total: met, more: false };
  return { rows, total: whole ? finds : Math.max(finds, met), more: !whole };
}

/** How many of the first contacts match; `whole` when there are no others. */
async function probe(
  db: AgencyReader,
  { status }: ContactsQuery,
  patterns: readonly string[],
): Promise<{ finds: number; whole: boolean }> {
  const sort = "invited";
  // By their ids contacts come as they lie on the disk, which is read twice as fast as any other order.
  const ordered = status ? placeOf(sort, first).ordered : sql`contacts.id`;
  const { rows } = await sql<{ finds: number; looked: number }>`
    select count(*) filter (where search_text like all(${patterns}::text[])) as finds, count(*) as looked
    from (
      select contacts.search_text from contacts where ${withStatus({ status, sort })} order by ${ordered} limit ${sql.lit(PROBED)}
    ) contacts`.execute(db);
  const { finds = 0, looked = 0 } = rows[0] ?? {};
  return { finds, whole: looked < PROBED };
}

const first: Place = { after: undefined, before: undefined, limit: 1 };

/** Reads along the order and keeps what matches; undefined when that did not make a page by the `farthest` contact. */
async function walkPage(
  db: AgencyReader,
  query: ContactsQuery,
  place: Place,
  { patterns, farthest }: { patterns: readonly string[]; farthest: number },
): Promise<PageRow[] | undefined> {
  const { order, ordered, beyond, key } = placeOf(query.sort, place);
  // The last contact of the walk comes along, a find or not: so it is known that the walk went so far.
  const { rows } = await sql<PageRow & { found: boolean; step: number }>`
    select ${contactColumns}, ${key.cursor} as cursor, ${emailColumns}, ${tagColumn}, met.found, met.step
    from (
      select walk.* from (
        select contacts.agency_id, contacts.id, ${key.column} as sort_key,
          contacts.search_text like all(${patterns}::text[]) as found, row_number() over (order by ${ordered}) as step
        from contacts where ${withStatus(query)} ${beyond} order by ${ordered} limit ${sql.lit(farthest)}
      ) walk where found or step = ${sql.lit(farthest)} limit ${sql.lit(place.limit)}
    ) met join contacts on contacts.agency_id = met.agency_id and contacts.id = met.id ${lastEmail}
    order by met.sort_key ${order}, met.id ${order}`.execute(db);
  const finds = rows.filter(({ found }) => found);
  return finds.length < place.limit && rows.some(({ step }) => step === farthest) ? undefined : finds;
}

/** Gathers all that match, by the text index where the words are long enough for it, and cuts the page from them. */
function gatherPage(db: AgencyReader, query: ContactsQuery, place: Place, patterns: readonly string[]): Promise<Found> {
  const known = sql`contacts.id = any((select ids from finds)::uuid[])`;
  const where = sql`${known} and ${withStatus(query)}`;
  const gathered = hasTrigram(patterns)
    ? sql`select search_contact_ids(${patterns}::text[]) as id`
    : sql`select contacts.id from contacts where contacts.search_text like all(${patterns}::text[])`;
  return cutPage(db, query, place, {
    with: sql`with found as materialized (${gathered}),
      finds as materialized (select coalesce(array_agg(id), '{}') as ids from found)`,
    where,
    total: query.status
      ? sql<number>`(select count(*) from contacts where ${where})`
      : sql<number>`(select cardinality(ids) from finds)`,
  });
}

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
