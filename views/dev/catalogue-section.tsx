// The frame of one group of components in the catalogue.
import type { Child } from "hono/jsx";
import { Panel } from "../ui/panel.tsx";

export function Section({ id, title, children }: { id: string; title: string; children: Child }) {
  return (
    <Panel id={id} title={title}>
      <div class="stack stack--6">{children}</div>
    </Panel>
  );
}

export function Example({ name, children }: { name: string; children: Child }) {
  return (
    <div class="stack stack--2">
      <h3 class="small muted">{name}</h3>
      {children}
    </div>
  );
}
