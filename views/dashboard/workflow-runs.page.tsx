// The runs of a workflow: who is in it and where, who is through, who stopped or failed and why.
import type { RunLine, WorkflowRunState } from "../../src/models/workflow-runs.ts";
import { app } from "../../src/paths.ts";
import { DashboardLayout, type DashboardLayoutProps } from "../layouts/dashboard.layout.tsx";
import { Avatar } from "../ui/avatar.tsx";
import { Badge } from "../ui/badge.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Moment } from "../ui/moment.tsx";
import { Crumbs, PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { ActionsHead, Pager, Table } from "../ui/table.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { StateBadge } from "./workflow-state.part.tsx";
import { WorkflowTabs } from "./workflow-tabs.tsx";
import type { WorkflowView } from "./workflow-view.ts";
import { runLabels, runTones, stepText } from "./workflow-words.ts";

export type RunsProps = Pick<WorkflowView, "slug" | "id" | "name" | "state"> & {
  zone: string;
  shown: WorkflowRunState | undefined;
  after: string | undefined;
  counts: Readonly<Record<WorkflowRunState, number>>;
  runs: readonly RunLine[];
  next: string | undefined;
  templates: ReadonlyMap<string, string>;
};

export function RunBadge({ state }: { state: WorkflowRunState }) {
  return <Badge tone={runTones[state]}>{runLabels[state]}</Badge>;
}

/** Where a run stands in one line: what comes next and when, or why it is over. */
export function RunStands({ run, zone, templates }: { run: RunLine; zone: string } & Pick<RunsProps, "templates">) {
  const next = run.next && stepText(run.next, templates);
  return (
    <div>
      <RunBadge state={run.state} />
      {run.state === "running" && next && (
        <span class="hint">
          {" "}
          · Next: {next}
          {run.dueAt && (
            <>
              , <Moment at={run.dueAt} zone={zone} inSentence />
            </>
          )}
        </span>
      )}
      {run.state === "running" && !next && run.dueAt && (
        <span class="hint">
          {" "}
          · Until <Moment at={run.dueAt} zone={zone} inSentence />
        </span>
      )}
      {run.state === "failed" && next && <span class="hint"> · At: {next}</span>}
      {run.reason && <span class="hint"> · {run.reason}</span>}
    </div>
  );
}

function RunRow({ slug, id, zone, templates, run }: RunsProps & { run: RunLine }) {
  const name = run.contact.name || run.contact.email;
  return (
    <tr>
      <td>
        <div class="who">
          <Avatar name={name} />
          <span>
            <a href={app.contact(slug, run.contact.id)}>{name}</a>
            {run.contact.name && <small>{run.contact.email}</small>}
          </span>
        </div>
      </td>
      <td data-label="State">
        <RunStands run={run} zone={zone} templates={templates} />
      </td>
      <td data-label="Entered" class="dim">
        <Moment at={run.enteredAt} zone={zone} />
      </td>
      <td data-label="Version" class="num">
        {String(run.version)}
      </td>
      <td class="cell-actions" data-corner="">
        <ButtonLink small variant="quiet" href={app.workflowRun(slug, id, run.id)} about={`run of ${name}`}>
          View
        </ButtonLink>
      </td>
    </tr>
  );
}

function List(props: RunsProps) {
  const { slug, id, shown, after, runs, next } = props;
  if (runs.length === 0)
    return (
      <Empty
        title={shown ? "No such runs" : "No runs yet"}
        text={shown ? "No run is in this state." : "Each contact who enters gets a run of his own here."}
      />
    );
  return (
    <>
      <Table
        kind="cards"
        caption="Runs, newest first"
        head={
          <>
            <th scope="col">Contact</th>
            <th scope="col">State</th>
            <th scope="col">Entered</th>
            <th scope="col">Version</th>
            <ActionsHead />
          </>
        }
      >
        {runs.map((run) => (
          <RunRow {...props} run={run} />
        ))}
      </Table>
      {(after || next) && (
        <Pager
          label="Pages of runs"
          range={runs.length === 1 ? "1 run" : `${runs.length} runs`}
          {...(after ? { previous: app.workflowRuns(slug, id, { state: shown }) } : {})}
          {...(next ? { next: app.workflowRuns(slug, id, { state: shown, after: next }) } : {})}
        />
      )}
    </>
  );
}

const order: readonly WorkflowRunState[] = ["running", "done", "stopped", "failed"];

type PageProps = Omit<DashboardLayoutProps, "title" | "children" | "current"> & { view: RunsProps };

export function WorkflowRunsPage({ view, ...layout }: PageProps) {
  const { slug, id, name, shown, counts } = view;
  const all = order.reduce((sum, state) => sum + counts[state], 0);
  const tab = (state: WorkflowRunState | undefined, label: string, count: number) => ({
    href: app.workflowRuns(slug, id, { state }),
    label,
    count: count.toLocaleString("en"),
    current: shown === state,
  });
  return (
    <DashboardLayout {...layout} title={`Runs · ${name}`} current="workflows">
      <Crumbs links={[{ href: app.workflows(slug), label: "Workflows" }]} current={name} />
      <PageHead title={name}>
        <StateBadge state={view.state} />
      </PageHead>
      <WorkflowTabs {...view} current="runs" />
      <Panel title="Runs" titleId="runs-title" hideTitle bare>
        <Tabs
          label="Filter by state"
          tabs={[tab(undefined, "All", all), ...order.map((state) => tab(state, runLabels[state], counts[state]))]}
        />
        <List {...view} />
      </Panel>
    </DashboardLayout>
  );
}
