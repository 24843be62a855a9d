// The page for a request that came to nothing, at each door; it holds a request id and never a reason that is not the reader's business.
import { app, portal } from "../../src/paths.ts";
import { Document } from "../layouts/document.tsx";
import { PortalSignedOutLayout, type PortalSite } from "../layouts/portal-signed-out.layout.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { type ErrorWords, errorWords } from "./error-words.ts";

export type ErrorPageProps = {
  /** Where the request knocked; `nowhere` is a host that nobody serves, which gets no name and no link. */
  door: "dashboard" | "portal" | "nowhere";
  status: number;
  requestId: string;
  /** The portal's agency, when it is known. */
  site?: PortalSite | undefined;
  /** Seconds until it is worth trying again. */
  wait?: number | undefined;
  /** Words that fit better than the usual ones. */
  words?: ErrorWords | undefined;
};

const RequestId = ({ id }: { id: string }) => (
  <p class="small muted">
    Request <code class="mono break">{id}</code>
  </p>
);

function Plain({ title, text, id, product }: ErrorWords & { id: string; product: boolean }) {
  return (
    <Document title={title} site={product ? "Portico" : title} favicon={product ? undefined : false}>
      <div class="gate">
        <header>
          {product && (
            <a class="brandmark" href={app.home()}>
              <Icon name="mark" />
              Portico
            </a>
          )}
        </header>
        <main class="gate__box" id="main">
          <header>
            <h1>{title}</h1>
            <p class="muted">{text}</p>
          </header>
          {product && (
            <div class="row">
              <ButtonLink href={app.home()}>Go to your dashboard</ButtonLink>
            </div>
          )}
          <RequestId id={id} />
        </main>
        <footer class="gate__foot" />
      </div>
    </Document>
  );
}

function AtPortal({ title, text, id, site }: ErrorWords & { id: string; site: PortalSite }) {
  return (
    <PortalSignedOutLayout {...site} title={title} lead={text} icon="alert">
      <div class="row">
        <ButtonLink href={portal.home()}>Go to the start</ButtonLink>
      </div>
      <RequestId id={id} />
    </PortalSignedOutLayout>
  );
}

export function ErrorPage({ door, status, requestId, site, wait, words }: ErrorPageProps) {
  const said = words ?? errorWords(status, wait);
  if (door === "portal" && site) return <AtPortal {...said} id={requestId} site={site} />;
  return <Plain {...said} id={requestId} product={door === "dashboard"} />;
}
