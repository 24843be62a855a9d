// How far a piece of work has come: a bar and a tally.
import type { Child } from "hono/jsx";

type ProgressProps = { id: string; done: number; of: number; note?: Child | undefined };

/** A bar labelled "17 of 23 done". */
export function Progress({ id, done, of, note }: ProgressProps) {
  return (
    <div class="stack stack--2">
      <div class="field__top">
        <label class="label" for={id}>{`${done} of ${of} done`}</label>
        {note && <span class="muted">{note}</span>}
      </div>
      <progress class="progress" id={id} max={of} value={done}>{`${done} of ${of}`}</progress>
    </div>
  );
}

/** Figures with their words, side by side; tells screen readers when they change. */
export function Tally({ items }: { items: readonly { label: Child; value: number }[] }) {
  return (
    <dl class="tally" aria-live="polite">
      {items.map(({ label, value }) => (
        <div>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
