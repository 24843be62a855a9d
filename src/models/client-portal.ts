// All that the Client portal page shows of its agency, in one statement: contacts, figures, hosts, and what stands in the way of its mail.
import { sql } from "kysely";
import type { AgencyReader, ContactStatus } from "../db/schema.ts";
import { contactLine, countLines, cursorOf, fromLines, fromRows, type ListedContacts } from "./contact-lines.ts";
import { lastEmail } from "./contacts.ts";
import { type ContactsSort, readCursor, sortKey, sortParts, writeCursor } from "./contacts-cursor.ts";
import { type ContactsQuery, listContacts } from "./contacts-list.ts";
import { frameOf, orderFrom, type PageFrame, type Place, withStatus } from "./contacts-page.ts";
import { choicesOf, type HostChoice, type ListedHost, listedHosts, listHostChoices } from "./host-selection.ts";
import { countsOf, getPortalCounts, type Ledger, ledgerColumns, type PortalCounts } from "./portal-counts.ts";
import type { PortalOrigin } from "./portal-url.ts";
import { failingSender, findSendingTrouble, type SendingTrouble, troubleOf } from "./sending-pauses.ts";
import { createStatement } from "./statement.ts";

/** A page of the list as its view takes it. */
export type ListedPage = PageFrame & { contacts: ListedContacts };

export type ClientPortal = {
  list: ListedPage;
  counts: PortalCounts;
  hosts: HostChoice[];
  trouble: SendingTrouble;
};

type Values = { status: ContactStatus | undefined; value: string | number | null; id: string | null };
type About = Ledger & { hosts: ListedHost[] | null; paused: boolean; reason: string | null; failing: string | null };
type Row = { contacts: string | null; about: About };

/** Of which there is a statement each. */
type Shape = {
  sort: ContactsSort;
  status: ContactStatus | undefined;
  from: "after" | "before" | undefined;
  limit: number;
};

function build({ sort, status, from, limit }: Shape) {
  return createStatement<Values, Row>((place) => {
    const sent = from && { value: place("value"), id: place("id") };
    const { key, order, ordered, beyond } = orderFrom(sort, sent, from === "before");
    return sql<Row>`
      select (
        select string_agg(line, ${sql.lit("\n")}) from (
          select ${contactLine} as line
          from (
            select contacts.*, ${key.column} as sort_key
            from contacts where ${withStatus({ sort, status }, place("status"))} ${beyond} order by ${ordered} limit ${sql.lit(limit)}
          ) contacts ${lastEmail}
          order by contacts.sort_key ${order}, contacts.id ${order}
        ) lines
      ) as contacts, to_json(about) as about
      from (
        select ledger.*, ${listedHosts} as hosts, agencies.sending_paused_at is not null as paused,
          agencies.sending_paused_reason as reason, ${failingSender} as failing
        from agencies cross join (select ${ledgerColumns} from portal_counts) ledger
      ) about`;
  });
}

const statements = new Map<string, ReturnType<typeof build>>();

function statementOf(shape: Shape) {
  const name = `${shape.sort} ${shape.status} ${shape.from} ${shape.limit}`;
  const known = statements.get(name) ?? build(shape);
  statements.set(name, known);
  return known;
}

/** Whether a page is one statement: it is neither searched nor narrowed to a tag. */
export const isPlain = ({ q, tag }: ContactsQuery): boolean => !q && !tag;

/**
 * The page in one statement, for a query that is plain. A cursor that leads to nobody yields no contacts; the first page then takes its
 * place, which is for the caller to ask for.
 */
export async function getClientPortal(
  db: AgencyReader,
  { sort, status, limit = 50, ...cursors }: ContactsQuery,
  origin: PortalOrigin,
): Promise<ClientPortal> {
  const after = readCursor(sort, cursors.after);
  const before = after ? undefined : readCursor(sort, cursors.before);
  const cursor = after ?? before;
  const shape: Shape = { sort, status, from: after ? "after" : before && "before", limit: limit + 1 };
  const values = { status, value: cursor ? sortKey(sort).key.sent(cursor.value) : null, id: cursor?.id ?? null };
  const [row] = await statementOf(shape)(db, values);
  if (!row) throw new Error("An agency has a row.");
  const { about } = row;
  const counts = countsOf(about);
  return {
    list: pageOf(row.contacts ?? "", { sort, limit, total: totalOf(counts, status) }, { after, before }),
    counts,
    hosts: choicesOf(about.hosts ?? [], origin),
    trouble: troubleOf(about),
  };
}

/** The same for a query of any kind, in five statements and more. */
export async function searchClientPortal(
  db: AgencyReader,
  query: ContactsQuery,
  origin: PortalOrigin,
): Promise<ClientPortal> {
  const [{ rows, ...frame }, counts, hosts, trouble] = await Promise.all([
    listContacts(db, query),
    getPortalCounts(db),
    listHostChoices(db, origin),
    findSendingTrouble(db),
  ]);
  return { list: { ...frame, contacts: fromRows(rows) }, counts, hosts, trouble };
}

function totalOf({ all, notInvited, stillToJoin, joined, revoked }: PortalCounts, status: ContactStatus | undefined) {
  return status ? { "not-invited": notInvited, invited: stillToJoin, joined, revoked }[status] : all;
}

/** Of one line more than the page has rows, the nearest to its cursor first. */
function pageOf(
  lines: string,
  { sort, limit, total }: { sort: ContactsSort; limit: number; total: number },
  from: Pick<Place, "after" | "before">,
): ListedPage {
  const found = countLines(lines);
  const near = found > limit ? lines.slice(0, lines.lastIndexOf("\n")) : lines;
  const text = from.before ? near.split("\n").reverse().join("\n") : near;
  const { field } = sortParts(sort);
  const cursor = (row: "first" | "last", position: number) => {
    const line = row === "first" ? text.split("\n", 1)[0] : text.slice(text.lastIndexOf("\n") + 1);
    return writeCursor(sort, { ...cursorOf(line ?? "", field), position });
  };
  return { ...frameOf({ found, limit, total, more: false }, from, cursor), contacts: fromLines(text) };
}
