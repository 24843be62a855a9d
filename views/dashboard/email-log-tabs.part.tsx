// The statuses of the email log as tabs, each with how many there are, as far as they were counted.
import type { LogCounts, LogFilter, LogStatus } from "../../src/models/email-log.ts";
import { emailStates } from "../ui/status.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { logPath, swapsLog } from "./email-log-view.ts";

export type LogTabsProps = { slug: string; filter: LogFilter; counts: LogCounts; counted: number };

const order: readonly LogStatus[] = ["queued", "sent", "delayed", "bounced", "suppressed", "failed", "cancelled"];

export function EmailLogTabs({ slug, filter, counts, counted }: LogTabsProps) {
  const tab = (status: LogStatus | undefined, label: string) => {
    const count = counts[status ?? "all"];
    return {
      href: logPath(slug, { ...filter, status }),
      label,
      count: count > counted ? `${counted}+` : count,
      current: filter.status === status,
    };
  };
  return (
    <Tabs
      id="email-log-tabs"
      label="Filter by status"
      tabs={[tab(undefined, "All"), ...order.map((status) => tab(status, emailStates[status].word))]}
      target={swapsLog["hx-target"]}
      hx-swap={swapsLog["hx-swap"]}
    />
  );
}

/** In a reply: the tabs as they are now; their elements stay, and so does the focus. */
export function EmailLogTabsUpdate(props: LogTabsProps) {
  return (
    <hx-partial hx-target="#email-log-tabs" hx-swap="outerMorph">
      <EmailLogTabs {...props} />
    </hx-partial>
  );
}
