// The bar above a template's body: marks, and the custom values; it shows once a script can work it.
import type { CustomValue } from "../../src/models/custom-values.ts";
import { app } from "../../src/paths.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Menu } from "../ui/menu.tsx";
import { Search } from "../ui/search.tsx";
import { CustomValues } from "./custom-values.part.tsx";
import { TEMPLATE_FORM } from "./email-template-view.ts";

const marks = [
  { icon: "bold", label: "Bold", text: "**|cursor|**" },
  { icon: "list", label: "List", text: "\n- |cursor|\n" },
  { icon: "link", label: "Link", text: "[|cursor|](https://)" },
  { icon: "button", label: "Button", text: "\n{{ portal.login_button }}\n" },
] as const;

export function TemplateBar({ slug, values }: { slug: string; values: readonly CustomValue[] }) {
  return (
    <div class="editor__bar" role="group" aria-label="Formatting" data-insert-bar={TEMPLATE_FORM} hidden>
      {marks.map(({ icon, label, text }) => (
        <IconButton icon={icon} label={label} variant="quiet" small data-insert={text} data-insert-in="body" />
      ))}
      <span class="sep" />
      <Button variant="quiet" small icon="braces" popovertarget="value-picker">
        Custom value
      </Button>
      <Menu id="value-picker" label="Custom values" placement="start" class="menu--picker">
        <Search
          id="value-search"
          label="Search custom values"
          placeholder="Search custom values"
          hx-get={app.customValues(slug)}
          hx-trigger="input changed delay:150ms"
          hx-target="#custom-values"
          hx-swap="outerHTML"
          autofocus
        />
        <CustomValues values={values} />
      </Menu>
    </div>
  );
}
