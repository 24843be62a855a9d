// What an action on contacts sends: their rows as they are now, the figures and the tabs, and words in a corner.
import type { ContactRow } from "../../src/models/contacts.ts";
import type { PortalCounts } from "../../src/models/portal-counts.ts";
import { ToastPart, type ToastProps } from "../ui/toast.tsx";
import { ContactRowUpdate } from "./contact-row.part.tsx";
import { ContactsTabsUpdate } from "./contacts-tabs.part.tsx";
import { type Filters, type Viewing } from "./contacts-view.ts";
import { StatsUpdate } from "./stats.part.tsx";

/** `filters` are those of the list that the reader has open; undefined when it is another page, which has neither rows nor figures. */
export type ContactsUpdate = Viewing & {
  rows: readonly ContactRow[];
  counts: PortalCounts;
  filters: Filters | undefined;
};

/** The parts alone, for a reply that has more to say. */
export function ContactsUpdated({ rows, counts, filters, ...viewing }: ContactsUpdate) {
  if (!filters) return null;
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

export function ContactsUpdatedReply({ toast, ...update }: ContactsUpdate & { toast: ToastProps }) {
  return (
    <>
      <ContactsUpdated {...update} />
      <ToastPart {...toast} />
    </>
  );
}
