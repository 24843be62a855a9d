// The Client portal page: the portal's address, the figures, and the contacts with what each one needs next.
import type { Child } from "hono/jsx";
import type { HostChoice } from "../../src/models/host-selection.ts";
import type { PortalCounts } from "../../src/models/portal-counts.ts";
import type { SendingTrouble } from "../../src/models/sending-pauses.ts";
import { app } from "../../src/paths.ts";
import { DashboardLayout, type DashboardLayoutProps } from "../layouts/dashboard.layout.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { Empty } from "../ui/empty.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { remembered, rememberedFrame } from "../ui/remembered.tsx";
import { LoadBar } from "../ui/skeleton.tsx";
import { BulkBarPart } from "./bulk-bar.part.tsx";
import { RowForm } from "./contact-actions.tsx";
import { ContactsTable, type ContactsTableProps } from "./contacts-table.part.tsx";
import { ContactsTabs } from "./contacts-tabs.part.tsx";
import { ContactsToolbar } from "./contacts-toolbar.part.tsx";
import { type Filters, type ListFrame, opensDialog, type Viewing } from "./contacts-view.ts";
import { PortalUrlPart } from "./portal-url.part.tsx";
import { StatsPart } from "./stats.part.tsx";

type PortalProps = Viewing & {
  url: string;
  hosts: readonly HostChoice[];
  mayChooseHost: boolean;
  trouble: SendingTrouble;
  counts: PortalCounts;
  list: ListFrame;
  watch: boolean;
  filters: Filters;
  cursor: ContactsTableProps["cursor"];
};
export type ClientPortalPageProps = Omit<DashboardLayoutProps, "title" | "children" | "current"> & {
  portal: PortalProps;
};

function NobodyYet({ slug, mayAct, url }: PortalProps) {
  const invite = app.invitations(slug);
  const paste = app.invitations(slug, { mode: "paste" });
  const text = `Invite someone by email. They press one button to join, and from then on they sign in at ${new URL(url).host}.`;
  if (!mayAct) return <Empty door title="No clients yet" text="They appear here once a colleague has invited them." />;
  return (
    <Empty door title="Open the door to your first client" text={text}>
      <ButtonLink variant="primary" icon="userplus" href={invite} {...opensDialog(invite)}>
        Invite a client
      </ButtonLink>
      <ButtonLink icon="upload" href={paste} {...opensDialog(paste)}>
        Import contacts
      </ButtonLink>
    </Empty>
  );
}

function Contacts(props: PortalProps & { rows: Child }) {
  const { counts, list, filters, slug, mayAct } = props;
  if (counts.all === 0)
    return (
      <div id="contacts-table">
        <NobodyYet {...props} />
      </div>
    );
  return (
    <>
      <ContactsTabs {...props} />
      <LoadBar label="Loading contacts" />
      <ContactsToolbar slug={slug} filters={filters} mayAct={mayAct} />
      {mayAct && <RowForm filters={filters} />}
      <ContactsTable {...props} />
      {mayAct && <BulkBarPart slug={slug} filters={filters} list={list} />}
      <div id="contacts-reload" />
    </>
  );
}

function Paused({ reason, slug, mayAct }: Pick<PortalProps, "slug" | "mayAct"> & { reason: string }) {
  return (
    <Callout tone="wait" id="sending-paused">
      <p>
        <b>Sending is paused</b>
      </p>
      <p>{`${reason} Nothing is lost: emails wait, and one is tried every five minutes until the mail server takes it.`}</p>
      {mayAct && (
        <form method="post" action={app.sendingResumption(slug)}>
          <FormToken />
          <Button type="submit" small>
            Resume sending
          </Button>
        </form>
      )}
    </Callout>
  );
}

function Failing({ domain, slug }: { domain: string; slug: string }) {
  return (
    <Callout tone="wait" id="sending-failing">
      <p>
        <b>{`${domain} is failing`}</b>
      </p>
      <p>
        {"Emails come from the included address, with your agency’s name, until its records are back. "}
        <a href={app.sending(slug)}>Sending domain</a>
      </p>
    </Callout>
  );
}

// While nothing is sent, where it would come from does not matter yet.
function Trouble({ pausedReason, failingDomain, ...viewing }: SendingTrouble & Pick<PortalProps, "slug" | "mayAct">) {
  if (pausedReason) return <Paused reason={pausedReason} {...viewing} />;
  return failingDomain ? <Failing domain={failingDomain} slug={viewing.slug} /> : null;
}

type HeadProps = Pick<PortalProps, "slug" | "mayAct"> & { somebody: boolean };

const Head = remembered(({ slug, mayAct, somebody }: HeadProps) => {
  const invite = app.invitations(slug);
  return (
    <PageHead title="Client portal" lead="Invite clients, send them a way in, and see who has joined.">
      {mayAct && (
        <ButtonLink variant={somebody ? "primary" : undefined} icon="userplus" href={invite} {...opensDialog(invite)}>
          Invite
        </ButtonLink>
      )}
    </PageHead>
  );
});

/** The page around its rows, which `drawRows` draws: its props must say all that it depends on. */
export const ClientPortalPage = rememberedFrame(({ portal, ...layout }: ClientPortalPageProps, rows) => {
  return (
    <DashboardLayout {...layout} title="Client portal" current="portal">
      <Head slug={portal.slug} mayAct={portal.mayAct} somebody={portal.counts.all > 0} />
      <Trouble {...portal.trouble} slug={portal.slug} mayAct={portal.mayAct} />
      <PortalUrlPart slug={portal.slug} url={portal.url} hosts={portal.hosts} mayChoose={portal.mayChooseHost} />
      <StatsPart counts={portal.counts} />
      <Panel class="contacts" title="Contacts" titleId="contacts-title" hideTitle bare>
        <Contacts {...portal} rows={rows} />
      </Panel>
    </DashboardLayout>
  );
});
