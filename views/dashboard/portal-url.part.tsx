// The portal's address, there to be shared.
import { app } from "../../src/paths.ts";
import { Panel } from "../ui/panel.tsx";
import { UrlCard } from "../ui/url-card.tsx";

export function PortalUrlPart({ slug, url }: { slug: string; url: string }) {
  return (
    <Panel id="portal-url" aria-labelledby="portal-url-title" bare>
      <UrlCard
        id="portal-url"
        title="Portal URL"
        lead="Share this address with clients. They sign in here."
        url={url}
        qrFile={app.portalQr(slug)}
      />
    </Panel>
  );
}
