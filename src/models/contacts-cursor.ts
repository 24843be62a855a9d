// The orders of the contacts list, and the cursors by which a page says where the next one begins.
import { type RawBuilder, sql } from "kysely";
import { defaultContactsSort } from "../paths.ts";

const fields = ["name", "company", "status", "invited", "last-sign-in"] as const;

export type SortField = (typeof fields)[number];
/** A field, with a minus for the other way round. */
export type ContactsSort = SortField | `-${SortField}`;

/** The last row of one page: its sort value, its id, and how many rows stand up to it (`after`) or before it (`before`). */
export type ContactsCursor = { value: CursorValue; id: string; position: number };
/** A moment is microseconds since 1970, all that PostgreSQL keeps of it; null is "never", which sorts as the earliest. */
export type CursorValue = string | number | null;

export type SortKey = {
  /** The indexed expression of migration 0003. */
  column: RawBuilder<unknown>;
  /** The same as it goes into a cursor. */
  cursor: RawBuilder<CursorValue>;
  /** A cursor's value as it is sent to be compared with the column, as the type that it has there. */
  sent: (value: CursorValue) => string | number | null;
  type: RawBuilder<unknown>;
  accepts: (value: unknown) => boolean;
};

const text = (column: RawBuilder<unknown>): SortKey => ({
  column,
  cursor: sql<string>`${column}`,
  sent: (value) => value,
  type: sql`text`,
  accepts: (value) => typeof value === "string" && value.length <= 400 && !value.includes("\0"),
});

const rank: SortKey = {
  column: sql`contacts.status_rank`,
  cursor: sql<number>`contacts.status_rank`,
  sent: (value) => value,
  type: sql`smallint`,
  accepts: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 3,
};

const moment = (column: RawBuilder<unknown>): SortKey => ({
  column: sql`(case when ${column} is null then '-infinity'::timestamptz else ${column} end)`,
  cursor: sql<number | null>`(extract(epoch from ${column}) * 1000000)::bigint`,
  sent: (value) => (value === null ? "-infinity" : momentText(Number(value))),
  type: sql`timestamptz`,
  // The safe integers reach from the year 1684 to 2255.
  accepts: (value) => value === null || Number.isSafeInteger(value),
});

// A Date has milliseconds only: the rest is written behind it.
function momentText(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000);
  const rest = microseconds - milliseconds * 1000;
  return new Date(milliseconds).toISOString().replace("Z", `${String(rest).padStart(3, "0")}Z`);
}

const keys: Readonly<Record<SortField, SortKey>> = {
  name: text(sql`contacts.sort_name`),
  company: text(sql`contacts.sort_company`),
  status: rank,
  invited: moment(sql`contacts.invited_at`),
  "last-sign-in": moment(sql`contacts.last_sign_in_at`),
};

/** Every order, both ways. */
export const contactsSorts: readonly ContactsSort[] = fields.flatMap((field) => [field, `-${field}`] as const);

/** The order that a URL's text names; the default for anything else. */
export function sortOf(name: string | undefined): ContactsSort {
  return contactsSorts.find((sort) => sort === name) ?? defaultContactsSort;
}

/** The field of an order and its direction. */
export function sortParts(sort: ContactsSort): { field: SortField; descending: boolean } {
  const descending = sort.startsWith("-");
  return { field: (descending ? sort.slice(1) : sort) as SortField, descending };
}

/** How an order is asked of the database. */
export function sortKey(sort: ContactsSort): { key: SortKey; descending: boolean } {
  const { field, descending } = sortParts(sort);
  return { key: keys[field], descending };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The cursor as it stands in a URL; it holds for its own order only. */
export function writeCursor(sort: ContactsSort, { value, id, position }: ContactsCursor): string {
  return Buffer.from(JSON.stringify([sort, value, id, position])).toString("base64url");
}

/** A cursor out of a URL; undefined for anything that this order did not write. */
export function readCursor(sort: ContactsSort, cursor: string | undefined): ContactsCursor | undefined {
  if (!cursor || cursor.length > 4_000) return undefined;
  const parts = parsed(Buffer.from(cursor, "base64url").toString());
  if (!Array.isArray(parts) || parts.length !== 4 || parts[0] !== sort) return undefined;
  const [, value, id, position] = parts as unknown[];
  if (!sortKey(sort).key.accepts(value) || typeof id !== "string" || !uuid.test(id)) return undefined;
  if (!Number.isSafeInteger(position) || Number(position) < 0) return undefined;
  return { value: value as CursorValue, id, position: Number(position) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
