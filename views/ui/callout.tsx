// A message that stands in the page for as long as it is true.
import type { Child } from "hono/jsx";
import { classes } from "./attributes.ts";
import { Icon, type IconName } from "./icon.tsx";
import type { Tone } from "./status.tsx";

type CalloutProps = { tone?: Tone | undefined; icon?: IconName | undefined; id?: string | undefined; children: Child };

export function Callout({ tone, icon, id, children }: CalloutProps) {
  const shown = icon ?? (tone === "good" ? "done" : "alert");
  return (
    <div class={classes("callout", tone && `callout--${tone}`)} id={id}>
      <Icon name={shown} />
      <div>{children}</div>
    </div>
  );
}
