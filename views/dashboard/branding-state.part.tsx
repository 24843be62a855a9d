// Whether the branding form holds something that is not saved.

export function BrandingState({ unsaved }: { unsaved: boolean }) {
  return (
    <span class="small muted" id="branding-state" role="status">
      {unsaved ? "Unsaved changes" : ""}
    </span>
  );
}
