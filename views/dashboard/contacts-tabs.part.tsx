// The statuses as tabs, each with how many contacts have it.
import type { ContactStatus } from "../../src/models/contacts.ts";
import type { PortalCounts } from "../../src/models/portal-counts.ts";
import { remembered } from "../ui/remembered.tsx";
import { contactStates } from "../ui/status.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { type Filters, listPath, swapsTable } from "./contacts-view.ts";

type TabsProps = { slug: string; filters: Filters; counts: PortalCounts };

const order: readonly ContactStatus[] = ["not-invited", "invited", "joined", "revoked"];

type DrawnProps = { slug: string; filters: Filters; all: number; count: Readonly<Record<ContactStatus, number>> };

const Drawn = remembered(({ slug, filters, all, count }: DrawnProps) => {
  const tab = (status: ContactStatus | undefined, label: string, held: number) => ({
    href: listPath(slug, { ...filters, status }),
    label,
    count: held,
    current: filters.status === status,
  });
  const tabs = [
    tab(undefined, "All", all),
    ...order.map((status) => tab(status, contactStates[status].word, count[status])),
  ];
  return (
    <Tabs
      id="contacts-tabs"
      label="Filter by status"
      tabs={tabs}
      target={swapsTable["hx-target"]}
      hx-swap={swapsTable["hx-swap"]}
      hx-indicator="closest .contacts"
    />
  );
});

export function ContactsTabs({ slug, filters, counts }: TabsProps) {
  const { all, notInvited, stillToJoin, joined, revoked } = counts;
  const count = { "not-invited": notInvited, invited: stillToJoin, joined, revoked };
  return Drawn({ slug, filters, all, count });
}

/** In a reply: the tabs as they are now; their elements stay, and so does the focus. */
export function ContactsTabsUpdate(props: TabsProps) {
  return (
    <hx-partial hx-target="#contacts-tabs" hx-swap="outerMorph">
      <ContactsTabs {...props} />
    </hx-partial>
  );
}
