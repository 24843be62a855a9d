// The question before several contacts lose their access: how many, and what it means for them.

import type { ContactSelection } from "../../src/models/contacts.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";

type DialogProps = {
  slug: string;
  selection: ContactSelection;
  count: number;
  revoked: number;
  back: string;
  inPage?: boolean | undefined;
};

const contacts = (count: number) => (count === 1 ? "1 contact" : `${count} contacts`);

/** The fields that name a selection in a form. */
export function SelectionFields({ selection }: { selection: ContactSelection }) {
  if ("ids" in selection) return selection.ids.map((id) => <input type="hidden" name="contact" value={id} />);
  return (
    <>
      <input type="hidden" name="all" value="1" />
      {selection.status && <input type="hidden" name="status" value={selection.status} />}
      {selection.q && <input type="hidden" name="q" value={selection.q} />}
      {selection.tag && <input type="hidden" name="tag" value={selection.tag} />}
    </>
  );
}

export function RevocationsDialog({ slug, selection, count, revoked, back, inPage }: DialogProps) {
  const action = app.revocations(slug);
  const foot = (
    <>
      <span class="push" />
      <DialogClose href={back} autofocus />
      {count > 0 && <Button type="submit" variant="danger">{`Revoke access of ${contacts(count)}`}</Button>}
    </>
  );
  return (
    <Dialog
      id="revocations"
      title="Revoke access"
      closeHref={back}
      action={action}
      inPage={inPage}
      foot={foot}
      hx-post={action}
      hx-target="#dialog"
      hx-swap="innerHTML"
    >
      <SelectionFields selection={selection} />
      {count > 0 ? (
        <p>
          {count === 1 ? "1 contact loses" : `${count} contacts lose`} access. Their sessions end at once, and every
          link that was sent stops working. You can restore access later.
        </p>
      ) : (
        <p>Nobody is chosen who has access.</p>
      )}
      {revoked > 0 && (
        <p class="muted">
          {revoked === 1
            ? "1 contact is left out: access is revoked already."
            : `${revoked} contacts are left out: access is revoked already.`}
        </p>
      )}
    </Dialog>
  );
}
