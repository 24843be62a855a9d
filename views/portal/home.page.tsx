// The first page of a portal: the agency's welcome, where to go, and what it knows of the reader.
import type { SignedInContact } from "../../src/models/contact-sessions.ts";
import { portal } from "../../src/paths.ts";
import { PortalLayout, type PortalLayoutProps } from "../layouts/portal.layout.tsx";
import { Facts } from "../ui/facts.tsx";
import { momentText } from "../ui/moment.tsx";
import { Panel } from "../ui/panel.tsx";
import { remembered } from "../ui/remembered.tsx";
import { Tile, Tiles } from "../ui/tile.tsx";
import { deviceName } from "./device-name.ts";
import { firstName, type PortalSite } from "./site.ts";

type HomePageProps = {
  site: PortalSite;
  contact: SignedInContact;
  zone: string;
  flash: PortalLayoutProps["flash"];
};

const QuickLinks = remembered(({ agency, help }: Pick<PortalSite, "agency" | "help">) => (
  <section class="stack" aria-labelledby="ql-title">
    <h2 class="section-title" id="ql-title">
      Quick links
    </h2>
    <Tiles>
      <Tile href={portal.profile()} icon="user" title="Profile and devices" text="Your name and password" />
      {help && <Tile href={`mailto:${help}`} icon="help" title="Get help" text={`Email ${agency}`} />}
    </Tiles>
  </section>
));

type YouProps = Pick<SignedInContact, "name" | "email" | "company"> & { signedIn: string };

const You = remembered(({ name, email, company, signedIn }: YouProps) => (
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
        ...(name ? [{ name: "Name", value: name }] : []),
        { name: "Email", value: <span class="break">{email}</span> },
        ...(company ? [{ name: "Company", value: company }] : []),
        { name: "Signed in", value: signedIn },
      ]}
    />
  </Panel>
));

function signedInWords({ startedAt, userAgent }: SignedInContact["session"], zone: string): string {
  const device = deviceName(userAgent);
  return `${momentText(startedAt, { zone })}${device ? `, ${device}` : ""}`;
}

export function HomePage(props: HomePageProps) {
  const { site, contact, zone, flash } = props;
  const { name, email, company } = contact;
  return (
    <PortalLayout {...site} title="Home" contact={{ name: name || email, email }} current="home" flash={flash}>
      <header>
        <h1>
          {contact.firstVisit ? "Welcome" : "Welcome back"}, {firstName(contact)}
        </h1>
        <p class="muted">{company || `This is your client portal at ${site.agency}.`}</p>
      </header>
      <div class="split">
        <QuickLinks agency={site.agency} help={site.help} />
        <You name={name} email={email} company={company} signedIn={signedInWords(contact.session, zone)} />
      </div>
    </PortalLayout>
  );
}
