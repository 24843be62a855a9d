// An agency's name and its address, as the forms for a first and a further agency ask for them.
import { TextField } from "../ui/input.tsx";
import { SlugField } from "./slug-field.part.tsx";

export type AgencyFieldsProps = {
  typed?: { agency?: string; slug?: string } | undefined;
  errors?: Record<string, string> | undefined;
  /** What stands after the slug in the portal's address. */
  portalDomain: string;
  /** The form's own path, which also suggests an address for a name. */
  suggestFrom: string;
};

export function AgencyFields({ typed, errors, portalDomain, suggestFrom }: AgencyFieldsProps) {
  return (
    <>
      <TextField
        id="agency"
        name="agency"
        label="Agency name"
        autocomplete="organization"
        maxlength={100}
        value={typed?.agency}
        error={errors?.agency}
        autofocus={!typed}
        required
        hx-get={suggestFrom}
        hx-trigger="change"
        hx-target="#slug-field"
        hx-swap="outerHTML"
        hx-include="#slug, #suggested"
      />
      <SlugField value={typed?.slug} error={errors?.slug} portalDomain={portalDomain} />
    </>
  );
}
