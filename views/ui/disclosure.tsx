// More of something, folded away until it is asked for.
import type { Child } from "hono/jsx";
import { Icon } from "./icon.tsx";

export function Disclosure({
  summary,
  open,
  children,
}: {
  summary: string;
  open?: boolean | undefined;
  children: Child;
}) {
  return (
    <details class="more" open={open || undefined}>
      <summary>
        <Icon name="right" />
        {summary}
      </summary>
      {children}
    </details>
  );
}
