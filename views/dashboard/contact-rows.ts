// The rows of the list as HTML: each is drawn once for all that it shows, and so is a page of them (docs/decisions/0025-remembered-rows.md).
import { LRUCache } from "lru-cache";
import type { ListedContact, ListedContacts } from "../../src/models/contact-lines.ts";
import { dayOf } from "../ui/moment.tsx";
import { isOnItsWay } from "./contact-mail.tsx";
import { ContactRowPart } from "./contact-row.part.tsx";
import type { Viewing } from "./contacts-view.ts";

/** A few e-mails on their way are watched one by one; when there are more, the table asks for all of them together. */
const WATCHED = 5;

/** `watching` keeps the state of an e-mail on its way up to date; undefined where there is none. */
type DrawnRow = { still: string; watching: string | undefined; isKept: boolean };

/** A page of rows in UTF-8. With `watch` the table has to ask for itself. */
export type DrawnRows = { html: Uint8Array; watch: boolean };

const MOST_OF_ROWS = 4 * 1024 * 1024;
const MOST_OF_PAGES = 8 * 1024 * 1024;

const rows = new LRUCache<string, DrawnRow>({
  maxSize: MOST_OF_ROWS,
  sizeCalculation: ({ still, watching }, key) => key.length + still.length + (watching?.length ?? 0),
});
const pages = new LRUCache<string, DrawnRows>({
  maxSize: MOST_OF_PAGES,
  sizeCalculation: ({ html }, key) => key.length + html.length,
});

// To keep a text takes longer than to draw it, so rows are kept of contacts that were drawn before: of who is met once, paging through
// thousands or searching, nothing stays. Two contacts may share a number; the second is then kept a little early.
const MOST_MET = 50_000;
const met = new Set<number>();

function isMetAgain(id: string): boolean {
  const number = Number.parseInt(id.slice(-8), 16);
  if (met.has(number)) return true;
  if (met.size >= MOST_MET) met.clear();
  met.add(number);
  return false;
}

/**
 * Draws the contacts as one reader sees them. What is drawn follows from the key alone: the text of the contacts, whose list it is, what
 * the reader may do, and his day, since "Today" and "Yesterday" hold until midnight and no words depend on the hour.
 */
export function drawRows(contacts: ListedContacts, viewing: Viewing, now = new Date()): DrawnRows {
  const { slug, zone, mayAct } = viewing;
  const seen = `${slug} ${zone} ${dayOf(now, zone)} ${mayAct} `;
  const key = seen + contacts.text;
  const known = pages.get(key);
  if (known) return known;
  let isKept = true;
  const drawn = contacts.all().map((contact) => {
    const row = drawRow(contact, seen, { ...viewing, now });
    isKept &&= row.isKept;
    return row;
  });
  const page = join(drawn);
  if (isKept) pages.set(key, page);
  return page;
}

function join(drawn: readonly DrawnRow[]): DrawnRows {
  const watch = drawn.filter(({ watching }) => watching !== undefined).length > WATCHED;
  const texts = drawn.map(({ still, watching }) => (watch ? still : (watching ?? still)));
  return { html: Buffer.from(texts.join("")), watch };
}

function drawRow(listed: ListedContact, seen: string, viewing: Viewing & { now: Date }): DrawnRow {
  const key = seen + listed.line;
  const known = rows.get(key);
  if (known) return known;
  const contact = listed.read();
  const text = (watch: boolean) => textOf(ContactRowPart({ ...viewing, contact, watch }));
  const watching = isOnItsWay(contact.lastEmail) ? text(true) : undefined;
  const drawn = { still: text(false), watching, isKept: isMetAgain(contact.id) };
  if (drawn.isKept) rows.set(key, drawn);
  return drawn;
}

function textOf(row: ReturnType<typeof ContactRowPart>): string {
  if (row instanceof Promise) throw new Error("A row that waits for something cannot be remembered.");
  return row.toString();
}
