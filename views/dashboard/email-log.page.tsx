// The Email log page: the newest batches, and every e-mail with what became of it.
import type { ListedBatch } from "../../src/models/email-batches.ts";
import { app } from "../../src/paths.ts";
import { DashboardLayout, type DashboardLayoutProps } from "../layouts/dashboard.layout.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmailBatchesPart } from "./email-batches.part.tsx";
import { EmailLogPart } from "./email-log.part.tsx";
import { EmailLogTabs, type LogTabsProps } from "./email-log-tabs.part.tsx";
import { EmailLogToolbar } from "./email-log-toolbar.part.tsx";
import type { EmailLogView } from "./email-log-view.ts";

type LogProps = EmailLogView & LogTabsProps & { batches: readonly ListedBatch[]; retryMost: number };
type EmailLogPageProps = Omit<DashboardLayoutProps, "title" | "children" | "current"> & { log: LogProps };

function Retry({ slug, counts, retryMost }: LogProps) {
  const action = app.emailLogRetries(slug);
  return (
    <form method="post" action={action} hx-post={action}>
      <FormToken />
      <Button type="submit" icon="refresh">{`Retry ${Math.min(counts.failed, retryMost)} failed`}</Button>
    </form>
  );
}

export function EmailLogPage({ log, ...layout }: EmailLogPageProps) {
  return (
    <DashboardLayout {...layout} title="Email log" current="log">
      <PageHead title="Email log" lead="Every email sent for your portal, and what became of it.">
        <div class="row">
          <ButtonLink href={app.suppressions(log.slug)} icon="ban">
            Suppressed addresses
          </ButtonLink>
          {log.mayAct && log.counts.failed > 0 && <Retry {...log} />}
        </div>
      </PageHead>
      {log.batches.length > 0 && <EmailBatchesPart {...log} />}
      <Panel title="Emails" titleId="log-title" hideTitle bare>
        <EmailLogTabs {...log} />
        <EmailLogToolbar {...log} />
        <EmailLogPart {...log} />
      </Panel>
    </DashboardLayout>
  );
}
