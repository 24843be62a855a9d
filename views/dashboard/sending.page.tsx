// The settings page of the domains that an agency sends from.
import { app } from "../../src/paths.ts";
import { SettingsLayout, type SettingsLayoutProps } from "../layouts/settings.layout.tsx";
import { Badge } from "../ui/badge.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { SendingAdd } from "./sending-add.part.tsx";
import { SendingDomainPart, type SendingPartProps, UseAsSender } from "./sending-domain.part.tsx";
import { SendingRemovalDialog, type SendingRemovalProps } from "./sending-removal-dialog.part.tsx";

type SendingPageProps = Omit<SettingsLayoutProps, "title" | "current" | "children" | "dialog"> & {
  domains: readonly SendingPartProps[];
  mayChange: boolean;
  /** The platform's own address, which every agency may send from. */
  included: string;
  refused?: { typed: string; error: string } | undefined;
  removal?: SendingRemovalProps | undefined;
};

export function SendingPage({ domains, mayChange, included, refused, removal, ...layout }: SendingPageProps) {
  const { slug, name } = layout.agency;
  return (
    <SettingsLayout
      {...layout}
      title="Sending domain"
      current="sending"
      dialog={removal && <SendingRemovalDialog {...removal} inPage />}
    >
      <PageHead title="Sending domain" lead="The address that invites, login emails and every other mail come from." />
      {mayChange && <SendingAdd slug={slug} {...refused} />}
      <div class="stack stack--5" id="sending">
        {domains.map((domain) => (
          <SendingDomainPart {...domain} />
        ))}
        <Included {...{ slug, name, domains, mayChange, included }} />
      </div>
    </SettingsLayout>
  );
}

type IncludedProps = Pick<SendingPageProps, "domains" | "mayChange" | "included"> & { slug: string; name: string };

function Included({ slug, name, domains, mayChange, included }: IncludedProps) {
  const chosen = domains.find(({ domain }) => domain.selected)?.domain;
  const stepsIn = chosen && chosen.state !== "verified";
  return (
    <section class="panel" id="sending-included" aria-labelledby="sending-included-name">
      <div class="panel__head">
        <h2 id="sending-included-name" class="row">
          <span class="break">{included}</span> <Badge>Included</Badge>
          {!chosen && <Badge tone="accent">Sender</Badge>}
        </h2>
        {mayChange && chosen && <UseAsSender action={app.sendingSelection(slug)} about={included} />}
      </div>
      <div class="panel__body">
        <p class="small muted">
          {stepsIn
            ? `Mail comes from this address, in the name of ${name}, until ${chosen.shownDomain} is ${chosen.state === "pending" ? "verified" : "well again"}.`
            : `Mail from this address carries the name of ${name}. Answers go to the member who sends, or to your support address.`}
        </p>
      </div>
    </section>
  );
}
