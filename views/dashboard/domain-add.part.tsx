// The form that adds a domain; what was typed stays with its error.
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { describedBy, Field } from "../ui/field.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Input } from "../ui/input.tsx";

export type DomainAddProps = { slug: string; typed?: string | undefined; error?: string | undefined };

export function DomainAdd({ slug, typed, error }: DomainAddProps) {
  const words = {
    id: "new-domain",
    label: "Add a domain",
    error,
    hint: "Use a subdomain you own. Your website and email stay as they are.",
  };
  return (
    <form
      class="panel"
      id="domain-add"
      method="post"
      action={app.domains(slug)}
      hx-post={app.domains(slug)}
      hx-target="#domain-add"
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
                placeholder="clients.youragency.example"
                autocomplete="off"
                inputmode="url"
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
