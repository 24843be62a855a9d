// The HTML document around every page: head, style sheet, scripts. No inline script or style, so that the policy needs no exception.
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { asset } from "../ui/assets.ts";
import { classes } from "../ui/attributes.ts";
import { remembered } from "../ui/remembered.tsx";

export type DocumentProps = {
  title: string;
  /** The product's or the agency's name, after the page's title. */
  site: string;
  /** A tenant's style sheet, after our own. */
  theme?: string | undefined;
  /** What contacts see has no product icon: the address of the agency's own, or none. */
  favicon?: string | false | undefined;
  /** Pins the appearance, which else follows the reader's system. */
  scheme?: "light" | "dark" | undefined;
  class?: string | undefined;
  children: Child;
};

// A swap is for what a view drew; the body of an unexpected failure is not, only the parts it addresses elsewhere.
const htmxConfig = JSON.stringify({
  includeIndicatorCSS: false,
  extensions: "none",
  defaultTimeout: 30_000,
  noSwap: [204, 304, 400, 401, 403, 404, 408, 409, 413, 415, 429, "5xx"],
});

const icon = (favicon: DocumentProps["favicon"]) => favicon ?? asset("img/favicon.svg");

type HeadProps = Omit<DocumentProps, "class" | "children">;

const Head = remembered(({ title, site, theme, favicon, scheme }: HeadProps) => {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content={scheme ?? "light dark"} />
      <meta name="robots" content="noindex" />
      <meta name="htmx-config" content={htmxConfig} />
      <title>{title === site ? site : `${title} · ${site}`}</title>
      <link rel="icon" href={icon(favicon) || "data:,"} />
      <link rel="stylesheet" href={asset("app.css")} />
      {theme && <link rel="stylesheet" href={theme} />}
      <script src={asset("js/theme.js")} />
      <script src={asset("js/htmx.js")} defer />
      <script src={asset("js/portico.js")} type="module" />
    </head>
  );
});

export function Document(props: DocumentProps) {
  const { title, site, theme, favicon, scheme } = props;
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en" data-theme={props.scheme}>
        <Head title={title} site={site} theme={theme} favicon={favicon} scheme={scheme} />
        <body class={classes(props.class)}>{props.children}</body>
      </html>
    </>
  );
}
