// An address that people share: shown whole, with copy, open and QR code beside it.
import type { Child } from "hono/jsx";
import { ButtonLink, IconButton, IconLink } from "./button.tsx";
import { CopyButton } from "./copy.tsx";
import { Icon } from "./icon.tsx";
import { Menu } from "./menu.tsx";
import { Qr } from "./qr.tsx";

type UrlCardProps = {
  /** Prefix of the ids inside; the title's is `<id>-title`. */
  id: string;
  title: string;
  lead: Child;
  url: string;
  /** Where the code can be had as an SVG file. */
  qrFile: string;
  /** The control that picks the domain. */
  children?: Child | undefined;
};

function QrMenu({ id, url, qrFile }: UrlCardProps) {
  return (
    <>
      <IconButton icon="qr" label="Show QR code" popovertarget={`${id}-qr`} />
      <Menu id={`${id}-qr`} class="qr-pop" label="QR code">
        <Qr value={url} label="QR code of the portal URL" />
        <p class="small muted">Scan to open the portal</p>
        <ButtonLink small block icon="download" href={qrFile} download>
          Download SVG
        </ButtonLink>
      </Menu>
    </>
  );
}

/** The content of a bare panel titled by `<id>-title`. */
export function UrlCard(props: UrlCardProps) {
  const { id, title, lead, url, children } = props;
  return (
    <div class="url-card">
      <div>
        <h2 id={`${id}-title`}>{title}</h2>
        <p class="small muted">{lead}</p>
      </div>
      <div class="url-card__row">
        {children && <div class="field">{children}</div>}
        <UrlLine id={id} title={title} url={url} />
        <div class="url-card__actions">
          <CopyButton value={url} about="the portal URL" />
          <IconLink icon="open" label="Open the portal in a new tab" href={url} newTab />
          <QrMenu {...props} />
        </div>
      </div>
    </div>
  );
}

function UrlLine({ id, title, url }: { id: string; title: string; url: string }) {
  return (
    <div class="field">
      <span class="sr-only" id={`${id}-label`}>
        {title}
      </span>
      <div class="url-card__link" role="group" aria-labelledby={`${id}-label`}>
        <Icon name={url.startsWith("https:") ? "lock" : "globe"} />
        <span>{url}</span>
      </div>
    </div>
  );
}
