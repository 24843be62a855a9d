// The agency's workflows with what they are doing, those that stand ready to be switched on, and when they may write.
import type { WorkflowLine } from "../../src/models/workflows.ts";
import { app } from "../../src/paths.ts";
import { DashboardLayout, type DashboardLayoutProps } from "../layouts/dashboard.layout.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { Row, Rows } from "../ui/rows.tsx";
import { Select } from "../ui/select.tsx";
import { Table } from "../ui/table.tsx";
import { WorkflowSettingsForm, type WorkflowSettingsProps } from "./workflow-settings.part.tsx";
import { StateBadge } from "./workflow-state.part.tsx";
import { triggerText } from "./workflow-words.ts";

export type WorkflowsProps = {
  slug: string;
  mayChange: boolean;
  workflows: readonly WorkflowLine[];
  readyMades: readonly { key: string; name: string; about: string }[];
  templates: readonly { id: string; name: string }[];
  settings: WorkflowSettingsProps;
};

type PageProps = Omit<DashboardLayoutProps, "title" | "children" | "current"> & { view: WorkflowsProps };

function CountCell({ label, count, href }: { label: string; count: number; href: string }) {
  return (
    <td data-label={label} class="num">
      {count > 0 ? <a href={href}>{count.toLocaleString("en")}</a> : "0"}
    </td>
  );
}

function WorkflowRow({ slug, line }: { slug: string; line: WorkflowLine }) {
  const { id, name, state, trigger, hasChanges, counts } = line;
  const runs = (of: string) => app.workflowRuns(slug, id, { state: of });
  return (
    <tr>
      <td>
        <div class="who">
          <span>
            <a href={app.workflow(slug, id)}>{name}</a>
            <small>{triggerText(trigger)}</small>
          </span>
        </div>
      </td>
      <td data-label="State">
        <div class="row">
          <StateBadge state={state} />
          {hasChanges && <Badge tone="wait">Changes not in use</Badge>}
        </div>
      </td>
      <CountCell label="Running" count={counts.running} href={runs("running")} />
      <CountCell label="Done" count={counts.done} href={runs("done")} />
      <CountCell label="Stopped" count={counts.stopped} href={runs("stopped")} />
      <CountCell label="Failed" count={counts.failed} href={runs("failed")} />
    </tr>
  );
}

function List({ slug, workflows }: WorkflowsProps) {
  if (workflows.length === 0)
    return <Empty title="No workflows yet" text="Take one that stands ready below, or begin with an empty one." />;
  return (
    <Table
      kind="cards"
      caption="Workflows"
      head={
        <>
          <th scope="col">Workflow</th>
          <th scope="col">State</th>
          <th scope="col">Running</th>
          <th scope="col">Done</th>
          <th scope="col">Stopped</th>
          <th scope="col">Failed</th>
        </>
      }
    >
      {workflows.map((line) => (
        <WorkflowRow slug={slug} line={line} />
      ))}
    </Table>
  );
}

function ReadyMades({ slug, readyMades, templates }: WorkflowsProps) {
  return (
    <Panel id="ready-made" title="Ready-made" lead="Each begins switched off: look at its steps, then switch it on.">
      <Rows>
        {readyMades.map(({ key, name, about }) => (
          <Row icon="flow" title={name} text={about}>
            <form class="row" method="post" action={app.workflows(slug)}>
              <FormToken />
              <input type="hidden" name="ready_made" value={key} />
              {templates.length > 0 && (
                <Select
                  name="template"
                  aria-label={`Email of “${name}”`}
                  options={[
                    { value: "", label: key === "remind-until-joined" ? "The invite" : "Its own words" },
                    ...templates.map((template) => ({ value: template.id, label: template.name })),
                  ]}
                  value=""
                />
              )}
              <Button type="submit" small about={name}>
                Use
              </Button>
            </form>
          </Row>
        ))}
      </Rows>
    </Panel>
  );
}

export function WorkflowsPage({ view, ...layout }: PageProps) {
  const { slug, mayChange } = view;
  return (
    <DashboardLayout {...layout} title="Workflows" current="workflows">
      <PageHead title="Workflows" lead="Emails and tags at the right moment, by themselves.">
        {mayChange && (
          <ButtonLink variant="primary" icon="plus" href={app.newWorkflow(slug)}>
            New workflow
          </ButtonLink>
        )}
      </PageHead>
      <Panel title="Workflows" titleId="workflows-title" hideTitle bare>
        <List {...view} />
      </Panel>
      {mayChange && <ReadyMades {...view} />}
      <WorkflowSettingsForm {...view.settings} />
    </DashboardLayout>
  );
}
