// What a change in the editor sends: the form as it is now, and how the workflow stands with it.
import { WorkflowForm } from "./workflow-form.part.tsx";
import { WorkflowState } from "./workflow-state.part.tsx";
import type { WorkflowView } from "./workflow-view.ts";

export function WorkflowEditedReply(view: WorkflowView) {
  return (
    <>
      <WorkflowForm {...view} />
      <hx-partial hx-target="#workflow-state" hx-swap="outerMorph">
        <WorkflowState {...view} />
      </hx-partial>
    </>
  );
}
