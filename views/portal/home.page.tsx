// The first page of a portal: the agency's welcome, where to go, and what it knows of the reader.
import type { SignedInContact } from "../../src/models/contact-sessions.ts";
import { portal } from "../../src/paths.ts";
import { PortalLayout, type PortalLayoutProps } from "../layouts/portal.layout.tsx";
import { Facts } from "../ui/facts.tsx";
import { momentText } from "../ui/moment.tsx";
import { Panel } from "../ui/panel.tsx";
import { Tile, Tiles } from "../ui/tile.tsx";
import { deviceName } from "./device-name.ts";
import { firstName, type PortalSite } from "./site.ts";

type HomePageProps = {
  site: PortalSite;
  contact: SignedInContact;
  zone: string;
  flash: PortalLayoutProps["flash"];
};

function QuickLinks({ site }: { site: PortalSite }) {
  return (
    <section class="stack" aria-labelledby="ql-title">
      <h2 class="section-title" id="ql-title">
        Quick links
      </h2>
      <Tiles>
        <Tile href={portal.profile()} icon="user" title="Profile and devices" text="Your name and password" />
        {site.help && <Tile href={`mailto:${site.help}`} icon="help" title="Get help" text={`Email ${site.agency}`} />}
      </Tiles>
    </section>
  );
}

function You({ contact, zone }: HomePageProps) {
  const { startedAt, userAgent } = contact.session;
  const device = deviceName(userAgent);
  return (
    <Panel
      id="you"
      title="You"
      aside={
        <a class="small" href={portal.profile()}>
          Edit<span class="sr-only"> your profile</span>
        </a>
      }
    >
      <Facts
        facts={[
          ...(contact.name ? [{ name: "Name", value: contact.name }] : []),
          { name: "Email", value: <span class="break">{contact.email}</span> },
          ...(contact.company ? [{ name: "Company", value: contact.company }] : []),
          { name: "Signed in", value: `${momentText(startedAt, { zone })}${device ? `, ${device}` : ""}` },
        ]}
      />
    </Panel>
  );
}

export function HomePage(props: HomePageProps) {
  const { site, contact, flash } = props;
  return (
    <PortalLayout
      {...site}
      title="Home"
      contact={{ ...contact, name: contact.name || contact.email }}
      current="home"
      flash={flash}
    >
      <header>
        <h1>
          {contact.firstVisit ? "Welcome" : "Welcome back"}, {firstName(contact)}
        </h1>
        <p class="muted">{contact.company || `This is your client portal at ${site.agency}.`}</p>
      </header>
      <div class="split">
        <QuickLinks site={site} />
        <You {...props} />
      </div>
    </PortalLayout>
  );
}
