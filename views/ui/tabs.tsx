// Filters of a list as a row of links, each with how many it holds.
import { classes, type Passed, passed } from "./attributes.ts";

export type Tab = { href: string; label: string; count?: number | string | undefined; current?: boolean | undefined };

type TabsProps = Passed & {
  label: string;
  tabs: readonly Tab[];
  /** For tabs that stand on the page itself, not in a panel. */
  page?: boolean | undefined;
  id?: string | undefined;
  /** The element that htmx swaps; without it the tabs are plain links. */
  target?: string | undefined;
};

/** htmx attributes go to every tab; with a target each tab asks for its own address and keeps it in the history. */
export function Tabs({ label, tabs, page, id, target, ...rest }: TabsProps) {
  const asks = (href: string) => (target ? { "hx-get": href, "hx-target": target, "hx-push-url": "true" } : {});
  return (
    <nav class={classes("tabs", page && "tabs--page")} id={id} aria-label={label}>
      {tabs.map(({ href, label: words, count, current }) => (
        <a href={href} aria-current={current ? "true" : undefined} {...asks(href)} {...passed(rest)}>
          {words}
          {count !== undefined && (
            <>
              {" "}
              <span class="count">{count}</span>
            </>
          )}
        </a>
      ))}
    </nav>
  );
}
