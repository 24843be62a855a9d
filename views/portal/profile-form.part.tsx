// What a contact may change about himself.
import { portal } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { TextField } from "../ui/input.tsx";
import { Panel } from "../ui/panel.tsx";

export type ProfileFormProps = { agency: string; name: string; email: string; error?: string | undefined };

export function ProfileForm({ agency, name, email, error }: ProfileFormProps) {
  return (
    <Panel id="profile-form" title="Profile" bare>
      <form class="panel__body stack stack--5" method="post" action={portal.profile()}>
        <FormToken />
        <TextField
          id="name"
          name="name"
          label="Name"
          value={name}
          autocomplete="name"
          maxlength={100}
          error={error}
          autofocus={Boolean(error)}
          required
        />
        <TextField id="email" label="Email" type="email" value={email} hint={`Ask ${agency} to change it.`} readonly />
        <div>
          <Button type="submit" variant="brand">
            Save profile
          </Button>
        </div>
      </form>
    </Panel>
  );
}
