// What typing on a template's page sends: the preview, what is wrong, and whether something is unsaved.
import { BrandingState } from "./branding-state.part.tsx";
import type { EmailTemplateView } from "./email-template-view.ts";
import { TemplateCheck } from "./template-check.part.tsx";
import { TemplatePreview } from "./template-preview.part.tsx";

/** `faulty`: the preview that stands there stays. */
export function TemplatePreviewReply({ preview, errors, unsaved, faulty }: EmailTemplateView & { faulty: boolean }) {
  return (
    <>
      {!faulty && <TemplatePreview {...preview} />}
      <hx-partial hx-target="#template-check" hx-swap="outerMorph">
        <TemplateCheck errors={errors} />
      </hx-partial>
      <hx-partial hx-target="#branding-state" hx-swap="outerMorph">
        <BrandingState unsaved={unsaved} />
      </hx-partial>
    </>
  );
}
