// Where a member adds a further agency.
import { app } from "../../src/paths.ts";
import { SignedOutLayout } from "../layouts/signed-out.layout.tsx";
import { Button } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { AgencyFields, type AgencyFieldsProps } from "./agency-fields.tsx";

export function NewAgencyPage(props: Omit<AgencyFieldsProps, "suggestFrom">) {
  return (
    <SignedOutLayout
      title="Add an agency"
      lead="You become its owner. Nothing is shared with your other agencies."
      foot={<a href={app.agencies()}>Your agencies</a>}
    >
      <form class="stack" id="new-agency-form" method="post" action={app.newAgency()}>
        <FormToken />
        <AgencyFields {...props} suggestFrom={app.newAgency()} />
        <Button type="submit" variant="primary" block>
          Create agency
        </Button>
      </form>
    </SignedOutLayout>
  );
}
