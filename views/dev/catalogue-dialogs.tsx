// Catalogue: a dialog as a reply would bring it, and the buttons that need the browser.
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { CopyButton, CopyGroup } from "../ui/copy.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";
import { Facts } from "../ui/facts.tsx";
import { Field } from "../ui/field.tsx";
import { Qr } from "../ui/qr.tsx";
import { Example, Section } from "./catalogue-section.tsx";

const link = "https://clients.haldenrye.example/l/8fKq2vT1xWm7";

/** A dialog in its result state; tests and the catalogue show it, a real one is asked for by htmx. */
export function SampleDialog({ inPage }: { inPage?: boolean | undefined }) {
  return (
    <Dialog
      id="sample"
      title="Magic link for Maya Okafor"
      lead="Shown once. When you close this window the link cannot be shown again."
      closeHref="#dialogs"
      inPage={inPage}
      foot={
        <>
          <Button variant="danger-quiet" class="lead">
            Cancel this link
          </Button>
          <DialogClose href="#dialogs" variant="primary">
            Done
          </DialogClose>
        </>
      }
    >
      <Field id="sample-link" label="Link">
        <CopyGroup id="sample-link" value={link} autofocus />
      </Field>
      <div class="row row--nowrap">
        <Qr value={link} label="QR code of the magic link" small />
        <Facts
          grow
          facts={[
            { name: "Opens", value: "Portal home" },
            { name: "Can be used", value: "Once" },
          ]}
        />
      </div>
      <Callout tone="wait">Anyone who has this link can sign in as Maya. Send it to her alone.</Callout>
    </Dialog>
  );
}

export function CatalogueDialogs() {
  return (
    <Section id="dialogs" title="Dialogs and the browser’s part">
      <Example name="Copy, QR code">
        <div class="row">
          <CopyButton value={link} about="the magic link" />
          <Qr value={link} label="QR code of a magic link" />
        </div>
      </Example>
      <Example name="Dialog">
        <p class="muted small">Dialogs arrive in the page by htmx and open themselves.</p>
        <template id="sample-dialog">
          <SampleDialog />
        </template>
        <div class="row">
          <Button data-show="sample-dialog">Open a dialog</Button>
        </div>
      </Example>
    </Section>
  );
}
