// The question before a domain is removed: what stops working, and what it takes to have it again.
import type { Domain } from "../../src/models/domains.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";

export type DomainRemovalProps = { slug: string; domain: Domain; inPage?: boolean | undefined };

export function DomainRemovalDialog({ slug, domain, inPage }: DomainRemovalProps) {
  const { shownName: name, selected, state } = domain;
  const close = app.domains(slug);
  return (
    <Dialog
      id="domain-removal"
      title={`Remove ${name}`}
      closeHref={close}
      action={app.domainRemoval(slug, domain.id)}
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
      {state === "pending" ? (
        <p>Nothing leads to it yet. The records that you set can be deleted.</p>
      ) : (
        <ul class="list">
          <li>{`Links that lead to ${name} stop working, those in sent emails included.`}</li>
          {selected && <li>The portal moves to its included address; clients sign in there.</li>}
          <li>Delete its DNS records, so that nobody comes to a dead address.</li>
          <li>To add it again later, a new TXT record is needed.</li>
        </ul>
      )}
    </Dialog>
  );
}
