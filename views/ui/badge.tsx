// A small label beside a name.
import type { Child } from "hono/jsx";
import { classes } from "./attributes.ts";

type BadgeProps = { tone?: "good" | "wait" | "bad" | "accent" | undefined; children: Child };

export function Badge({ tone, children }: BadgeProps) {
  return <span class={classes("badge", tone && `badge--${tone}`)}>{children}</span>;
}
