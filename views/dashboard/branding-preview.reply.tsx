// What typing on the branding page sends: the preview, what the colour reads like, whether something is unsaved, and images that came.
import { AccentContrast } from "./accent-contrast.part.tsx";
import { BrandImageField, type ImageFieldName } from "./brand-image-field.part.tsx";
import { BrandingPreview } from "./branding-preview.part.tsx";
import { BrandingState } from "./branding-state.part.tsx";
import type { BrandingView } from "./branding-view.ts";

export function BrandingPreviewReply({ view, sent }: { view: BrandingView; sent: readonly ImageFieldName[] }) {
  return (
    <>
      <BrandingPreview {...view} />
      <hx-partial hx-target="#accent-contrast" hx-swap="outerMorph">
        <AccentContrast reading={view.reading} />
      </hx-partial>
      <hx-partial hx-target="#branding-state" hx-swap="outerMorph">
        <BrandingState unsaved={view.unsaved} />
      </hx-partial>
      {sent.map((use) => (
        <hx-partial hx-target={`#${use}-field`} hx-swap="outerHTML">
          <BrandImageField use={use} view={view} />
        </hx-partial>
      ))}
    </>
  );
}
