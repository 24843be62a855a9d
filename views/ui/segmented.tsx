// One choice of a few, side by side.
import { classes, type Passed, passed } from "./attributes.ts";

type SegmentedProps = Passed & {
  legend: string;
  hideLegend?: boolean | undefined;
  name: string;
  value: string;
  options: readonly { value: string; label: string }[];
  fill?: boolean | undefined;
};

function Choices({ name, value, options, fill, rest }: SegmentedProps & { rest: object }) {
  return (
    <div class={classes("segmented", fill && "segmented--fill")} {...passed(rest)}>
      {options.map((option) => (
        <label>
          <input type="radio" name={name} value={option.value} checked={option.value === value || undefined} />
          {option.label}
        </label>
      ))}
    </div>
  );
}

/** A group of radio buttons; its legend is always there for screen readers. */
export function Segmented(props: SegmentedProps) {
  return (
    <fieldset class="field">
      <legend class={props.hideLegend ? "sr-only" : "label"}>{props.legend}</legend>
      <Choices {...props} rest={props} />
    </fieldset>
  );
}
