// A page of a search over contacts: read along the order while finds are frequent, looked up by their letters when they are rare.
import { type RawBuilder, sql } from "kysely";
import type { AgencyReader } from "../db/schema.ts";
import { contactColumns, emailColumns, lastEmail, tagColumn, wordsOf } from "./contacts.ts";
import { sortParts } from "./contacts-cursor.ts";
import { type Found, type Narrowed, type PageRow, type Place, placeOf, tabSize, withStatus } from "./contacts-page.ts";

/** So many contacts are looked at to learn how frequent finds are; a list that is shorter is counted whole by that. */
const COUNTED = 2_000;
/** So far a search reads along the order before anything else: with one find in forty it has a page of fifty by then. */
const NEAR = 2_000;
/** So far it reads when finds are frequent enough to fill a page by then. Reading costs a quarter of a microsecond a contact. */
const FAR = 16_000;
/**
 * Finds are read for along the order where that takes at most so many contacts a find. Looking one up and putting it in order takes as long
 * as reading 15 of them; but finds that stand together further down make reading dearer than expected, and never looking up.
 */
const ALIKE = 10;
/** So far it reads among those whose name or company begins with a word. */
const ALONG = 64_000;
/** Up to so many finds are put in order one by one, which costs about 6 µs each. */
const RARE = 2_000;
/** Up to so many of those whose name or company begins otherwise. */
const ELSEWHERE = 1_000;

/**
 * A page of those who match every one of `patterns`, which are as `searchPatterns` makes them. One statement for words that are common
 * and for a list that is short, two or three for others. What takes long are finds by the thousand that stand together far down an order.
 */
export async function searchPage(
  db: AgencyReader,
  query: Narrowed,
  place: Place,
  patterns: readonly string[],
): Promise<Found> {
  const near = await walkPage(db, query, place, patterns, { farthest: NEAR, sampled: true });
  if (near.rows) return foundAlong(near.rows, place, near);
  const { expected, ways } = outlook(near, place);
  const found = {
    further: () => walkOn(db, query, place, patterns, near, Math.max(4 * expected, FAR)),
    opening: () => openingPage(db, query, place, patterns),
    gathered: () => gatherPage(db, query, place, patterns),
  };
  for (const way of ways) {
    const page = await found[way]();
    if (page) return "rows" in page ? page : foundAlong(page, place, near);
  }
  return foundAlong((await walkOn(db, query, place, patterns, near)) ?? [], place, near);
}

/** The page whose first finds a walk has `met` before it came to `end`; undefined when the next `farthest` contacts do not fill it. */
async function walkOn(
  db: AgencyReader,
  query: Narrowed,
  place: Place,
  patterns: readonly string[],
  { met, end }: Walked,
  farthest = 2 ** 31,
): Promise<PageRow[] | undefined> {
  if (!end) return met;
  const from = { value: end.cursor, id: end.id, position: 0 };
  const rest = {
    ...(place.before ? { before: from, after: undefined } : { before: undefined, after: from }),
    limit: place.limit - met.length,
  };
  const { rows } = await walkPage(db, query, rest, patterns, { farthest, sampled: false });
  return rows && [...met, ...rows];
}

type Way = "further" | "opening" | "gathered";

/**
 * After how many contacts a page is to be expected, and which ways to try by what the near ones tell. Finds stand together elsewhere when
 * fewer than a quarter of those to be expected were met.
 */
function outlook({ met, finds, size }: Counted & Walked, { limit }: Place) {
  const frequency = (met.length + finds) / (NEAR + COUNTED);
  const expected = Math.ceil(limit / frequency);
  const few = frequency * size <= RARE;
  const along = met.length * 4 >= finds && expected <= Math.min(FAR, ALIKE * frequency * size);
  const ways: Way[] = along
    ? ["further", few ? "gathered" : "opening"]
    : few
      ? ["gathered", "opening"]
      : ["opening", "further"];
  return { expected, ways };
}

/** A page that was read along the order: how many there are in all is known of a short list only, and at its end. */
function foundAlong(rows: PageRow[], place: Place, { finds, whole }: { finds: number; whole: boolean }): Found {
  if (whole) return { rows, total: finds, more: false };
  const met = place.before ? place.before.position + 1 : (place.after?.position ?? 0) + rows.length;
  const more = place.before !== undefined || rows.length === place.limit;
  return { rows, total: more ? Math.max(met, finds) : met, more };
}

