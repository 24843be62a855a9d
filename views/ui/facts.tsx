// Names and values, one pair a line.
import type { Child } from "hono/jsx";
import { classes } from "./attributes.ts";

export type Fact = { name: string; value: Child };

/** `grow` lets the list take the room that is left in a row. */
export function Facts({ facts, grow }: { facts: readonly Fact[]; grow?: boolean | undefined }) {
  return (
    <dl class={classes("facts", grow && "grow")}>
      {facts.map(({ name, value }) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
