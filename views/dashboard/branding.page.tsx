// How the agency looks to its clients: the form, and the portal's sign-in page beside it.
import { app } from "../../src/paths.ts";
import { SettingsLayout, type SettingsLayoutProps } from "../layouts/settings.layout.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { BrandingForm } from "./branding-form.part.tsx";
import { BrandingPreview } from "./branding-preview.part.tsx";
import { BrandingState } from "./branding-state.part.tsx";
import type { BrandingView } from "./branding-view.ts";
import { PreviewChoices } from "./preview-choices.tsx";

type BrandingPageProps = Omit<SettingsLayoutProps, "title" | "children" | "current" | "wide"> & { view: BrandingView };

function Actions({ view }: { view: BrandingView }) {
  if (!view.mayChange) return <p class="small muted">Owners and admins can change this.</p>;
  return (
    <div class="row">
      <BrandingState unsaved={view.unsaved} />
      <ButtonLink href={app.branding(view.slug)}>Discard</ButtonLink>
      <Button type="submit" variant="primary" form="branding-form">
        Save
      </Button>
    </div>
  );
}

export function BrandingPage({ view, ...layout }: BrandingPageProps) {
  return (
    <SettingsLayout {...layout} title="Branding" current="branding" wide>
      <PageHead title="Branding" lead={`What clients see at ${view.host} and in every email.`}>
        <Actions view={view} />
      </PageHead>
      <div class="split split--even">
        <BrandingForm {...view} />
        <section class="split__stick stack stack--3" aria-labelledby="pv-title">
          <div class="row row--apart">
            <h2 id="pv-title">Preview</h2>
            <PreviewChoices />
          </div>
          <BrandingPreview {...view} />
          <p class="hint">The preview follows what you type. Clients see it after you save.</p>
        </section>
      </div>
    </SettingsLayout>
  );
}