type WalkedRow = PageRow & { far: boolean };
/** The finds of a walk, and where it ended if that was before a page was full: what comes after may not be all that there is. */
type Walked = { rows: PageRow[] | undefined; met: PageRow[]; end: PageRow | undefined };
type Counted = { finds: number; size: number; whole: boolean };

/** Contacts in whose text every word stands. In two thirds of the time that `like` takes for it. */
const matches = (patterns: readonly string[]) =>
  sql`(${sql.join(
    wordsOf(patterns).map((word) => sql`strpos(search_text, ${word}::text) > 0`),
    sql` and `,
  )})`;

/** Reads along the order; `sampled` counts how frequent finds are too. `rows` is undefined when `farthest` came before a page was full. */
async function walkPage(
  db: AgencyReader,
  query: Narrowed,
  place: Place,
  patterns: readonly string[],
  { farthest, sampled }: { farthest: number; sampled: boolean },
): Promise<Counted & Walked> {
  // Another order than that of the page where there is one: the first contacts of a page may have come together.
  const sample = query.status ? placeOf(query.sort, top).ordered : placeOf("status", top).ordered;
  const counted = sql`
    select count(*) filter (where ${matches(patterns)}) as finds, count(*) as looked
    from (select contacts.search_text from contacts where ${withStatus(query)} order by ${sample} limit ${sql.lit(sampled ? COUNTED : 0)}) contacts`;
  const walk = walkOf(query, place, patterns, farthest);
  const { rows } = await sql<WalkedRow & { finds: number; looked: number; size: number }>`
    with counted as materialized (${counted}), walk as materialized (${walk.finds})
    select counted.finds, counted.looked, (select coalesce(sum(${tabSize(query)}), 0) from portal_counts)::int as size, page.*
    from counted left join (${withDetails(query, place, sql`select * from walk union all ${walk.end(sql`walk`)}`)}) page on true
    ${inOrder(query, place)}`.execute(db);
  const { finds = 0, looked = 0, size = 0 } = rows[0] ?? {};
  return { ...fullPage(rows, place), finds, size, whole: looked < COUNTED };
}

const top = { after: undefined, before: undefined, limit: 1 };

/**
 * Those who match among the next `farthest` contacts; and where that is, as a row that says `far`, unless they fill the page before. The
 * second is asked for apart because counting the steps of the first would double its cost.
 */
function walkOf(
  query: Narrowed,
  place: Place,
  patterns: readonly string[],
  farthest: number,
  within: RawBuilder<unknown> = sql``,
) {
  const { ordered, beyond, key } = placeOf(query.sort, place);
  const walked = sql`contacts.agency_id, contacts.id, ${key.column} as sort_key`;
  const where = sql`${withStatus(query)} ${within} ${beyond}`;
  return {
    finds: sql`
      select agency_id, id, sort_key, false as far from (
        select ${walked}, contacts.search_text from contacts where ${where} order by ${ordered} limit ${sql.lit(farthest)}
      ) steps where ${matches(patterns)} limit ${sql.lit(place.limit)}`,
    end: (finds: RawBuilder<unknown>) => sql`(
      select ${walked}, true as far from contacts
      where (select count(*) from ${finds}) < ${sql.lit(place.limit)} and ${where}
      order by ${ordered} limit 1 offset ${sql.lit(farthest - 1)})`,
  };
}

function withDetails({ sort }: Narrowed, place: Place, met: RawBuilder<unknown>): RawBuilder<unknown> {
  const { key } = placeOf(sort, place);
  return sql`
    select ${contactColumns}, ${key.cursor} as cursor, ${emailColumns}, ${tagColumn}, met.far, met.sort_key
    from (${met}) met cross join lateral (
      select * from contacts where contacts.agency_id = met.agency_id and contacts.id = met.id limit 1) contacts ${lastEmail}`;
}

const inOrder = ({ sort }: Narrowed, place: Place): RawBuilder<unknown> => {
  const { order } = placeOf(sort, place);
  return sql`order by page.sort_key ${order}, page.id ${order}, page.far`;
};

