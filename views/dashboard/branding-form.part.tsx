// The form of an agency's brand; every keystroke brings the preview up to date, and saving is a plain post.
import { app } from "../../src/paths.ts";
import { FormToken } from "../ui/form-token.tsx";
import { TextareaField, TextField } from "../ui/input.tsx";
import { Panel } from "../ui/panel.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { AccentField } from "./accent-field.tsx";
import { BrandImageField } from "./brand-image-field.part.tsx";
import type { BrandingView } from "./branding-view.ts";

function Identity(view: BrandingView) {
  const { typed, errors, agencyName } = view;
  return (
    <Panel id="b-identity" title="Identity">
      <div class="stack stack--5">
        <TextField
          id="b-name"
          name="name"
          label="Portal name"
          maxlength={100}
          autocomplete="off"
          value={typed.name}
          placeholder={agencyName}
          error={errors["name"]}
        />
        <BrandImageField use="logo" view={view} />
        <BrandImageField use="favicon" view={view} />
        <AccentField {...view} />
        <div class="field">
          <Segmented
            legend="Appearance"
            name="scheme"
            value={typed.scheme}
            fill
            options={[
              { value: "system", label: "System" },
              { value: "light", label: "Light" },
              { value: "dark", label: "Dark" },
            ]}
            aria-describedby="b-scheme-hint"
          />
          <p class="hint" id="b-scheme-hint">
            System follows each client’s own device.
          </p>
        </div>
      </div>
    </Panel>
  );
}

function SignInWords({ typed, errors }: BrandingView) {
  return (
    <Panel id="b-words" title="Sign-in page">
      <div class="stack stack--5">
        <TextField
          id="b-headline"
          name="headline"
          label="Headline"
          maxlength={60}
          autocomplete="off"
          value={typed.headline}
          placeholder="Your client portal."
          error={errors["headline"]}
        />
        <TextareaField
          id="b-text"
          name="text"
          label="Text under it"
          rows={3}
          maxlength={300}
          counted
          value={typed.text}
          error={errors["text"]}
        />
        <TextField
          id="b-help"
          name="help"
          label="Help email"
          type="email"
          autocomplete="off"
          value={typed.help}
          error={errors["help"]}
          hint="Shown to clients who cannot sign in. Answers to your emails go here too."
        />
      </div>
    </Panel>
  );
}

export function BrandingForm(view: BrandingView) {
  const live = view.mayChange && {
    "hx-post": app.brandingPreview(view.slug),
    "hx-trigger": "input delay:200ms, change",
    "hx-target": "#branding-preview",
    "hx-swap": "outerMorph",
    "hx-sync": "this:replace",
  };
  return (
    <form id="branding-form" method="post" action={app.branding(view.slug)} enctype="multipart/form-data" {...live}>
      <FormToken />
      <fieldset disabled={!view.mayChange || undefined}>
        <legend class="sr-only">Branding</legend>
        <div class="stack stack--6">
          <Identity {...view} />
          <SignInWords {...view} />
        </div>
      </fieldset>
    </form>
  );
}
