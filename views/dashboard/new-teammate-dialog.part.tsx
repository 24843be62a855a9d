// Asks who comes onto the team, and with which role.
import type { TeamRole } from "../../src/models/team.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";
import { TextField } from "../ui/input.tsx";
import { SelectField } from "../ui/select.tsx";
import { roleWords } from "./team-words.ts";

export type NewTeammateProps = {
  slug: string;
  roles: readonly TeamRole[];
  typed?: { name: string; email: string; role: string } | undefined;
  errors: Readonly<Record<string, string>>;
  inPage?: boolean | undefined;
};

export function NewTeammateDialog({ slug, roles, typed, errors, inPage }: NewTeammateProps) {
  const action = app.team(slug);
  return (
    <Dialog
      id="new-teammate"
      title="Add a person"
      lead="They get an email with a button to the dashboard."
      closeHref={action}
      action={action}
      inPage={inPage}
      hx-post={action}
      hx-target="#dialog"
      hx-swap="innerHTML"
      foot={
        <>
          <span class="push" />
          <DialogClose href={action} />
          <Button type="submit" variant="primary">
            Add to the team
          </Button>
        </>
      }
    >
      <TextField
        id="teammate-name"
        name="name"
        label="Name"
        value={typed?.name}
        error={errors["name"]}
        maxlength={100}
        autocomplete="off"
        required
        autofocus
      />
      <TextField
        id="teammate-email"
        name="email"
        type="email"
        label="Email"
        value={typed?.email}
        error={errors["email"]}
        autocomplete="off"
        required
      />
      <SelectField
        id="teammate-role"
        name="role"
        label="Role"
        value={typed?.role || "member"}
        error={errors["role"]}
        options={roles.map((role) => ({ value: role, label: roleWords[role] }))}
      />
    </Dialog>
  );
}
