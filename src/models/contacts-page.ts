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

/**
 * The contacts of a tab. Each status has an index in each order; in that of the statuses it is the index of all of them, which knows
 * the rank.
 */
export const withStatus = ({ status, sort }: Narrowed): RawBuilder<unknown> =>
  !status
    ? sql`true`
    : sortParts(sort).field === "status"
      ? sql`contacts.status_rank = ${ranks[status]}::smallint`
      : sql`contacts.status = ${status}`;

const columns: Readonly<Record<ContactStatus | "all", RawBuilder<number>>> = {
  "not-invited": sql`not_invited`,
  invited: sql`invited`,
  joined: sql`joined`,
  revoked: sql`revoked`,
  all: sql`not_invited + invited + joined + revoked`,
};

/** How many contacts a tab has, as something to sum over the ledger of counts. */
export const tabSize = ({ status }: ContactsFilter): RawBuilder<number> => columns[status ?? "all"];
