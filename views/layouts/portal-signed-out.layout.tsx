// The portal of one agency before signing in: the form first, the brand beside it.
import type { Child } from "hono/jsx";
import { portal } from "../../src/paths.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { type LogoImage, PortalLogo } from "../ui/portal-logo.tsx";
import { Document } from "./document.tsx";

export type PortalSignedOutLayoutProps = {
  title: string;
  agency: string;
  /** Under the title. */
  lead?: Child | undefined;
  /** In a round mark above the title, for pages that tell something. */
  icon?: IconName | undefined;
  /** What the agency says on its brand panel; its welcome and a sentence. */
  words?: PortalWords | undefined;
  help?: string | undefined;
  brand?: PortalBrand | undefined;
  children?: Child | undefined;
};

export type PortalWords = { title?: string | undefined; text?: string | undefined };

/** How the agency's pages look, beside its colour, which is a style sheet's matter. */
export type PortalBrand = {
  /** The number of the brand's last change. */
  version: number;
  scheme?: "light" | "dark" | undefined;
  logo?: LogoImage | undefined;
  /** The address of the icon in the browser's tab. */
  icon?: string | undefined;
};

/** What every page of a portal says of the agency it belongs to. */
export type PortalSite = Pick<PortalSignedOutLayoutProps, "agency" | "help" | "words" | "brand">;

/** What a document needs in order to look like the agency's. */
export const branded = (brand: PortalBrand | undefined) => ({
  theme: portal.theme(brand?.version),
  favicon: brand?.icon ?? (false as const),
  scheme: brand?.scheme,
});

type BrandPanelProps = {
  agency: string;
  words?: PortalWords | undefined;
  logo?: LogoImage | undefined;
  href?: string | undefined;
};

/** The agency's side of its signed-out pages. */
export function BrandPanel({ agency, words, logo, href }: BrandPanelProps) {
  return (
    <aside class="auth__brand" aria-label={agency}>
      <PortalLogo agency={agency} href={href} logo={logo} />
      <div class="auth__words">
        <p>{words?.title || "Your client portal."}</p>
        <p>{words?.text || `Everything your team at ${agency} shares with you, in one place.`}</p>
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
    <Document title={props.title} site={props.agency} {...branded(props.brand)}>
      <div class="auth portal" data-brand="">
        <div class="auth__grid">
          <BrandPanel agency={props.agency} words={props.words} logo={props.brand?.logo} href={portal.signIn()} />
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
