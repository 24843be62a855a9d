// What a filter, an order or a page sends: the table, and beside it what says the same elsewhere on the page.
import type { Child } from "hono/jsx";
import type { PortalCounts } from "../../src/models/portal-counts.ts";
import { BulkBarPart } from "./bulk-bar.part.tsx";
import { ContactsTable, type ContactsTableProps } from "./contacts-table.part.tsx";
import { ContactsTabsUpdate } from "./contacts-tabs.part.tsx";
import { ToolbarFilters } from "./contacts-toolbar.part.tsx";
import { totalText } from "./contacts-view.ts";

export function ContactsTableReply(props: ContactsTableProps & { counts: PortalCounts; rows: Child }) {
  const { list, filters, slug, mayAct } = props;
  return (
    <>
      <ContactsTable {...props} />
      <ContactsTabsUpdate {...props} />
      <hx-partial hx-target="#toolbar-filters" hx-swap="outerHTML">
        <ToolbarFilters {...filters} />
      </hx-partial>
      {mayAct && (
        <hx-partial hx-target="#bulk-bar" hx-swap="outerHTML">
          <BulkBarPart slug={slug} filters={filters} list={list} />
        </hx-partial>
      )}
      <hx-partial hx-target="#live" hx-swap="innerHTML">
        {list.total === 1 ? "1 contact" : `${totalText(list)} contacts`}
      </hx-partial>
    </>
  );
}
