// What an action on contacts sends: their rows as they are now, the figures and the tabs, and words in a corner.
import type { ContactRow } from "../../src/models/contacts.ts";
import type { PortalCounts } from "../../src/models/portal-counts.ts";
import { app } from "../../src/paths.ts";
import { ToastPart, type ToastProps } from "../ui/toast.tsx";
import { swapsContact } from "./contact-access.part.tsx";
import { ContactRowUpdate } from "./contact-row.part.tsx";
import { ContactsTabsUpdate } from "./contacts-tabs.part.tsx";
import { type Filters, listPath, swapsTable, type Viewing } from "./contacts-view.ts";
import { StatsUpdate } from "./stats.part.tsx";

/** `filters` are those of the list that the reader has open; undefined when it is another page: that of a contact brings itself up to date. */
export type ContactsUpdate = Viewing & {
  rows: readonly ContactRow[];
  counts: PortalCounts;
  filters: Filters | undefined;
};

/** The parts alone, for a reply that has more to say. */
export function ContactsUpdated({ rows, counts, filters, ...viewing }: ContactsUpdate) {
  if (!filters) return rows.length === 1 ? <ContactReload slug={viewing.slug} id={rows[0]?.id ?? ""} /> : null;
  return (
    <>
      {rows.map((contact) => (
        <ContactRowUpdate contact={contact} {...viewing} />
      ))}
      <StatsUpdate counts={counts} />
      <ContactsTabsUpdate slug={viewing.slug} filters={filters} counts={counts} />
    </>
  );
}

function ContactReload({ slug, id }: { slug: string; id: string }) {
  return (
    <hx-partial hx-target="#contact-reload" hx-swap="innerHTML">
      <span hx-get={app.contact(slug, id)} hx-trigger="load" {...swapsContact} />
    </hx-partial>
  );
}

/** In a reply to an action on many: the list that is open asks for itself again, and nothing stays ticked. */
export function ContactsReload({ slug, filters }: { slug: string; filters: Filters | undefined }) {
  if (!filters) return null;
  return (
    <hx-partial hx-target="#contacts-reload" hx-swap="innerHTML">
      <span
        hx-get={listPath(slug, filters)}
        hx-trigger="load"
        hx-target={swapsTable["hx-target"]}
        hx-swap="outerHTML"
        hx-push-url="false"
        hx-indicator="closest .contacts"
      />
    </hx-partial>
  );
}

export function ContactsUpdatedReply({ toast, ...update }: ContactsUpdate & { toast: ToastProps }) {
  return (
    <>
      <ContactsUpdated {...update} />
      <ToastPart {...toast} />
    </>
  );
}
