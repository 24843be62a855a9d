// How a preview is looked at: light or dark, wide or narrow. The style sheet reads the boxes, so nothing is asked of the server.
import { Icon } from "../ui/icon.tsx";

function Size({
  value,
  label,
  icon,
  checked,
}: {
  value: string;
  label: string;
  icon: "monitor" | "phone";
  checked?: boolean;
}) {
  return (
    <label>
      <input type="radio" name="preview-size" value={value} checked={checked || undefined} />
      <Icon name={icon} />
      <span class="sr-only">{label}</span>
    </label>
  );
}

export function PreviewChoices() {
  return (
    <div class="row">
      <fieldset class="segmented">
        <legend class="sr-only">Preview colours</legend>
        <label>
          <input type="radio" name="preview-scheme" value="light" checked />
          Light
        </label>
        <label>
          <input type="radio" name="preview-scheme" value="dark" />
          Dark
        </label>
      </fieldset>
      <fieldset class="segmented">
        <legend class="sr-only">Preview size</legend>
        <Size value="desktop" label="Desktop" icon="monitor" checked />
        <Size value="phone" label="Phone" icon="phone" />
      </fieldset>
    </div>
  );
}
