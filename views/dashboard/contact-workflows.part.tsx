// The workflows that a contact is in or was in, on his page.
import type { RunLine } from "../../src/models/workflow-runs.ts";
import { app } from "../../src/paths.ts";
import { Panel } from "../ui/panel.tsx";
import { Row, Rows } from "../ui/rows.tsx";
import { RunStands } from "./workflow-runs.page.tsx";

type Props = { slug: string; zone: string; runs: readonly RunLine[]; templates: ReadonlyMap<string, string> };

const SHOWN = 5;

/** Nothing for a contact who never entered one. */
export function ContactWorkflows({ slug, zone, runs, templates }: Props) {
  if (runs.length === 0) return null;
  return (
    <Panel id="contact-workflows" title="Workflows">
      <Rows>
        {runs.slice(0, SHOWN).map((run) => (
          <Row
            title={<a href={app.workflowRun(slug, run.workflowId, run.id)}>{run.workflowName}</a>}
            text={<RunStands run={run} zone={zone} templates={templates} />}
          />
        ))}
      </Rows>
    </Panel>
  );
}
