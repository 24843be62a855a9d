// The question before somebody is taken off the team.
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";
import type { ShownTeammate } from "./team-view.ts";

type TeammateRemovalProps = {
  slug: string;
  agencyName: string;
  mate: ShownTeammate;
  inPage?: boolean | undefined;
};

export function TeammateRemovalDialog({ slug, agencyName, mate, inPage }: TeammateRemovalProps) {
  const close = app.team(slug);
  return (
    <Dialog
      id="teammate-removal"
      title={mate.waiting ? `Withdraw ${mate.email}` : `Remove ${mate.name}`}
      closeHref={close}
      action={app.teammateRemoval(slug, mate.id)}
      inPage={inPage}
      foot={
        <>
          <span class="push" />
          <DialogClose href={close} autofocus />
          <Button type="submit" variant="danger">
            {mate.waiting ? "Withdraw" : "Remove from the team"}
          </Button>
        </>
      }
    >
      {mate.waiting ? (
        <p>The button in the email leads nowhere from now on.</p>
      ) : (
        <p>{`The dashboard of ${agencyName} closes for ${mate.name} at once. What was done stays in the record.`}</p>
      )}
    </Dialog>
  );
}
