// The top of a page: title, one sentence, its actions; and the way back above it.
import type { Child } from "hono/jsx";
import { Icon } from "./icon.tsx";

type PageHeadProps = { title: string; lead?: Child | undefined; id?: string | undefined; children?: Child | undefined };

export function PageHead({ title, lead, id, children }: PageHeadProps) {
  return (
    <header class="page-head" id={id}>
      <div>
        <h1>{title}</h1>
        {lead && <p>{lead}</p>}
      </div>
      {children}
    </header>
  );
}

/** Where the page stands: links to the pages above it, then its own name. */
export function Crumbs({ links, current }: { links: readonly { href: string; label: string }[]; current: string }) {
  return (
    <nav class="crumbs" aria-label="Breadcrumb">
      {links.map(({ href, label }) => (
        <>
          <a href={href}>{label}</a>
          <Icon name="right" />
        </>
      ))}
      <span aria-current="page">{current}</span>
    </nav>
  );
}
