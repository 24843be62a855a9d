// The list of contacts: heads that order it, its rows and the pager; or why there are none.

import type { Child } from "hono/jsx";
import type { ContactsSort, SortField } from "../../src/models/contacts.ts";
import { app, defaultContactsSort } from "../../src/paths.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Icon } from "../ui/icon.tsx";
import { remembered } from "../ui/remembered.tsx";
import { ActionsHead, Pager, SelectAllCell, SortHead, Table } from "../ui/table.tsx";
import {
  type Filters,
  type ListFrame,
  listPath,
  opensDialog,
  swapsTable,
  totalText,
  type Viewing,
} from "./contacts-view.ts";

/** The id of what asks for the table by itself. */
export const WATCH = "contacts-watch";

/** `cursor` is the place in the list that the address names; with `watch` the table asks for itself until every e-mail has settled. */
export type ContactsTableProps = Viewing & {
  list: ListFrame;
  watch: boolean;
  filters: Filters;
  cursor: { after?: string | undefined; before?: string | undefined };
};

type HeadsProps = Pick<ContactsTableProps, "slug" | "filters" | "mayAct">;
type HeadProps = HeadsProps & { field: SortField; label: string; first?: "descending"; class?: string };

/** A click orders by this column, a second one the other way round; moments begin with the newest. */
function Head({ field, label, first, slug, filters, class: more }: HeadProps) {
  const current = filters.sort ?? defaultContactsSort;
  const direction = current === field ? "ascending" : current === `-${field}` ? "descending" : undefined;
  const descends = direction ? direction === "ascending" : first === "descending";
  const sort: ContactsSort = descends ? `-${field}` : field;
  return (
    <SortHead
      label={label}
      class={more}
      direction={direction}
      href={listPath(slug, { ...filters, sort: sort === defaultContactsSort ? undefined : sort })}
      target={swapsTable["hx-target"]}
      hx-swap={swapsTable["hx-swap"]}
      hx-indicator="closest .contacts"
    />
  );
}

const Heads = remembered((props: HeadsProps) => {
  return (
    <>
      {props.mayAct && <SelectAllCell />}
      <Head {...props} field="name" label="Contact" class="cell-who" />
      <Head {...props} field="company" label="Company" class="cell-company" />
      <Head {...props} field="status" label="Status" />
      <Head {...props} field="invited" label="Invited" class="cell-invited" first="descending" />
      <Head {...props} field="last-sign-in" label="Last sign-in" first="descending" />
      {props.mayAct && <ActionsHead />}
    </>
  );
});

const nobodyWith = {
  "not-invited": { title: "Everyone has been invited", text: "Contacts that nobody has invited yet would stand here." },
  invited: {
    title: "Nobody is still to join",
    text: "Contacts stand here from their invite until their first sign-in.",
  },
  joined: { title: "Nobody has joined yet", text: "Contacts stand here from their first sign-in." },
  revoked: { title: "Nobody’s access is revoked", text: "Contacts stand here while they cannot sign in." },
} as const;

function NoMatch({ slug, filters: { q, status, sort, tag }, mayAct }: ContactsTableProps) {
  const invite = app.invitations(slug);
  if (!q && tag)
    return (
      <Empty
        title={`Nobody${status ? " here" : ""} has the tag “${tag}”`}
        text="Tags stand under the name of a contact."
      >
        <ButtonLink href={listPath(slug, { sort })}>Show all contacts</ButtonLink>
      </Empty>
    );
  if (!q && status)
    return (
      <Empty {...nobodyWith[status]}>
        <ButtonLink href={listPath(slug, { sort })}>Show all contacts</ButtonLink>
      </Empty>
    );
  return (
    <Empty
      title={`No contact matches “${q ?? ""}”`}
      text={`Check the spelling, look under another status${mayAct ? ", or invite that person by email" : ""}.`}
    >
      <ButtonLink href={listPath(slug, { status, sort, tag })}>Clear search</ButtonLink>
      {mayAct && (
        <ButtonLink variant="primary" icon="userplus" href={invite} {...opensDialog(invite)}>
          Invite by email
        </ButtonLink>
      )}
    </Empty>
  );
}

/** Which rows these are: "51–100 of 214", or "of 1,000+" where nobody has counted further. */
export const rangeText = (page: ListFrame) => `${page.before + 1}–${page.before + page.shown} of ${totalText(page)}`;

function Pages({ list, slug, filters }: ContactsTableProps) {
  const { previous, next } = list;
  return (
    <Pager
      label="Pages of contacts"
      range={rangeText(list)}
      previous={previous && listPath(slug, { ...filters, before: previous })}
      next={next && listPath(slug, { ...filters, after: next })}
      target={swapsTable["hx-target"]}
      hx-swap={`${swapsTable["hx-swap"]} show:top showTarget:.contacts`}
      hx-indicator="closest .contacts"
    />
  );
}

/** Asks for the table again while e-mails to many of its contacts are on their way; the reply without it ends that. */
function Watch({ slug, filters, cursor }: ContactsTableProps) {
  const href = listPath(slug, { ...filters, ...cursor });
  return (
    <span
      id={WATCH}
      hx-get={href}
      hx-trigger="every 5s"
      hx-target={swapsTable["hx-target"]}
      hx-swap={swapsTable["hx-swap"]}
      hx-indicator="this"
    />
  );
}

/** Which tag the list is narrowed to, and the way out. */
function Narrowed({ slug, filters: { tag, ...filters } }: ContactsTableProps) {
  if (!tag) return null;
  const href = listPath(slug, filters);
  return (
    <p class="tag-filter small">
      <Icon name="tag" />
      <span>
        Tagged <b>{tag}</b>
      </span>
      <a href={href} hx-get={href} {...swapsTable} hx-indicator="closest .contacts">
        Show all<span class="sr-only"> tags</span>
      </a>
    </p>
  );
}

/** `rows` are drawn by `drawRows`. */
export function ContactsTable({ rows, ...props }: ContactsTableProps & { rows: Child }) {
  const { list, slug, mayAct, filters, watch } = props;
  return (
    <div id="contacts-table">
      <Narrowed {...props} />
      {list.shown === 0 ? (
        <NoMatch {...props} />
      ) : (
        <>
          <Table
            caption="Contacts and their client portal access"
            kind="contacts"
            head={Heads({ slug, mayAct, filters })}
          >
            {rows}
          </Table>
          <Pages {...props} />
          {watch && <Watch {...props} />}
        </>
      )}
    </div>
  );
}
