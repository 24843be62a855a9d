// Light, dark or as the system has it; remembered by the browser, so it shows only where scripts run.
import { Segmented } from "./segmented.tsx";

export function ThemePicker() {
  return (
    <div data-theme-picker="" hidden>
      <Segmented
        legend="Appearance"
        hideLegend
        name="theme"
        value=""
        fill
        options={[
          { value: "", label: "System" },
          { value: "light", label: "Light" },
          { value: "dark", label: "Dark" },
        ]}
      />
    </div>
  );
}
