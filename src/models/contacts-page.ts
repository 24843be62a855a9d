// How a page of contacts is cut out of one order: where it begins, whose it is, and what stands in its rows.
import { type RawBuilder, sql } from "kysely";
import type { AgencyReader, ContactStatus } from "../db/schema.ts";
import { type ContactsFilter, contactColumns, emailColumns, lastEmail, type RawRow, tagColumn } from "./contacts.ts";
import { type ContactsCursor, type ContactsSort, type CursorValue, sortKey, sortParts } from "./contacts-cursor.ts";

export type Narrowed = ContactsFilter & { sort: ContactsSort };
/** Where a page begins or ends, and how many rows it may have. */
export type Place = { after: ContactsCursor | undefined; before: ContactsCursor | undefined; limit: number };

export type PageRow = RawRow & { cursor: CursorValue };
/** The rows of a page, the nearest to its cursor first; `total` is how many there are in all, or with `more` at least. */
export type Found = { rows: PageRow[]; total: number; more: boolean };

/** What a page is cut from: `where` says whose page it is, and `total` how many there are in all. */
export type Cut = { with?: RawBuilder<unknown>; where: RawBuilder<unknown>; total: RawBuilder<number> };

/**
 * The rows of a page in its order. It is cut before e-mails are looked up, so that this happens for its rows only. Limits are spelled
 * out: a plan for any limit would be a worse one, so PostgreSQL would plan anew each time.
 */
export async function cutPage(db: AgencyReader, { sort }: Narrowed, place: Place, cut: Cut): Promise<Found> {
  const { order, ordered, beyond, key } = placeOf(sort, place);
  const { rows } = await sql<PageRow & { total: number }>`
    ${cut.with ?? sql``}
    select contacts.*, ${emailColumns}, ${tagColumn}
    from (
      select ${contactColumns}, contacts.agency_id, ${key.column} as sort_key, ${key.cursor} as cursor, ${cut.total} as total
      from contacts where ${cut.where} ${beyond} order by ${ordered} limit ${sql.lit(place.limit)}
    ) contacts ${lastEmail}
    order by contacts.sort_key ${order}, contacts.id ${order}`.execute(db);
  return { rows, total: rows[0]?.total ?? 0, more: false };
}

/** An order from a place on, as parts of a query over `contacts`. */
export function placeOf(sort: ContactsSort, { after, before }: Place) {
  const from = after ?? before;
  const sent = from && { value: sql`${sortKey(sort).key.sent(from.value)}`, id: sql`${from.id}` };
  return orderFrom(sort, sent, before !== undefined);
}

/** The same from what stands for a place in a statement; `backwards` is towards the first row. */
export function orderFrom(
  sort: ContactsSort,
  from: { value: RawBuilder<unknown>; id: RawBuilder<unknown> } | undefined,
  backwards: boolean,
) {
  const { key, descending } = sortKey(sort);
  const ascends = descending === backwards;
  const order = sql.raw(ascends ? "asc" : "desc");
  const beyond = from
    ? sql`and (${key.column}, contacts.id) ${sql.raw(ascends ? ">" : "<")} (${from.value}::${key.type}, ${from.id}::uuid)`
    : sql``;
  return { key, order, ordered: sql`${key.column} ${order}, contacts.id ${order}`, beyond };
}

/**
 * What is said around the rows of a page: `before` is how many rows stand before the first one, `total` how many match in all, or with
 * `more` at least that many; `previous` and `next` are cursors, and undefined where there is nothing more.
 */
export type PageFrame = {
  before: number;
  total: number;
  more: boolean;
  previous: string | undefined;
  next: string | undefined;
};

/** Of one row more than a page may have, `found` were there; `cursor` makes the one of the first or the last row that is shown. */
export function frameOf(
  { found, limit, total, more }: { found: number; limit: number; total: number; more: boolean },
  { after, before: until }: Pick<Place, "after" | "before">,
  cursor: (row: "first" | "last", position: number) => string,
): PageFrame {
  const shown = Math.min(found, limit);
  const further = found > limit;
  if (!until) {
    const before = after?.position ?? 0;
    return {
      before,
      total,
      more,
      previous: after && shown > 0 ? cursor("first", before) : undefined,
      next: further ? cursor("last", before + shown) : undefined,
    };
  }
  // Rows may have come or gone since the cursor was made; the first page always begins at the first row.
  const before = further ? Math.max(until.position - shown, 1) : 0;
  return {
    before,
    total,
    more,
    previous: further ? cursor("first", before) : undefined,
    next: shown > 0 ? cursor("last", before + shown) : undefined,
  };
}

const ranks = { "not-invited": 0, invited: 1, joined: 2, revoked: 3 } as const;

/**
 * The contacts of a tab. Each status has an index in each order; in that of the statuses it is the index of all of them, which knows
 * the rank. `sent` may stand for the status in a statement.
 */
export const withStatus = (
  { status, sort }: Narrowed,
  sent: RawBuilder<unknown> = sql`${status}`,
): RawBuilder<unknown> =>
  !status
    ? sql`true`
    : sortParts(sort).field === "status"
      ? sql`contacts.status_rank = ${sql.lit(ranks[status])}::smallint`
      : sql`contacts.status = ${sent}`;

const columns: Readonly<Record<ContactStatus | "all", RawBuilder<number>>> = {
  "not-invited": sql`not_invited`,
  invited: sql`invited`,
  joined: sql`joined`,
  revoked: sql`revoked`,
  all: sql`not_invited + invited + joined + revoked`,
};

/** How many contacts a tab has, as something to sum over the ledger of counts. */
export const tabSize = ({ status }: ContactsFilter): RawBuilder<number> => columns[status ?? "all"];
