// The dialog of a batch: what was left out, how far it has come, and stopping it or trying again.
import { app } from "../../src/paths.ts";
import { Callout } from "../ui/callout.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";
import type { ToastProps } from "../ui/toast.tsx";
import { BulkActions, BulkProgress, type BulkProgressProps } from "./bulk-progress.part.tsx";
import { InviteOutcomes, type InviteReport } from "./paste-result.part.tsx";

export type BatchDialogProps = BulkProgressProps & {
  zone: string;
  /** Right after inviting: the outcome of each address. */
  report?: InviteReport | undefined;
  /** Words that the action before left behind; here rather than in a corner, where they would cover the buttons of a page without JavaScript. */
  notices?: readonly ToastProps[] | undefined;
  inPage?: boolean | undefined;
};

export function BatchDialog(props: BatchDialogProps) {
  const { slug, zone, batch, report, notices, inPage } = props;
  const close = app.portal(slug);
  return (
    <Dialog
      id="batch"
      title={batch.kind === "invite" ? "Sending invites" : "Sending login email"}
      lead="You can close this window. Sending goes on, and each contact shows the result."
      closeHref={close}
      inPage={inPage}
      foot={
        <>
          <div class="row" id="bulk-actions">
            <BulkActions {...props} />
          </div>
          <DialogClose href={close} variant="primary" autofocus>
            Close
          </DialogClose>
        </>
      }
    >
      {notices?.map(({ tone, title }) => (
        <Callout tone={tone}>{title}</Callout>
      ))}
      {report && (
        <div class="stack stack--3">
          <InviteOutcomes {...report} slug={slug} zone={zone} />
        </div>
      )}
      <BulkProgress {...props} />
    </Dialog>
  );
}
