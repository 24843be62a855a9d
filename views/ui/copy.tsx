// Buttons that copy, and values that are there to be copied.
import { classes } from "./attributes.ts";
import { Button } from "./button.tsx";
import { Input } from "./input.tsx";

type CopyButtonProps = {
  value: string;
  label?: string | undefined;
  small?: boolean | undefined;
  /** What is copied, for screen readers: "the portal URL". */
  about?: string | undefined;
};

/** Copies `value` and says "Copied" for a moment; the one control that needs JavaScript. */
export function CopyButton({ value, label, small, about }: CopyButtonProps) {
  return (
    <Button icon="copy" small={small} about={about} data-copy={value}>
      <span class="copy-label">{label ?? "Copy"}</span>
    </Button>
  );
}

/** A read-only value with its copy button attached. */
export function CopyGroup({ id, value, autofocus }: { id: string; value: string; autofocus?: boolean | undefined }) {
  return (
    <div class="group">
      <Input id={id} value={value} readonly mono autofocus={autofocus} autocomplete="off" />
      <CopyButton value={value} />
    </div>
  );
}

/** A short value in a line of text or a table, with a quiet copy button; `name` says what it is. */
export function CopyLine({ value, name, class: more }: { value: string; name: string; class?: string | undefined }) {
  return (
    <div class={classes("copyline", more)}>
      <code>{value}</code>
      <Button variant="quiet" small icon="copy" data-copy={value}>
        <span class="copy-label sr-only">Copy</span>
        <span class="sr-only"> {name}</span>
      </Button>
    </div>
  );
}
