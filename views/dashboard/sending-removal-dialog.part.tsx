// The question before a sending domain is removed: what changes, and what it takes to have it again.
import type { SendingDomain } from "../../src/models/sending-domains.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";

export type SendingRemovalProps = { slug: string; domain: SendingDomain; inPage?: boolean | undefined };

export function SendingRemovalDialog({ slug, domain, inPage }: SendingRemovalProps) {
  const close = app.sending(slug);
  return (
    <Dialog
      id="sending-removal"
      title={`Remove ${domain.shownDomain}`}
      closeHref={close}
      action={app.sendingRemoval(slug, domain.id)}
      inPage={inPage}
      foot={
        <>
          <span class="push" />
          <DialogClose href={close} autofocus />
          <Button type="submit" variant="danger">
            Remove domain
          </Button>
        </>
      }
    >
      <ul class="list">
        {domain.selected && domain.state === "verified" && <li>Mail comes from the included address from now on.</li>}
        <li>Its key is deleted. The records that you set can be deleted too.</li>
        <li>To add it again later, new records are needed.</li>
      </ul>
    </Dialog>
  );
}
