// The portal of one agency before signing in: the form first, the brand beside it.
import type { Child } from "hono/jsx";
import { portal } from "../../src/paths.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { PortalLogo } from "../ui/portal-logo.tsx";
import { Document } from "./document.tsx";

export type PortalSignedOutLayoutProps = {
  title: string;
  agency: string;
  /** Under the title. */
  lead?: Child | undefined;
  /** In a round mark above the title, for pages that tell something. */
  icon?: IconName | undefined;
  /** What the agency says on its brand panel; its welcome and a sentence. */
  words?: { title: string; text: string } | undefined;
  help?: string | undefined;
  children?: Child | undefined;
};

function Brand({ agency, words }: PortalSignedOutLayoutProps) {
  return (
    <aside class="auth__brand" aria-label={agency}>
      <PortalLogo agency={agency} href={portal.signIn()} />
      <div class="auth__words">
        <p>{words?.title ?? "Your client portal."}</p>
        <p>{words?.text ?? `Everything your team at ${agency} shares with you, in one place.`}</p>
      </div>
    </aside>
  );
}

function Help({ help }: { help: string | undefined }) {
  return (
    <footer class="auth__foot">
      {help && (
        <span>
          Need help? <a href={`mailto:${help}`}>{help}</a>
        </span>
      )}
    </footer>
  );
}

export function PortalSignedOutLayout(props: PortalSignedOutLayoutProps) {
  return (
    <Document title={props.title} site={props.agency} theme={portal.theme()} favicon={false}>
      <div class="auth portal" data-brand="">
        <div class="auth__grid">
          <Brand {...props} />
          <main class="auth__pane" id="main">
            <div class="auth__form">
              {props.icon && (
                <span class="bigmark">
                  <Icon name={props.icon} />
                </span>
              )}
              <header>
                <h1>{props.title}</h1>
                {props.lead && <p>{props.lead}</p>}
              </header>
              {props.children}
            </div>
            <Help help={props.help} />
          </main>
        </div>
      </div>
    </Document>
  );
}
