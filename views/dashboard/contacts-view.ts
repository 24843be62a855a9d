// What every part of the contacts list needs to know: whose list, in which time zone, whether the reader may act, and its filter.
import type { ContactStatus, ContactsSort } from "../../src/models/contacts.ts";
import type { PageFrame } from "../../src/models/contacts-page.ts";
import { app } from "../../src/paths.ts";

/** The reader's side of a page: the agency's slug and time zone, and whether he may do more than look. */
export type Viewing = { slug: string; zone: string; mayAct: boolean };

/** The filter of the list; a sort is given only where it is not the default. */
export type Filters = {
  status?: ContactStatus | undefined;
  q?: string | undefined;
  tag?: string | undefined;
  sort?: ContactsSort | undefined;
};

/** The address of the list with `filters`. */
export const listPath = (
  slug: string,
  filters: Filters & { after?: string | undefined; before?: string | undefined },
) => app.portal(slug, filters);

/** What htmx needs to swap the table for what a link leads to; the address stays in the history. */
export const swapsTable = { "hx-target": "#contacts-table", "hx-swap": "outerMorph", "hx-push-url": "true" } as const;

/** What htmx needs to open a dialog that has an address of its own. */
export const opensDialog = (href: string) =>
  ({ "hx-get": href, "hx-target": "#dialog", "hx-swap": "innerHTML", "hx-indicator": "this" }) as const;

/** What is said around the rows of a page; `shown` is how many they are. */
export type ListFrame = PageFrame & { shown: number };

/** How many there are in all: "214", or "1,000+" where at least so many are known of; never fewer than are shown. */
export function totalText({ before, shown, total, more }: ListFrame): string {
  const last = before + shown;
  if (!more) return String(Math.max(total, last));
  const unit = total >= 1000 ? 1000 : 100;
  return `${Math.max(Math.floor(total / unit) * unit, last).toLocaleString("en")}+`;
}

/** A person's name, or his address while he has none. */
export const nameOf = ({ name, email }: { name: string; email: string }) => name || email;

/** The name by which a sentence calls somebody: the first word of his name. */
export const shortName = ({ name, email }: { name: string; email: string }) => name.split(" ")[0] || email;
