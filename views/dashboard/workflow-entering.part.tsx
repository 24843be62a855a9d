// How many of those who matched when a workflow was switched on have entered; asks again by itself until all are in.
import { app } from "../../src/paths.ts";
import { Callout } from "../ui/callout.tsx";
import type { WorkflowView } from "./workflow-view.ts";

const contacts = (count: number) => (count === 1 ? "1 contact" : `${count.toLocaleString("en")} contacts`);

export function WorkflowEntering({
  slug,
  id,
  state,
  entering,
}: Pick<WorkflowView, "slug" | "id" | "state" | "entering">) {
  if (entering === undefined) return <div id="workflow-entering" hidden />;
  const paused = state === "paused";
  const asks = paused ? {} : { "hx-get": app.workflow(slug, id), "hx-trigger": "every 2s", "hx-swap": "outerHTML" };
  return (
    <div id="workflow-entering" {...asks}>
      <Callout tone="wait">
        {paused
          ? `${contacts(entering)} who match already entered before the pause. The others enter when the workflow is resumed.`
          : `Those who match already are entering: ${contacts(entering)} so far.`}
      </Callout>
    </div>
  );
}
