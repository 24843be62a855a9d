// The press of a link's button as nearly everybody presses it: the limit, the link, the session and the record in one statement for all who press now.
import { hash } from "node:crypto";
import { sql } from "kysely";
import type { AgencyDb, LinkKind } from "../db/schema.ts";
import { granted, linkKinds, opens, spend } from "./access-links.ts";
import { type Entered, type Entry, enter, entryOf, openingOf, type Visit } from "./contact-sessions.ts";
import { countingWithin, type Limit, limitKey } from "./limits.ts";
import { createStatement } from "./statement.ts";

/** A press of the button of a token's link. It counts against the limit's `key`; of a visit that replaces another session it knows nothing. */
export type Press = { token: string; visit: Omit<Visit, "replaces">; key: string };

/** How a press ended: refused for so many seconds, or with an entry; without either, redeemAccessLink must say why. */
export type Pressed = {
  retryAfter: number | undefined;
  entered: { entry: Entry; link: { kind: LinkKind; destination: string } } | undefined;
};

type Row = { place: number; wait: number } & (
  | (Entered & { link_kind: LinkKind; destination: string })
  | { contact_id: null }
);

// A new address is told to the old one, which takes more than a statement.
const kinds = linkKinds.filter((kind) => kind !== "confirm");

// Nobody is waited for here, since everybody in the group would wait: whose link or contact somebody else holds is left out. `old_row` is
// the contact as the statement saw him when it began; another version tells of a sign-in in between, whose session the statement cannot
// see and so not end. And of several presses for one contact the first has its way. The others are asked again in the longer one.
const press = createStatement<{ asked: string; most: number; seconds: number }, Row>(
  (place) => sql<Row>`
    with asked as materialized (
      select place, decode(token_hash, 'hex') as token_hash, key, decode(id_hash, 'hex') as id_hash, host, address, user_agent,
        row_number() over (partition by key order by place) as nth
      from jsonb_to_recordset(${place("asked")}::jsonb)
        asked (place int, token_hash text, key text, id_hash text, host text, address text, user_agent text)
    ),
    hit as materialized (
      select key, max(fitting) as fitting, max(wait) as wait
      from hit_limits((select array_agg(key) from asked), ${place("most")}::int, ${place("seconds")}::int)
      group by key
    ),
    locked as materialized (
      select ${granted}, contact.xmin as version,
        asked.place, asked.id_hash, asked.host, asked.address, asked.user_agent
      from asked
        join hit on hit.key = asked.key and hit.fitting >= asked.nth
        join access_tokens token on token.token_hash = asked.token_hash
        join access_links link on link.agency_id = token.agency_id and link.id = token.link_id
        join contacts contact on contact.agency_id = link.agency_id and contact.id = link.contact_id
      where ${opens(kinds)}
      order by contact.id, asked.place
      for no key update of link, contact skip locked
    ),
    ${enter({
      method: "link",
      holder: sql`
        select distinct on (contact_id) locked.*
        from locked join contacts old_row on old_row.id = locked.contact_id
        where old_row.xmin = locked.version
        order by contact_id, place`,
      mark: spend,
    })},
    ended as (delete from contact_sessions where contact_id = any (array(select contact_id from entered where alone)))
    select asked.place, case when hit.fitting >= asked.nth then 0 else coalesce(hit.wait, ${place("seconds")}::int) end as wait,
      contact_id, email, old_email, joined, alone, offered, link_kind, destination
    from asked left join hit on hit.key = asked.key left join entered on entered.place = asked.place`,
);

/**
 * Counts presses against `limit` and, within it, signs in the contacts whom their tokens' links were made for, once each: all that
 * redeemAccessLink checks, marks and records, in one statement. Comes back in the order of `presses`. Throws Unavailable when the
 * limit cannot be counted.
 */
export async function pressLinks(db: AgencyDb, presses: readonly Press[], limit: Limit): Promise<Pressed[]> {
  const visits = presses.map(({ visit }) => openingOf(visit));
  const asked = presses.map(({ token, key }, place) => ({
    place,
    token_hash: hash("sha256", token),
    key: limitKey(limit, key),
    ...visits[place]?.opening,
  }));
  const rows = await countingWithin(() =>
    press(db, { asked: JSON.stringify(asked), most: limit.max, seconds: limit.seconds }),
  );
  const answers = new Map(rows.map((row) => [row.place, row]));
  return visits.map(({ id }, place) => pressed(id, answers.get(place), limit));
}

function pressed(sessionId: string, row: Row | undefined, { seconds }: Limit): Pressed {
  if (!row || row.wait > 0) return { retryAfter: row?.wait ?? seconds, entered: undefined };
  if (row.contact_id === null) return { retryAfter: undefined, entered: undefined };
  const link = { kind: row.link_kind, destination: row.destination };
  return { retryAfter: undefined, entered: { entry: entryOf(sessionId, row), link } };
}
