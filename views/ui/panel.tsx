// A titled area of a page: head, body, foot.
import type { Child } from "hono/jsx";
import { classes, type Passed, passed } from "./attributes.ts";

type PanelProps = Passed & {
  id?: string | undefined;
  /** Without a title the panel needs `label`. */
  title?: string | undefined;
  titleId?: string | undefined;
  label?: string | undefined;
  hideTitle?: boolean | undefined;
  lead?: Child | undefined;
  /** At the end of the title's line. */
  aside?: Child | undefined;
  foot?: Child | undefined;
  /** Draws the children without the panel's padding. */
  bare?: boolean | undefined;
  class?: string | undefined;
  children?: Child | undefined;
};

function Head({ title, titleId, lead, aside }: PanelProps & { titleId: string }) {
  const heading = <h2 id={titleId}>{title}</h2>;
  return (
    <div class="panel__head">
      {lead ? (
        <div>
          {heading}
          <p>{lead}</p>
        </div>
      ) : (
        heading
      )}
      {aside}
    </div>
  );
}

export function Panel(props: PanelProps) {
  const titleId = props.titleId ?? `${props.id ?? "panel"}-title`;
  return (
    <section
      class={classes("panel", props.class)}
      id={props.id}
      aria-labelledby={props.title ? titleId : undefined}
      aria-label={props.title ? undefined : props.label}
      {...passed(props)}
    >
      {props.title &&
        (props.hideTitle ? (
          <h2 class="sr-only" id={titleId}>
            {props.title}
          </h2>
        ) : (
          <Head {...props} titleId={titleId} />
        ))}
      {props.bare ? props.children : <div class="panel__body">{props.children}</div>}
      {props.foot && <div class="panel__foot">{props.foot}</div>}
    </section>
  );
}
