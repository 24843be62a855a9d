// The question before the portal moves to another of the agency's hosts: what goes on working, and what is new.
import type { HostChange } from "../../src/models/host-selection.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";

export type HostSelectionDialogProps = {
  slug: string;
  change: HostChange;
  /** The page to come back to. */
  from: "portal" | "domains";
  inPage?: boolean | undefined;
};

const count = (n: number, one: string, many: string) => (n === 1 ? one : many.replace("N", n.toLocaleString("en")));

function Effects({ to, from, liveLinks, sessions }: HostChange) {
  return (
    <div class="stack stack--2">
      <p>{`New invites, login emails and magic links lead to ${to.shownName}.`}</p>
      {liveLinks > 0 && (
        <p>
          {count(
            liveLinks,
            `1 link that was sent already keeps working and leads to ${to.shownName}.`,
            `N links that were sent already keep working and lead to ${to.shownName}.`,
          )}
        </p>
      )}
      {sessions > 0 && (
        <p>
          {count(
            sessions,
            "1 sign-in moves along: the client stays signed in.",
            "N sign-ins move along: clients stay signed in.",
          )}
        </p>
      )}
      <p>{`${from.shownName} leads to the new address for as long as it points here.`}</p>
    </div>
  );
}

const whyNot: Record<HostChange["to"]["state"], string | undefined> = {
  active: undefined,
  pending: "Its DNS records are not proven yet.",
  proven: "It is proven, but does not answer over HTTPS yet.",
  degraded: "It does not answer. It can be chosen once it does.",
};

export function HostSelectionDialog({ slug, change, from, inPage }: HostSelectionDialogProps) {
  const { to } = change;
  const close = from === "domains" ? app.domains(slug) : app.portal(slug);
  const refusal = to.selected ? "It is the portal's address already." : whyNot[to.state];
  const about = { id: "host-selection", closeHref: close, inPage };
  if (refusal)
    return (
      <Dialog
        {...about}
        title={to.shownName}
        foot={
          <DialogClose href={close} autofocus>
            Close
          </DialogClose>
        }
      >
        <Callout tone="wait">{refusal}</Callout>
      </Dialog>
    );
  return (
    <Dialog
      {...about}
      title={`Use ${to.shownName}?`}
      lead="The portal URL and every link from now on."
      action={app.domainSelection(slug, to.id)}
      foot={
        <>
          <span class="push" />
          <DialogClose href={close} />
          <Button type="submit" variant="primary" autofocus>
            Use this address
          </Button>
        </>
      }
    >
      <input type="hidden" name="from" value={from} />
      <Effects {...change} />
    </Dialog>
  );
}
