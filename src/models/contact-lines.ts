// A contact of the list as a line of text that says all that his row shows, so that nothing needs to be read where the line is known.
import { sql } from "kysely";
import type { ContactStatus, EmailKind, EmailStatus } from "../db/schema.ts";
import type { ContactRow } from "./contacts.ts";
import type { CursorValue, SortField } from "./contacts-cursor.ts";

/** A contact of a page: equal lines are equal contacts, in whatever agency. */
export type ListedContact = { readonly line: string; readonly read: () => ContactRow };

/** The contacts of a page: equal texts are equal pages. */
export type ListedContacts = { readonly text: string; readonly shown: number; readonly all: () => ListedContact[] };

/**
 * The line, for a query over `contacts` and `lastEmail`: JSON, so without a line break of its own. It takes PostgreSQL no longer than the
 * columns. Where nobody has a tag, nobody is asked for his: asking costs as much as all the rest of a line.
 */
export const contactLine = sql<string>`json_build_array(
  contacts.id, contacts.name, contacts.email, contacts.company, contacts.status, contacts.invited_at, contacts.joined_at,
  contacts.revoked_at, contacts.last_sign_in_at, emails.id, emails.kind, emails.status, emails.reason, emails.status_at,
  case when (select exists (select from contact_tags)) then array(
    select tag from contact_tags where contact_tags.agency_id = contacts.agency_id and contact_tags.contact_id = contacts.id
    order by tag) end)::text`;

type Moment = string | null;
type Fields = [
  id: string,
  name: string,
  email: string,
  company: string,
  status: ContactStatus,
  invitedAt: Moment,
  joinedAt: Moment,
  revokedAt: Moment,
  lastSignInAt: Moment,
  emailId: string | null,
  emailKind: EmailKind | null,
  emailStatus: EmailStatus | null,
  emailReason: string | null,
  emailAt: Moment,
  tags: string[] | null,
];

const fieldsOf = (line: string) => JSON.parse(line) as Fields;
const dateOf = (moment: Moment) => (moment === null ? null : new Date(moment));

function readLine(line: string): ContactRow {
  const [id, name, email, company, status, invitedAt, joinedAt, revokedAt, lastSignInAt, ...more] = fieldsOf(line);
  const [mailId, kind, mailStatus, reason, at, tags] = more;
  return {
    id,
    name,
    email,
    company,
    status,
    invitedAt: dateOf(invitedAt),
    joinedAt: dateOf(joinedAt),
    revokedAt: dateOf(revokedAt),
    lastSignInAt: dateOf(lastSignInAt),
    tags: tags ?? [],
    lastEmail:
      mailId && kind && mailStatus && at
        ? { id: mailId, kind, status: mailStatus, reason, at: new Date(at) }
        : undefined,
  };
}

const breaksOf = (text: string) => {
  let breaks = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) breaks++;
  return breaks;
};

/** How many lines a text has. */
export const countLines = (text: string): number => (text === "" ? 0 : breaksOf(text) + 1);

/** The contacts of lines that PostgreSQL made. */
export function fromLines(text: string): ListedContacts {
  const all = () => (text === "" ? [] : text.split("\n").map((line) => ({ line, read: () => readLine(line) })));
  return { text, shown: countLines(text), all };
}

/** The contacts of rows that are read already. */
export function fromRows(rows: readonly ContactRow[]): ListedContacts {
  const all = rows.map((row) => ({ line: JSON.stringify(row), read: () => row }));
  return { text: all.map(({ line }) => line).join("\n"), shown: rows.length, all: () => all };
}

const ranks = { "not-invited": 0, invited: 1, joined: 2, revoked: 3 } as const;

/** What a cursor says of the contact of a line in the order of a field, as `SortKey.cursor` would. */
export function cursorOf(line: string, field: SortField): { id: string; value: CursorValue } {
  const [id, name, email, company, status, invitedAt, , , lastSignInAt] = fieldsOf(line);
  const values: Record<SortField, () => CursorValue> = {
    name: () => name || email,
    company: () => company,
    status: () => ranks[status],
    invited: () => microseconds(invitedAt),
    "last-sign-in": () => microseconds(lastSignInAt),
  };
  return { id, value: values[field]() };
}

/** "2026-11-21T12:34:56.123456+00:00" has up to six digits behind the second, of which a Date reads three. */
function microseconds(moment: Moment): number | null {
  if (moment === null) return null;
  const digits = /\.(\d+)/.exec(moment)?.[1] ?? "";
  return Math.floor(Date.parse(moment) / 1000) * 1_000_000 + Number(digits.padEnd(6, "0"));
}
