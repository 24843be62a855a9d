// The agency's address: suggested from its name, and suggested again while nobody has typed another.
import { TextField } from "../ui/input.tsx";

type SlugFieldProps = {
  value?: string | undefined;
  error?: string | undefined;
  portalDomain: string;
};

export function SlugField({ value, error, portalDomain }: SlugFieldProps) {
  return (
    <div id="slug-field">
      <TextField
        id="slug"
        name="slug"
        label="Portal address"
        autocomplete="off"
        maxlength={40}
        mono
        value={value}
        error={error}
        hint={`Clients sign in at this name, followed by .${portalDomain}. Left empty, it is made from the agency’s name.`}
      />
    </div>
  );
}
