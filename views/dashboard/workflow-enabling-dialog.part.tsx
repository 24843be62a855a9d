// The question before a workflow is switched on: who would enter now, and whether they shall.
import type { Entrants } from "../../src/models/workflow-entrants.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { Check } from "../ui/check.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";

export type EnablingProps = {
  slug: string;
  id: string;
  name: string;
  /** What starts it and whom it is for, in words. */
  trigger: string;
  conditions?: string | undefined;
  entrants: Entrants;
  /** Why it cannot be switched on. */
  refusal?: string | undefined;
  inPage?: boolean | undefined;
};

const numberText = ({ count, atLeast }: Entrants) => `${count.toLocaleString("en")}${atLeast ? "+" : ""}`;

function Names({ first, count }: Entrants) {
  const names = first.map(({ name, email }) => name || email).join(", ");
  return <p class="small muted">{count > first.length ? `${names} and others` : names}</p>;
}

function Now(props: EnablingProps) {
  const { entrants } = props;
  if (entrants.count === 0) return <p>Nobody would enter now.</p>;
  const one = entrants.count === 1 && !entrants.atLeast;
  return (
    <div class="stack stack--2">
      <p>
        <b>{one ? "1 contact would enter now" : `${numberText(entrants)} contacts would enter now`}</b>
      </p>
      <Names {...entrants} />
      <Check name="existing" hint="Otherwise only those to whom it happens from now on.">
        {one ? "Let this contact enter" : `Let these ${numberText(entrants)} enter`}
      </Check>
    </div>
  );
}

export function WorkflowEnablingDialog(props: EnablingProps) {
  const { slug, id, name, trigger, conditions, refusal, inPage } = props;
  const close = app.workflow(slug, id);
  const about = { id: "workflow-enabling", closeHref: close, inPage, title: `Switch on “${name}”?` };
  if (refusal)
    return (
      <Dialog
        {...about}
        foot={
          <DialogClose href={close} autofocus>
            Close
          </DialogClose>
        }
      >
        <Callout tone="bad">{refusal}</Callout>
      </Dialog>
    );
  return (
    <Dialog
      {...about}
      lead={`${trigger}.${conditions ? ` ${conditions}.` : ""}`}
      action={app.workflowEnabling(slug, id)}
      foot={
        <>
          <span class="push" />
          <DialogClose href={close} />
          <Button type="submit" variant="primary" autofocus>
            Switch on
          </Button>
        </>
      }
    >
      <Now {...props} />
    </Dialog>
  );
}
