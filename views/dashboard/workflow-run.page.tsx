// One contact's run of a workflow: what each step did and when, what comes next, and what can be done about it.
import type { RunStep, WorkflowRun } from "../../src/models/workflow-runs.ts";
import { app } from "../../src/paths.ts";
import { DashboardLayout, type DashboardLayoutProps } from "../layouts/dashboard.layout.tsx";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { Facts } from "../ui/facts.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Moment, momentText } from "../ui/moment.tsx";
import { Crumbs, PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { emailStates } from "../ui/status.tsx";
import { Timeline, TimelineDay, TimelineItem } from "../ui/timeline.tsx";
import { RunBadge } from "./workflow-runs.page.tsx";
import { stepIcons, stepText } from "./workflow-words.ts";

export type RunProps = {
  slug: string;
  zone: string;
  mayAct: boolean;
  run: WorkflowRun;
  templates: ReadonlyMap<string, string>;
};

function Act({ action, label, primary }: { action: string; label: string; primary?: boolean }) {
  return (
    <form method="post" action={action}>
      <FormToken />
      <Button type="submit" {...(primary ? { variant: "primary" as const } : {})}>
        {label}
      </Button>
    </form>
  );
}

function Actions({ slug, run }: RunProps) {
  const { workflowId, id, state } = run;
  if (state === "running") return <Act action={app.workflowRunStop(slug, workflowId, id)} label="Stop this run" />;
  if (state === "failed")
    return <Act action={app.workflowRunRetry(slug, workflowId, id)} label="Run again from this step" primary />;
  return null;
}

const tones: Readonly<Record<RunStep["outcome"], "good" | "bad" | undefined>> = {
  done: "good",
  skipped: undefined,
  failed: "bad",
};
const outcomes: Readonly<Record<RunStep["outcome"], string | undefined>> = {
  done: undefined,
  skipped: "Skipped.",
  failed: "Failed.",
};

function Line({ step, slug, run, zone, templates }: RunProps & { step: RunStep }) {
  const said = run.definition.steps[step.position];
  const icon = said ? stepIcons[said.do] : "help";
  const words = [step.try > 1 && `Try ${step.try}.`, outcomes[step.outcome], step.reason].filter(Boolean).join(" ");
  const detail = (
    <>
      {words}
      {step.email && (
        <>
          {words && " "}
          <a href={app.loggedEmail(slug, step.email.id)}>
            Email<span class="sr-only">{` of step ${step.position + 1}`}</span>
          </a>
          : {emailStates[step.email.status].word.toLowerCase()}
        </>
      )}
    </>
  );
  return (
    <TimelineItem
      icon={icon}
      tone={tones[step.outcome]}
      at={step.at}
      zone={zone}
      detail={words || step.email ? detail : undefined}
    >
      {said ? stepText(said, templates) : step.step}
    </TimelineItem>
  );
}

function Story(props: RunProps) {
  const { run, zone } = props;
  let last = "";
  const day = (at: Date) => {
    const text = momentText(at, { zone, precision: "day" });
    const heading = text !== last && <TimelineDay>{text}</TimelineDay>;
    last = text;
    return heading;
  };
  return (
    <Timeline>
      {day(run.enteredAt)}
      <TimelineItem icon="flow" at={run.enteredAt} zone={zone}>
        Entered
      </TimelineItem>
      {run.steps.map((step) => (
        <>
          {day(step.at)}
          <Line {...props} step={step} />
        </>
      ))}
      {run.endedAt && (
        <>
          {day(run.endedAt)}
          <TimelineItem
            icon={run.state === "done" ? "done" : run.state === "failed" ? "fail" : "ban"}
            tone={run.state === "done" ? "good" : run.state === "failed" ? "bad" : undefined}
            at={run.endedAt}
            zone={zone}
            detail={run.reason ?? undefined}
          >
            {run.state === "done" ? "Done" : run.state === "failed" ? "Failed" : "Stopped"}
          </TimelineItem>
        </>
      )}
    </Timeline>
  );
}

type PageProps = Omit<DashboardLayoutProps, "title" | "children" | "current"> & { view: RunProps; fault?: string };

export function WorkflowRunPage({ view, fault, ...layout }: PageProps) {
  const { slug, zone, mayAct, run, templates } = view;
  const name = run.contact.name || run.contact.email;
  const title = `${run.workflowName}: ${name}`;
  const facts = [
    { name: "Contact", value: <a href={app.contact(slug, run.contact.id)}>{name}</a> },
    { name: "State", value: <RunBadge state={run.state} /> },
    ...(run.reason ? [{ name: "Reason", value: run.reason }] : []),
    ...(run.next ? [{ name: run.state === "failed" ? "At" : "Next", value: stepText(run.next, templates) }] : []),
    ...(run.dueAt ? [{ name: "When", value: <Moment at={run.dueAt} zone={zone} /> }] : []),
    { name: "Version", value: String(run.version) },
  ];
  return (
    <DashboardLayout {...layout} title={title} current="workflows">
      <Crumbs
        links={[
          { href: app.workflows(slug), label: "Workflows" },
          { href: app.workflowRuns(slug, run.workflowId), label: run.workflowName },
        ]}
        current={name}
      />
      <PageHead title={name} lead={`In “${run.workflowName}”`}>
        {mayAct && <Actions {...view} />}
      </PageHead>
      {fault && (
        <div role="alert">
          <Callout tone="bad">{fault}</Callout>
        </div>
      )}
      <div class="split">
        <Panel title="What happened" titleId="run-story-title">
          <Story {...view} />
        </Panel>
        <Panel title="Run" titleId="run-facts-title">
          <Facts facts={facts} />
        </Panel>
      </div>
    </DashboardLayout>
  );
}
