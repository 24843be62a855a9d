// The accent colour: six to pick from, any other by eye or by its number; a script keeps the three in step, and the server needs none.
import { FieldError } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { AccentContrast } from "./accent-contrast.part.tsx";
import type { BrandingView } from "./branding-view.ts";

const swatches = [
  ["pine", "Pine", "#00684e"],
  ["ink", "Ink", "#222630"],
  ["cobalt", "Cobalt", "#1f4fcc"],
  ["plum", "Plum", "#882d67"],
  ["rust", "Rust", "#c0571e"],
  ["sun", "Sun", "#f3c530"],
] as const;

function Swatches({ color }: { color: string }) {
  return (
    <div class="swatches">
      {swatches.map(([name, label, value]) => (
        <label class="swatch" data-brand="" data-swatch={name}>
          <input type="radio" name="swatch" value={value} aria-label={label} checked={value === color || undefined} />
          <Icon name="check" />
        </label>
      ))}
    </div>
  );
}

export function AccentField({ typed, shownColor, reading, errors }: BrandingView) {
  const error = errors["color"];
  return (
    <fieldset class="field" data-colors="">
      <legend class="label">Accent colour</legend>
      <Swatches color={shownColor} />
      <input type="hidden" name="color_was" value={typed.color} />
      <div class="row row--nowrap">
        <input class="input" type="color" name="picked" value={shownColor} aria-label="Pick any colour" />
        <input
          class="input input--mono grow"
          id="b-color"
          name="color"
          value={typed.color}
          maxlength={9}
          autocomplete="off"
          spellcheck={false}
          aria-label="Accent as hex"
          aria-describedby={error ? "b-color-error accent-contrast" : "accent-contrast"}
          aria-invalid={error ? "true" : undefined}
        />
      </div>
      {error && <FieldError id="b-color">{error}</FieldError>}
      <AccentContrast reading={reading} />
    </fieldset>
  );
}
