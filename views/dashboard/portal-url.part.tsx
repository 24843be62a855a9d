// The portal's address, there to be shared, and the choice of the host that it stands on.
import type { HostChoice } from "../../src/models/host-selection.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { Panel } from "../ui/panel.tsx";
import { remembered } from "../ui/remembered.tsx";
import { Select } from "../ui/select.tsx";
import { UrlCard } from "../ui/url-card.tsx";
import { opensDialog } from "./contacts-view.ts";

export type PortalUrlPartProps = {
  slug: string;
  url: string;
  /** The agency's hosts; one alone is no choice. */
  hosts: readonly HostChoice[];
  mayChoose: boolean;
};

const notes: Record<HostChoice["state"], string> = {
  active: "",
  pending: " (waiting for DNS)",
  proven: " (issuing certificate)",
  degraded: " (failing)",
};

function HostSelect({ slug, hosts }: PortalUrlPartProps) {
  const action = app.hostSelection(slug);
  const options = hosts.map(({ id, shownName, state, selected }) => ({
    value: id,
    label: `${shownName}${notes[state]}${selected ? " (default)" : ""}`,
    disabled: state !== "active" && !selected,
  }));
  return (
    <form method="get" action={action} data-reset-after-dialog="" {...opensDialog(action)} hx-trigger="change, submit">
      <label class="sr-only" for="portal-host">
        Domain
      </label>
      <Select id="portal-host" name="host" options={options} value={hosts.find(({ selected }) => selected)?.id} />
      <noscript>
        <Button type="submit">Choose</Button>
      </noscript>
    </form>
  );
}

function Failing({ name, url }: { name: string; url: string }) {
  return (
    <Callout tone="bad" id="portal-host-failing">
      <p>
        <b>{`${name} does not answer`}</b>
      </p>
      <p>{`Until it does, new links use ${new URL(url).host}. Nothing needs to be changed here.`}</p>
    </Callout>
  );
}

export const PortalUrlPart = remembered((props: PortalUrlPartProps) => {
  const { slug, url, hosts, mayChoose } = props;
  const failing = hosts.find(({ selected, state }) => selected && state === "degraded");
  return (
    <>
      {failing && <Failing name={failing.shownName} url={url} />}
      <Panel id="portal-url" aria-labelledby="portal-url-title" bare>
        <UrlCard
          id="portal-url"
          title="Portal URL"
          lead={
            hosts.length > 1
              ? "Share this address with clients. It follows the domain you choose."
              : "Share this address with clients. They sign in here."
          }
          url={url}
          qrFile={app.portalQr(slug)}
        >
          {mayChoose && hosts.length > 1 && <HostSelect {...props} />}
        </UrlCard>
      </Panel>
    </>
  );
});