/** The finds up to where a walk ended. */
function fullPage(answer: readonly WalkedRow[], { limit }: Place): Walked {
  const walked = answer.filter(({ id }) => id !== null);
  const place = walked.findIndex(({ far }) => far);
  const met = (place < 0 ? walked : walked.slice(0, place)).slice(0, limit);
  const end = met.length < limit ? walked[place] : undefined;
  return { rows: end ? undefined : met, met, end };
}

const columns = { name: sql`contacts.sort_name`, company: sql`contacts.sort_company` } as const;

/**
 * In the order of names or companies, those that begin with a word stand together, however far down: they are read along there, and the
 * rest of the finds are looked up. Undefined in another order, or when that does not make a page.
 */
async function openingPage(
  db: AgencyReader,
  query: Narrowed,
  place: Place,
  patterns: readonly string[],
): Promise<PageRow[] | undefined> {
  const { field } = sortParts(query.sort);
  const openings = openingsOf(patterns);
  if ((field !== "name" && field !== "company") || openings.length === 0) return undefined;
  const { order, ordered, beyond, key } = placeOf(query.sort, place);
  const column = columns[field];
  const walks = openings.map((opening, i) => {
    const within = sql`and ${column} >= ${opening}::text and ${column} < ${`${opening}\uffff`}::text`;
    return { name: sql.raw(`walk_${i}`), ...walkOf(query, place, patterns, ALONG, within) };
  });
  const { rows } = await sql<WalkedRow & { elsewhere: number }>`
    with elsewhere as materialized (
      select array(select search_contact_ids(${patterns}::text[], ${field}) limit ${sql.lit(ELSEWHERE + 1)}) as ids),
    ${sql.join(walks.map(({ name, finds }) => sql`${name} as materialized (${finds})`))},
    met as (
      ${sql.join(
        walks.map(({ name, end }) => sql`select * from ${name} union ${end(name)}`),
        sql` union `,
      )} union (
      select contacts.agency_id, contacts.id, ${key.column}, false from contacts
      where contacts.id = any((select ids from elsewhere)::uuid[]) and ${withStatus(query)} ${beyond} order by ${ordered} limit ${sql.lit(place.limit)})
      order by sort_key ${order}, id ${order}, far limit ${sql.lit(place.limit)})
    select cardinality(elsewhere.ids) as elsewhere, page.*
    from elsewhere left join (${withDetails(query, place, sql`select * from met`)}) page on true
    ${inOrder(query, place)}`.execute(db);
  return (rows[0]?.elsewhere ?? 0) > ELSEWHERE ? undefined : fullPage(rows, place).rows;
}

/** With what a name or company may begin so that `search_contact_ids` leaves it out (migration 0023). */
function openingsOf(patterns: readonly string[]): string[] {
  const words = wordsOf(patterns);
  const long = words.filter((word) => [...word].length >= 3);
  const openings = (long.length > 0 ? long : words).map((word) => [...word].slice(0, 3).join(""));
  return [...new Set(openings.filter((opening) => /^[a-z0-9]+$/.test(opening)))];
}

/** Looks up all that match and puts them in order; undefined when they are too many for that. */
async function gatherPage(
  db: AgencyReader,
  query: Narrowed,
  place: Place,
  patterns: readonly string[],
): Promise<Found | undefined> {
  const { ordered, beyond, key } = placeOf(query.sort, place);
  const where = sql`contacts.id = any((select ids from gathered)::uuid[]) and ${withStatus(query)}`;
  const { rows } = await sql<WalkedRow & { all: number; total: number }>`
    with gathered as materialized (
      select array(select search_contact_ids(${patterns}::text[]) limit ${sql.lit(RARE + 1)}) as ids)
    select cardinality(ids) as all, ${query.status ? sql`(select count(*) from contacts where ${where})` : sql`cardinality(ids)`} as total, page.*
    from gathered left join (${withDetails(
      query,
      place,
      sql`select contacts.agency_id, contacts.id, ${key.column} as sort_key, false as far
        from contacts where ${where} ${beyond} order by ${ordered} limit ${sql.lit(place.limit)}`,
    )}) page on true ${inOrder(query, place)}`.execute(db);
  const { all = 0, total = 0 } = rows[0] ?? {};
  return all > RARE ? undefined : { rows: rows.filter(({ id }) => id !== null), total, more: false };
}
