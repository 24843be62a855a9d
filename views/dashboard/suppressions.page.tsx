// The addresses that the agency does not write to, with why and since when, and letting them be written to again.
import type { SuppressionsPage as Found } from "../../src/models/suppressions.ts";
import { app } from "../../src/paths.ts";
import { DashboardLayout, type DashboardLayoutProps } from "../layouts/dashboard.layout.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Moment } from "../ui/moment.tsx";
import { Crumbs, PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { Search } from "../ui/search.tsx";
import { ActionsHead, Pager, Table } from "../ui/table.tsx";
import { opensDialog } from "./contacts-view.ts";

export type SuppressionsProps = {
  slug: string;
  zone: string;
  mayAct: boolean;
  mayRemove: boolean;
  q: string;
  after?: string | undefined;
  found: Found;
};

type Line = Found["suppressions"][number];

const swaps = { "hx-target": "#suppressions", "hx-swap": "outerMorph", "hx-push-url": "true" } as const;

function Remove({ slug, q, line }: { slug: string; q: string; line: Line }) {
  const action = app.suppressionRemovals(slug);
  return (
    <form
      method="post"
      action={action}
      hx-post={action}
      hx-target="#suppressions"
      hx-swap="outerMorph"
      hx-confirm={`Send to ${line.email} again? If the address still does not exist, it will be suppressed again and your domain's reputation suffers.`}
      data-confirm-action="Send again"
    >
      <FormToken />
      <input type="hidden" name="email" value={line.email} />
      <input type="hidden" name="q" value={q} />
      <Button type="submit" small about={line.email} data-confirm-action="Send again">
        Remove
      </Button>
    </form>
  );
}

function SuppressionRow({ slug, zone, mayAct, mayRemove, q, line }: SuppressionsProps & { line: Line }) {
  const fix = line.contactId && app.contactAddress(slug, line.contactId);
  return (
    <tr>
      <td>
        <div class="who">
          <span>
            {line.contactId ? <a href={app.contact(slug, line.contactId)}>{line.name || line.email}</a> : line.email}
            {line.name && <small>{line.email}</small>}
          </span>
        </div>
      </td>
      <td data-label="Reason">{line.reason}</td>
      <td data-label="Since" class="dim">
        <Moment at={line.createdAt} zone={zone} />
      </td>
      <td class="cell-actions" data-corner="">
        <div class="row">
          {mayAct && fix && (
            <ButtonLink small href={fix} about={`of ${line.name || line.email}`} {...opensDialog(fix)}>
              Fix address
            </ButtonLink>
          )}
          {mayRemove && <Remove slug={slug} q={q} line={line} />}
        </div>
      </td>
    </tr>
  );
}

export function SuppressionsPart(props: SuppressionsProps) {
  const { slug, q, after, found } = props;
  if (found.suppressions.length === 0)
    return (
      <div id="suppressions">
        {q || after ? (
          <Empty title="No address found" text="Nothing here contains what you typed.">
            <ButtonLink href={app.suppressions(slug)}>Show all</ButtonLink>
          </Empty>
        ) : (
          <Empty
            title="Nothing is suppressed"
            text="An address comes here when a server says that it does not exist, or when somebody marks an email as spam."
          />
        )}
      </div>
    );
  return (
    <div id="suppressions">
      <Table
        kind="cards"
        caption="Suppressed addresses, by address"
        head={
          <>
            <th scope="col">Address</th>
            <th scope="col">Reason</th>
            <th scope="col">Since</th>
            <ActionsHead />
          </>
        }
      >
        {found.suppressions.map((line) => (
          <SuppressionRow {...props} line={line} />
        ))}
      </Table>
      {(after || found.next) && (
        <Pager
          label="Pages of addresses"
          range={`${found.suppressions.length} addresses`}
          {...(after ? { previous: app.suppressions(slug, { q }) } : {})}
          {...(found.next ? { next: app.suppressions(slug, { q, after: found.next }) } : {})}
          target={swaps["hx-target"]}
          hx-swap={swaps["hx-swap"]}
        />
      )}
    </div>
  );
}

type SuppressionsPageProps = Omit<DashboardLayoutProps, "title" | "children" | "current"> & {
  suppressions: SuppressionsProps;
};

export function SuppressionsPage({ suppressions, ...layout }: SuppressionsPageProps) {
  const { slug, q } = suppressions;
  const lead = "Emails to these addresses are not sent, because they came back or were marked as spam.";
  return (
    <DashboardLayout {...layout} title="Suppressed addresses" current="log">
      <Crumbs links={[{ href: app.emailLog(slug), label: "Email log" }]} current="Suppressed addresses" />
      <PageHead title="Suppressed addresses" lead={lead} />
      <Panel title="Addresses" titleId="suppressions-title" hideTitle bare>
        <form
          class="toolbar"
          role="search"
          method="get"
          action={app.suppressions(slug)}
          hx-get={app.suppressions(slug)}
          {...swaps}
          hx-trigger="input delay:250ms, submit"
          hx-sync="this:replace"
        >
          <Search label="Search addresses" placeholder="Search addresses" value={q} />
          <noscript>
            <Button type="submit">Search</Button>
          </noscript>
        </form>
        <SuppressionsPart {...suppressions} />
      </Panel>
    </DashboardLayout>
  );
}
