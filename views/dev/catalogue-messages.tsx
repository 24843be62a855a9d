// Catalogue: callouts and toasts.
import { Callout } from "../ui/callout.tsx";
import { Toast } from "../ui/toast.tsx";
import { Example, Section } from "./catalogue-section.tsx";

export function CatalogueMessages() {
  return (
    <Section id="messages" title="Messages">
      <Example name="Callout">
        <Callout icon="help">Invites go out from your default domain.</Callout>
        <Callout tone="wait">Anyone who has this link can sign in as Maya. Send it to her alone.</Callout>
        <Callout tone="bad">The CNAME points somewhere else.</Callout>
        <Callout tone="good">The domain is active.</Callout>
      </Example>
      <Example name="Toast">
        <div class="stack stack--2">
          <Toast tone="good" title="Invite sent to Priya Raghunathan" text="The link works for 14 days." />
          <Toast
            tone="bad"
            title="Login email to Chloé Marchetti was not sent"
            text="The mail server refused the address."
          />
        </div>
      </Example>
    </Section>
  );
}
