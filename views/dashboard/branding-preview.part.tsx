// The portal's sign-in page as it would be: drawn from what was typed, coloured by a style sheet of its own, and not to be used.
import { app } from "../../src/paths.ts";
import { BrandPanel } from "../layouts/portal-signed-out.layout.tsx";
import { Icon } from "../ui/icon.tsx";
import { Input } from "../ui/input.tsx";
import type { LogoImage } from "../ui/portal-logo.tsx";
import type { BrandingView } from "./branding-view.ts";

// No password field and no names: the browser must not take this for a form that it could fill in.
function SampleField({ id, label, value }: { id: string; label: string; value: string }) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <Input id={id} value={value} autocomplete="off" readonly />
    </div>
  );
}

function Pane({ help }: { help: string }) {
  return (
    <div class="auth__pane">
      <div class="auth__form">
        <div>
          <h3>Sign in</h3>
          <p class="muted">To your client portal.</p>
        </div>
        <div class="stack stack--5">
          <SampleField id="pv-email" label="Email" value="maya@brightwater.example" />
          <SampleField id="pv-password" label="Password" value="••••••••••" />
          <div class="stack stack--3">
            <span class="btn btn--brand btn--block">Sign in</span>
            <span class="btn btn--block">
              <Icon name="mail" />
              Email me a link
            </span>
          </div>
        </div>
      </div>
      <div class="auth__foot">{help && <span>Need help? {help}</span>}</div>
    </div>
  );
}

function shownLogo({ slug, images }: BrandingView): LogoImage | undefined {
  const { kept, removed } = images.logo;
  return kept && !removed ? { ...kept, src: app.brandImage(slug, kept.hash) } : undefined;
}

export function BrandingPreview(view: BrandingView) {
  const { typed } = view;
  return (
    <div class="frame" id="branding-preview" data-brand="" data-previewed="" data-scheme={typed.scheme}>
      <link rel="stylesheet" href={app.brandingPreviewTheme(view.slug, view.shownColor)} />
      <div class="frame__bar">
        <Icon name="lock" />
        <span class="frame__url">{`${view.host}/sign-in`}</span>
      </div>
      <div class="frame__view" inert>
        <div class="auth portal auth--preview" data-brand="">
          <div class="auth__grid">
            <BrandPanel
              agency={typed.name || view.agencyName}
              words={{ title: typed.headline, text: typed.text }}
              logo={shownLogo(view)}
            />
            <Pane help={typed.help} />
          </div>
        </div>
      </div>
    </div>
  );
}
