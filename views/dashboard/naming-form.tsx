// The form in which something new gets a name that only the team sees: a workflow, a template.
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { TextField } from "../ui/input.tsx";
import { Panel } from "../ui/panel.tsx";

export type NamingProps = {
  id: string;
  /** What is made, as its panel says it. */
  label: string;
  /** Where the form leads, and where its list stands. */
  action: string;
  submit: string;
  typed: string;
  error?: string | undefined;
};

export function NamingForm({ id, label, action, submit, typed, error }: NamingProps) {
  return (
    <Panel id={id} label={label}>
      <form class="stack stack--5" method="post" action={action}>
        <FormToken />
        <NameField id={`${id}-name`} value={typed} error={error} />
        <div class="row">
          <Button type="submit" variant="primary">
            {submit}
          </Button>
          <ButtonLink href={action}>Cancel</ButtonLink>
        </div>
      </form>
    </Panel>
  );
}

export function NameField({ id, value, error }: { id: string; value: string; error?: string | undefined }) {
  return (
    <TextField
      id={id}
      name="name"
      label="Name"
      hint="Only your team sees it."
      maxlength={60}
      autocomplete="off"
      value={value}
      error={error}
      required
    />
  );
}
