// The press of a link's button as nearly everybody presses it: the limit, the link, the session and the record in one statement.
import { hash } from "node:crypto";
import { sql } from "kysely";
import type { AgencyDb, LinkKind } from "../db/schema.ts";
import { grant, isTokenShaped, linkKinds, spend } from "./access-links.ts";
import { type Entered, type Entry, enter, entryOf, openingOf, type Visit } from "./contact-sessions.ts";
import { countingWithin, type Limit, limitKey } from "./limits.ts";
import { createStatement } from "./statement.ts";

/** How a press ended: refused for so many seconds, or with an entry; without either, redeemAccessLink must say why. */
export type Press = {
  retryAfter: number | undefined;
  entered: { entry: Entry; link: { kind: LinkKind; destination: string } } | undefined;
};

type Row = Entered & { wait: number; link_kind: LinkKind; destination: string };

type Values = {
  limitKey: string;
  most: number;
  seconds: number;
  tokenHash: Buffer;
  idHash: Buffer;
  host: string;
  address: string;
  userAgent: string | null;
};

// A new address is told to the old one, which takes more than a statement.
const kinds = linkKinds.filter((kind) => kind !== "confirm");

// `old_row` is the contact as the statement saw him when it began. A lock that was waited for may have let another sign-in through
// whose session the statement cannot see and so not end: it then does nothing at all, and is asked again in another way.
const press = createStatement<Values, Row>((place) => {
  const opening = {
    idHash: place("idHash"),
    host: place("host"),
    address: place("address"),
    userAgent: place("userAgent"),
  };
  const holder = sql`
    select locked.* from locked join contacts old_row on old_row.id = locked.contact_id where old_row.xmin = locked.version`;
  return sql<Row>`
    with hit as materialized (select hit_limit(${place("limitKey")}::text, ${place("most")}::int, ${place("seconds")}::int) as wait),
    locked as materialized (${grant(place("tokenHash"), kinds, sql`(select wait = 0 from hit)`)}),
    ${enter({ method: "link", holder, mark: spend }, opening)},
    ended as (delete from contact_sessions where contact_id = (select id from entered where alone))
    select hit.wait, entrance.*
    from hit left join (
      select session.id as session_id, entered.id as contact_id, email, old_email, joined, alone, offered, link_kind, destination
      from entered, session
    ) entrance on true`;
});

/**
 * Counts a press against `limit` and, within it, signs in the contact whom a token's link was made for, once: all that
 * redeemAccessLink checks, marks and records, in one statement. Of a visit that replaces another session it knows nothing. Throws
 * Unavailable when the limit cannot be counted.
 */
export async function pressLink(
  db: AgencyDb,
  token: string,
  visit: Omit<Visit, "replaces">,
  limit: { limit: Limit; key: string },
): Promise<Press> {
  const { id, opening } = openingOf(visit);
  const values = {
    ...opening,
    limitKey: limitKey(limit.limit, limit.key),
    most: limit.limit.max,
    seconds: limit.limit.seconds,
    tokenHash: hash("sha256", isTokenShaped(token) ? token : "", "buffer"),
  };
  const [row] = await countingWithin(() => press(db, values));
  if (!row || row.wait > 0) return { retryAfter: row?.wait ?? limit.limit.seconds, entered: undefined };
  if (!row.session_id) return { retryAfter: undefined, entered: undefined };
  const link = { kind: row.link_kind, destination: row.destination };
  return { retryAfter: undefined, entered: { entry: entryOf(id, row), link } };
}
