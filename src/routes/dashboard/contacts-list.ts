// What the routes around the contacts list share: the filter in an address, the ticked contacts in a form, and what an action has changed.

import type { ContactsUpdate } from "../../../views/dashboard/contacts-updated.reply.tsx";
import type { Filters, Viewing } from "../../../views/dashboard/contacts-view.ts";
import type { AgencyReader } from "../../db/schema.ts";
import { parseTag } from "../../models/contact-tags.ts";
import { type ContactSelection, contactSelection, findContactRows, statusFilter } from "../../models/contacts.ts";
import { sortOf } from "../../models/contacts-cursor.ts";
import { hasRole } from "../../models/people.ts";
import { getPortalCounts } from "../../models/portal-counts.ts";
import { app, defaultContactsSort } from "../../paths.ts";
import type { MemberContext } from "../../web/route.ts";

type Field = (name: string) => string | null | undefined;

/** Whose list it is and what the member may do with it. */
export function viewing(c: MemberContext): Viewing {
  const { slug, timeZone } = c.get("agency");
  return { slug, zone: timeZone, mayAct: hasRole(c.get("role"), "member") };
}

/** The filter that fields name; what is unknown or a default is left out. */
export function filtersOf(field: Field): Filters {
  const sort = sortOf(field("sort") ?? undefined);
  return {
    status: statusFilter(field("status") ?? undefined),
    q: field("q")?.trim().slice(0, 200) || undefined,
    tag: parseTag(field("tag")),
    sort: sort === defaultContactsSort ? undefined : sort,
  };
}

/** The contacts that a form or an address names: `contact` ids, or `all` with a filter. */
export function selectionOf(fields: { all(name: string): string[]; text: Field }): ContactSelection {
  const [status, q] = [fields.text("status") ?? undefined, fields.text("q") ?? undefined];
  const tag = parseTag(fields.text("tag"));
  return contactSelection({ contacts: fields.all("contact"), all: fields.text("all") === "1", status, q, tag });
}

/** The filter of the list that htmx asks from; undefined when the member has another page open. */
export function openFilters(c: MemberContext): Filters | undefined {
  const current = c.req.header("hx-current-url") ?? "";
  if (!URL.canParse(current)) return undefined;
  const { pathname, searchParams } = new URL(current);
  return pathname === app.portal(c.get("agency").slug) ? filtersOf((name) => searchParams.get(name)) : undefined;
}

/**
 * What the page that the member has open shows of these contacts, as it is now: their rows, the figures and the tabs. Two
 * statements, in the transaction of the action or after it.
 */
export async function loadContactsUpdate(
  c: MemberContext,
  db: AgencyReader,
  ids: readonly string[],
): Promise<ContactsUpdate> {
  const [rows, counts] = await Promise.all([findContactRows(db, ids), getPortalCounts(db)]);
  return { ...viewing(c), rows, counts, filters: openFilters(c) };
}
