// The form that adds a sending domain; what was typed stays with its error.
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { describedBy, Field } from "../ui/field.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Input } from "../ui/input.tsx";

export type SendingAddProps = { slug: string; typed?: string | undefined; error?: string | undefined };

export function SendingAdd({ slug, typed, error }: SendingAddProps) {
  const words = {
    id: "new-sending-domain",
    label: "Add a sending domain",
    error,
    hint: "A domain, or the whole address that mail should come from. One that serves your portal may be used here too.",
  };
  return (
    <form
      class="panel"
      id="sending-add"
      method="post"
      action={app.sending(slug)}
      hx-post={app.sending(slug)}
      hx-target="#sending-add"
      hx-swap="outerHTML"
    >
      <FormToken />
      <div class="panel__body">
        <Field {...words}>
          <div class="row row--nowrap">
            <span class="grow">
              <Input
                id={words.id}
                name="domain"
                value={typed}
                placeholder="hello@youragency.example"
                autocomplete="off"
                inputmode="email"
                invalid={Boolean(error)}
                aria-describedby={describedBy(words)}
              />
            </span>
            <Button type="submit" variant="primary">
              Add domain
            </Button>
          </div>
        </Field>
      </div>
    </form>
  );
}
