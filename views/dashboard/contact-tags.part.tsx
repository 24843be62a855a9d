// The tags of a contact on his own page: each can be taken away, and more added.
import { app } from "../../src/paths.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { TextField } from "../ui/input.tsx";
import { Panel } from "../ui/panel.tsx";
import { ContactFields, swapsContact } from "./contact-access.part.tsx";
import type { DetailsProps } from "./contact-details.part.tsx";
import { TagLink } from "./contact-tags.tsx";

function Remove({ tag, slug, contact }: DetailsProps & { tag: string }) {
  const action = app.contactTags(slug);
  return (
    <form method="post" action={action} hx-post={action} {...swapsContact}>
      <ContactFields id={contact.id} />
      <input type="hidden" name="change" value="remove" />
      <input type="hidden" name="tags" value={tag} />
      <IconButton type="submit" icon="x" label={`Remove tag ${tag}`} variant="quiet" small />
    </form>
  );
}

function Add({ slug, contact }: DetailsProps) {
  const action = app.contactTags(slug);
  return (
    <form class="row row--end" method="post" action={action} hx-post={action} {...swapsContact}>
      <ContactFields id={contact.id} />
      <input type="hidden" name="change" value="add" />
      <div class="grow">
        <TextField
          id="contact-new-tag"
          name="tags"
          label="Add tags"
          maxlength={400}
          autocomplete="off"
          hint="Several with commas."
          required
        />
      </div>
      <Button type="submit" small>
        Add
      </Button>
    </form>
  );
}

export function ContactTags(props: DetailsProps) {
  const { contact, slug, mayAct } = props;
  return (
    <Panel id="contact-tags" title="Tags">
      <div class="stack stack--3">
        {contact.tags.length === 0 && <p class="muted">No tags.</p>}
        {contact.tags.length > 0 && (
          <ul class="tags tags--page">
            {contact.tags.map((tag) => (
              <li>
                <TagLink tag={tag} slug={slug} />
                {mayAct && <Remove {...props} tag={tag} />}
              </li>
            ))}
          </ul>
        )}
        {mayAct && <Add {...props} />}
      </div>
    </Panel>
  );
}
