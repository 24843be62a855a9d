// Pages on the app host for people who are not signed in: one small form in the middle.
import type { Child } from "hono/jsx";
import { app } from "../../src/paths.ts";
import { Icon } from "../ui/icon.tsx";
import { Document } from "./document.tsx";

export type SignedOutLayoutProps = {
  title: string;
  lead?: Child | undefined;
  /** Links under the form. */
  foot?: Child | undefined;
  children: Child;
};

export function SignedOutLayout({ title, lead, foot, children }: SignedOutLayoutProps) {
  return (
    <Document title={title} site="Portico">
      <div class="gate">
        <header>
          <a class="brandmark" href={app.home()}>
            <Icon name="mark" />
            Portico
          </a>
        </header>
        <main class="gate__box" id="main">
          <header>
            <h1>{title}</h1>
            {lead && <p class="muted">{lead}</p>}
          </header>
          {children}
        </main>
        <footer class="gate__foot">{foot}</footer>
      </div>
      <p class="sr-only" id="live" role="status" />
    </Document>
  );
}
