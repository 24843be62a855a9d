// The search above the list, and the order where there are no column heads to click; a plain form without JavaScript.
import type { ContactsSort } from "../../src/models/contacts.ts";
import { app } from "../../src/paths.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Check } from "../ui/check.tsx";
import { remembered } from "../ui/remembered.tsx";
import { Search } from "../ui/search.tsx";
import { Select } from "../ui/select.tsx";
import { type Filters, opensDialog, swapsTable } from "./contacts-view.ts";

const sorts: readonly { value: ContactsSort | ""; label: string }[] = [
  { value: "", label: "Newest invite" },
  { value: "name", label: "Name" },
  { value: "company", label: "Company" },
  { value: "status", label: "Status" },
  { value: "-last-sign-in", label: "Last sign-in" },
];

/** The part of the form that follows what was clicked elsewhere: the tab and the column head. */
export function ToolbarFilters({ status, sort, tag }: Filters) {
  const known = sorts.some(({ value }) => value === (sort ?? ""));
  return (
    <div class="push" id="toolbar-filters">
      {status && <input type="hidden" name="status" value={status} />}
      {tag && <input type="hidden" name="tag" value={tag} />}
      <Select
        name="sort"
        class="only-cards"
        aria-label="Sort by"
        value={sort ?? ""}
        options={known ? sorts : [...sorts, { value: sort ?? "", label: "As chosen" }]}
      />
      <noscript>
        <Button type="submit">Search</Button>
      </noscript>
    </div>
  );
}

type ToolbarProps = { slug: string; filters: Filters; mayAct: boolean };

export const ContactsToolbar = remembered(({ slug, filters, mayAct }: ToolbarProps) => {
  return (
    <form
      class="toolbar"
      role="search"
      method="get"
      action={app.portal(slug)}
      hx-get={app.portal(slug)}
      {...swapsTable}
      hx-trigger="input delay:250ms, submit"
      hx-sync="this:replace"
      hx-indicator="closest .contacts"
    >
      <Search label="Search contacts" placeholder="Search name, email or company" value={filters.q} />
      <ToolbarFilters {...filters} />
      {mayAct && (
        <ButtonLink variant="quiet" icon="tag" href={app.contactTags(slug)} {...opensDialog(app.contactTags(slug))}>
          Tags
        </ButtonLink>
      )}
      {mayAct && (
        <div class="only-cards">
          <Check name="page" data-all="">
            Select all on this page
          </Check>
        </div>
      )}
    </form>
  );
});
