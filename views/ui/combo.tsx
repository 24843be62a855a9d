// Picking several: chips for what is chosen, a text input, and a list that follows it (ARIA combobox pattern).
import type { Child } from "hono/jsx";
import { classes, type Passed, passed } from "./attributes.ts";
import { Avatar } from "./avatar.tsx";
import { Icon } from "./icon.tsx";

type ComboProps = Passed & {
  /** The input's id, for its label. */
  id: string;
  name: string;
  /** The id of the list of options. */
  list: string;
  listLabel: string;
  /** The id of the frame of chips. */
  chipsId: string;
  chips?: Child | undefined;
  options?: Child | undefined;
  /** The field name under which typed addresses are sent. */
  freeName?: string | undefined;
  value?: string | undefined;
  describedBy?: string | undefined;
  invalid?: boolean | undefined;
  autofocus?: boolean | undefined;
  /** The list pushes down what follows, as it always does in a dialog, instead of covering it. */
  inFlow?: boolean | undefined;
};

/** htmx attributes go to the input, which asks as somebody types; the answer belongs in the list. */
export function Combo(props: ComboProps) {
  return (
    <div class={classes("combo", props.inFlow && "combo--in-flow")} data-combo={props.freeName ?? ""}>
      <div class="chips" id={props.chipsId}>
        {props.chips}
        <input
          id={props.id}
          name={props.name}
          type="text"
          role="combobox"
          autocomplete="off"
          aria-autocomplete="list"
          aria-expanded="false"
          aria-controls={props.list}
          aria-describedby={props.describedBy}
          aria-invalid={props.invalid ? "true" : undefined}
          value={props.value}
          autofocus={props.autofocus || undefined}
          // Without "changed": a pick empties the input, and the same words typed again must ask again.
          hx-trigger="input delay:200ms"
          hx-sync="this:replace"
          {...passed(props)}
        />
      </div>
      <div
        class="listbox"
        id={props.list}
        role="listbox"
        aria-label={props.listLabel}
        hidden={!props.options || undefined}
      >
        {props.options}
      </div>
    </div>
  );
}

type ChipProps = { name: string; value: string; label: string; bad?: boolean | undefined };

/** One chosen thing: a hidden field with its words and a button that removes it. */
export function Chip({ name, value, label, bad }: ChipProps) {
  return (
    <span class={classes("chip", bad && "chip--bad")} data-chip={`${name}=${value}`}>
      <input type="hidden" name={name} value={value} />
      <span>{label}</span>
      <button type="button" data-remove-chip aria-label={`Remove ${label}`}>
        <Icon name="x" />
      </button>
    </span>
  );
}

/** The chip that the browser copies when it adds one; draw it once beside the combo. */
export function ChipTemplate() {
  return (
    <template id="chip-template">
      <Chip name="" value="" label="" />
    </template>
  );
}

type OptionProps = {
  id: string;
  /** The chip that choosing this adds. */
  chip: ChipProps;
  detail?: Child | undefined;
  /** At the end of the line: a status. */
  aside?: Child | undefined;
  disabled?: boolean | undefined;
  /** Instead of the initials, for a line that adds something new. */
  plus?: boolean | undefined;
  children: Child;
};

export function Option({ id, chip, detail, aside, disabled, plus, children }: OptionProps) {
  return (
    <div
      class="option"
      role="option"
      id={id}
      aria-selected="false"
      aria-disabled={disabled ? "true" : undefined}
      data-name={chip.name}
      data-value={chip.value}
      data-label={chip.label}
    >
      {plus ? (
        <span class="avatar" aria-hidden="true">
          <Icon name="plus" />
        </span>
      ) : (
        <Avatar name={chip.label} />
      )}
      <div>
        {children}
        {detail && <small>{detail}</small>}
      </div>
      {aside}
    </div>
  );
}

/** `text` with the first match of `query` marked, whatever its case. */
export function Marked({ text, query }: { text: string; query: string }) {
  const at = query ? text.toLowerCase().indexOf(query.toLowerCase()) : -1;
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + query.length)}</mark>
      {text.slice(at + query.length)}
    </>
  );
}
