// One contact: how far he has come, what happened, his links and sessions, his details.
import type { ListedLink } from "../../src/models/access-links.ts";
import type { Device } from "../../src/models/contact-sessions.ts";
import type { RunLine } from "../../src/models/workflow-runs.ts";
import { app } from "../../src/paths.ts";
import { DashboardLayout, type DashboardLayoutProps } from "../layouts/dashboard.layout.tsx";
import { Crumbs } from "../ui/page-head.tsx";
import { ContactAccess } from "./contact-access.part.tsx";
import { type ActivityProps, ContactActivity } from "./contact-activity.part.tsx";
import { ContactDetails, type DetailsProps } from "./contact-details.part.tsx";
import { ContactHeader } from "./contact-header.part.tsx";
import { ContactLinks } from "./contact-links.part.tsx";
import { ContactSessions } from "./contact-sessions.part.tsx";
import { ContactTags } from "./contact-tags.part.tsx";
import { ContactTrouble } from "./contact-trouble.tsx";
import { ContactWorkflows } from "./contact-workflows.part.tsx";
import { nameOf } from "./contacts-view.ts";

export type ContactPartProps = DetailsProps & {
  activity: Omit<ActivityProps, "slug" | "zone" | "contactId">;
  links: readonly ListedLink[];
  devices: readonly Device[];
  runs: readonly RunLine[];
  /** The names of templates, for what runs send. */
  templates: ReadonlyMap<string, string>;
};

/** Everything under the breadcrumb; what an action on this page sends. */
export function ContactPart({ activity, links, devices, runs, templates, ...props }: ContactPartProps) {
  const about = { slug: props.slug, zone: props.zone, mayAct: props.mayAct, contactId: props.contact.id };
  return (
    <div class="stack stack--6" id="contact-page">
      <ContactHeader {...props} />
      <ContactTrouble {...props} />
      <div class="split">
        <ContactActivity {...about} {...activity} />
        <div class="stack stack--6">
          <ContactAccess {...props} />
          <ContactTags {...props} />
          <ContactWorkflows {...about} runs={runs} templates={templates} />
          <ContactLinks {...about} links={links} />
          <ContactSessions {...about} devices={devices} />
          <ContactDetails {...props} />
        </div>
      </div>
    </div>
  );
}

type ContactPageProps = Omit<DashboardLayoutProps, "title" | "children" | "current"> & { contact: ContactPartProps };

export function ContactPage({ contact, ...layout }: ContactPageProps) {
  const name = nameOf(contact.contact);
  return (
    <DashboardLayout {...layout} title={name} current="portal">
      <Crumbs links={[{ href: app.portal(contact.slug), label: "Client portal" }]} current={name} />
      <ContactPart {...contact} />
      <div id="contact-reload" />
    </DashboardLayout>
  );
}
