// Tags for the chosen contacts, to be added or taken away; and all tags of the agency, each leading to those who have it.
import type { ContactSelection } from "../../src/models/contacts.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";
import { TextField } from "../ui/input.tsx";
import { TagLink } from "./contact-tags.tsx";
import { SelectionFields } from "./revocations-dialog.part.tsx";

export type TagsDialogProps = {
  slug: string;
  selection: ContactSelection;
  /** How many are chosen. */
  count: number;
  /** Every tag of the agency. */
  known: readonly string[];
  typed: string;
  error?: string | undefined;
  back: string;
  inPage?: boolean | undefined;
};

const contacts = (count: number) => (count === 1 ? "1 contact" : `${count} contacts`);

function Foot({ back, count }: TagsDialogProps) {
  return (
    <>
      <span class="push" />
      <DialogClose href={back} />
      {count > 0 && (
        <>
          {/* the first one is what Enter presses */}
          <Button type="submit" name="change" value="add" variant="primary">
            {`Add to ${contacts(count)}`}
          </Button>
          <Button type="submit" name="change" value="remove">
            {`Remove from ${contacts(count)}`}
          </Button>
        </>
      )}
    </>
  );
}

function Known({ known, slug }: TagsDialogProps) {
  if (known.length === 0) return <p class="muted">No contact has a tag yet.</p>;
  return (
    <div class="stack stack--2">
      <h3 class="label" id="tags-known">
        All tags
      </h3>
      <ul class="tags tags--page" aria-labelledby="tags-known">
        {known.map((tag) => (
          <li>
            <TagLink tag={tag} slug={slug} />
          </li>
        ))}
      </ul>
    </div>
  );
}

export function TagsDialog(props: TagsDialogProps) {
  const { slug, selection, count, known, typed, error, back, inPage } = props;
  const action = app.contactTags(slug);
  const sends = count > 0 ? { action, "hx-post": action, "hx-target": "#dialog", "hx-swap": "innerHTML" } : {};
  return (
    <Dialog id="tags" title="Tags" closeHref={back} inPage={inPage} foot={<Foot {...props} />} {...sends}>
      {count > 0 && (
        <>
          <SelectionFields selection={selection} />
          <TextField
            id="tags-typed"
            name="tags"
            label="Tags"
            hint="Several with commas."
            value={typed}
            error={error}
            maxlength={400}
            autocomplete="off"
            autofocus
            aria-autocomplete="none"
          />
        </>
      )}
      <Known {...props} known={known} />
    </Dialog>
  );
}
