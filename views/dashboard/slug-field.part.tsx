// The agency's address: suggested from its name, and suggested again while nobody has typed another.
import { TextField } from "../ui/input.tsx";

type SlugFieldProps = {
  /** Whether `value` was made from the name, and so may be made again when the name changes. */
  suggested?: boolean | undefined;
  value?: string | undefined;
  error?: string | undefined;
  portalDomain: string;
};

export function SlugField({ value, suggested, error, portalDomain }: SlugFieldProps) {
  return (
    <div id="slug-field">
      {suggested && <input type="hidden" id="suggested" name="suggested" value={value} />}
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
