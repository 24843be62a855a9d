// One workflow in its editor.
import { app } from "../../src/paths.ts";
import { DashboardLayout, type DashboardLayoutProps } from "../layouts/dashboard.layout.tsx";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Crumbs, PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { NameField } from "./naming-form.tsx";
import { WorkflowEntering } from "./workflow-entering.part.tsx";
import { WorkflowForm } from "./workflow-form.part.tsx";
import { WorkflowState } from "./workflow-state.part.tsx";
import { WorkflowTabs } from "./workflow-tabs.tsx";
import type { WorkflowView } from "./workflow-view.ts";

type PageProps = Omit<DashboardLayoutProps, "title" | "children" | "current" | "narrow"> & {
  view: WorkflowView;
  /** The name as typed, with what is wrong with it. */
  renaming?: { typed: string; error: string } | undefined;
};

function olderRunsText({ olderRuns }: WorkflowView): string {
  return olderRuns === 1
    ? "1 open run finishes on the version that it started with."
    : `${olderRuns.toLocaleString("en")} open runs finish on the version that they started with.`;
}

function Rename({ slug, id, name, renaming }: WorkflowView & Pick<PageProps, "renaming">) {
  return (
    <Panel id="w-name" title="Name">
      <form class="stack stack--5" method="post" action={app.workflowName(slug, id)}>
        <FormToken />
        <NameField id="w-name-field" value={renaming?.typed ?? name} error={renaming?.error} />
        <div>
          <Button type="submit">Rename</Button>
        </div>
      </form>
    </Panel>
  );
}

function Remove({ slug, id, name }: WorkflowView) {
  return (
    <Panel id="w-removal" title="Remove" lead="Open runs stop where they are. What was sent stays in the email log.">
      <form
        method="post"
        action={app.workflowRemoval(slug, id)}
        hx-post={app.workflowRemoval(slug, id)}
        hx-confirm={`Remove “${name}”? Open runs stop where they are.`}
        data-confirm-action="Remove workflow"
      >
        <FormToken />
        <Button type="submit" variant="danger-quiet" data-confirm-action="Remove workflow">
          Remove workflow
        </Button>
      </form>
    </Panel>
  );
}

export function WorkflowPage({ view, renaming, ...layout }: PageProps) {
  const { slug, name } = view;
  return (
    <DashboardLayout {...layout} title={`${name} · Workflows`} current="workflows" narrow>
      <Crumbs links={[{ href: app.workflows(slug), label: "Workflows" }]} current={name} />
      <PageHead title={name}>
        <WorkflowState {...view} />
      </PageHead>
      <WorkflowTabs {...view} current="steps" />
      <WorkflowEntering {...view} />
      {view.olderRuns > 0 && <Callout tone="wait">{olderRunsText(view)}</Callout>}
      <WorkflowForm {...view} />
      {view.mayChange && (
        <>
          <Rename {...view} renaming={renaming} />
          <Remove {...view} />
        </>
      )}
    </DashboardLayout>
  );
}
