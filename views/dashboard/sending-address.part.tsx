// The address that a sending domain's mail comes from: the part before the @, which the agency chooses.
import type { SendingDomain } from "../../src/models/sending-domains.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { describedBy, Field } from "../ui/field.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Input } from "../ui/input.tsx";

export type SendingAddressProps = {
  domain: SendingDomain;
  slug: string;
  mayChange: boolean;
  typed?: string | undefined;
  error?: string | undefined;
};

export function SendingAddress({ domain, slug, mayChange, typed, error }: SendingAddressProps) {
  const id = `sending-${domain.id}-address`;
  const address = `${domain.localPart}@${domain.shownDomain}`;
  if (!mayChange) return <p class="small">{`From address: ${address}`}</p>;
  const action = app.sendingSender(slug, domain.id);
  const words = {
    id: `${id}-input`,
    label: "From address",
    error,
    hint: "Answers go to the member who sends, or to your support address.",
  };
  return (
    <form id={id} method="post" action={action} hx-post={action} hx-target={`#${id}`} hx-swap="outerHTML">
      <FormToken />
      <Field {...words}>
        <div class="row">
          <span class="sending-address">
            <Input
              id={words.id}
              name="sender"
              value={typed ?? domain.localPart}
              autocomplete="off"
              maxlength={64}
              invalid={Boolean(error)}
              aria-describedby={describedBy(words)}
            />
          </span>
          <span class="break">{`@${domain.shownDomain}`}</span>
          <Button type="submit" small about={`the address at ${domain.shownDomain}`}>
            Save
          </Button>
        </div>
      </Field>
    </form>
  );
}
