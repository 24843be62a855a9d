// The two sides of a workflow: what it says, and what it did.
import { app } from "../../src/paths.ts";
import { Tabs } from "../ui/tabs.tsx";

export function WorkflowTabs({ slug, id, current }: { slug: string; id: string; current: "steps" | "runs" }) {
  return (
    <Tabs
      page
      label="Workflow"
      tabs={[
        { href: app.workflow(slug, id), label: "Steps", current: current === "steps" },
        { href: app.workflowRuns(slug, id), label: "Runs", current: current === "runs" },
      ]}
    />
  );
}
