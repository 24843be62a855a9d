// What a filter or a page of the email log sends: the table, and beside it what says the same elsewhere on the page.
import { EmailLogPart } from "./email-log.part.tsx";
import { EmailLogTabsUpdate, type LogTabsProps } from "./email-log-tabs.part.tsx";
import { EmailLogHidden } from "./email-log-toolbar.part.tsx";
import type { EmailLogView } from "./email-log-view.ts";

export function EmailLogReply(props: EmailLogView & LogTabsProps) {
  const { length } = props.log.emails;
  return (
    <>
      <EmailLogPart {...props} />
      <EmailLogTabsUpdate {...props} />
      <hx-partial hx-target="#email-log-hidden" hx-swap="outerHTML">
        <EmailLogHidden {...props} />
      </hx-partial>
      <hx-partial hx-target="#live" hx-swap="innerHTML">
        {length === 1 ? "1 email on this page" : `${length} emails on this page`}
      </hx-partial>
    </>
  );
}
