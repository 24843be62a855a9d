// How a workflow stands, and what can be done with it: switched on, paused, saved, gone back on.
import { app } from "../../src/paths.ts";
import { Badge } from "../ui/badge.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { opensDialog } from "./contacts-view.ts";
import { WORKFLOW_FORM, type WorkflowView } from "./workflow-view.ts";
import { stateLabels, stateTones } from "./workflow-words.ts";

export function StateBadge({ state }: Pick<WorkflowView, "state">) {
  return <Badge tone={stateTones[state]}>{stateLabels[state]}</Badge>;
}

function Post({ action, children }: { action: string; children: string }) {
  return (
    <form method="post" action={action}>
      <FormToken />
      <Button type="submit">{children}</Button>
    </form>
  );
}

function Turn({ slug, id, state }: WorkflowView) {
  const enabling = app.workflowEnabling(slug, id);
  if (state === "on") return <Post action={app.workflowPause(slug, id)}>Pause</Post>;
  if (state === "paused") return <Post action={app.workflowResumption(slug, id)}>Resume</Post>;
  return (
    <ButtonLink href={enabling} {...opensDialog(enabling)}>
      Switch on
    </ButtonLink>
  );
}

/** What stands beside the title; the form's answers bring it up to date. */
export function WorkflowState(view: WorkflowView) {
  const { slug, id, state, hasChanges, number, mayChange } = view;
  return (
    <div class="row" id="workflow-state">
      <StateBadge state={state} />
      {hasChanges && <Badge tone="wait">Changes not in use</Badge>}
      {mayChange && (
        <>
          {hasChanges && number !== undefined && (
            <Post action={app.workflowDraftRemoval(slug, id)}>Discard changes</Post>
          )}
          <Turn {...view} />
          <Button type="submit" variant="primary" form={WORKFLOW_FORM}>
            Save
          </Button>
        </>
      )}
    </div>
  );
}
