// Catalogue: icons, buttons, statuses, badges, menus, avatars.
import { Avatar, Who } from "../ui/avatar.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button, ButtonLink, IconButton } from "../ui/button.tsx";
import { Icon, iconNames } from "../ui/icon.tsx";
import { Menu, MenuButton, MenuDivider, MenuLink, MenuNote, MenuTitle, MoreButton } from "../ui/menu.tsx";
import { Crumbs } from "../ui/page-head.tsx";
import {
  type ContactState,
  ContactStatus,
  contactStates,
  type DomainState,
  DomainStatus,
  domainStates,
  type EmailState,
  EmailStatus,
  emailStates,
} from "../ui/status.tsx";
import { Example, Section } from "./catalogue-section.tsx";

function Buttons() {
  return (
    <Example name="Button">
      <div class="row">
        <Button>Plain</Button>
        <Button variant="primary" icon="userplus">
          Invite
        </Button>
        <Button variant="quiet">Quiet</Button>
        <Button variant="danger">Revoke access</Button>
        <Button variant="danger-quiet">Revoke access</Button>
        <Button disabled>Disabled</Button>
        <Button small>Small</Button>
        <IconButton icon="open" label="Open in a new tab" />
        <ButtonLink href="#buttons" icon="download">
          A link
        </ButtonLink>
      </div>
      <div class="row htmx-request">
        <Button type="submit" variant="primary" class="htmx-request">
          Sending
        </Button>
        <Button class="htmx-request" icon="refresh" hx-get="#">
          Asking
        </Button>
        <button class="link-btn" type="button">
          A button that reads like a link
        </button>
        <kbd class="kbd">Enter</kbd>
      </div>
    </Example>
  );
}

function Statuses() {
  return (
    <Example name="Status: contacts, emails, domains; badges">
      <div class="row">
        {Object.keys(contactStates).map((state) => (
          <ContactStatus state={state as ContactState} />
        ))}
      </div>
      <div class="row">
        {Object.keys(emailStates).map((state) => (
          <EmailStatus state={state as EmailState} />
        ))}
      </div>
      <div class="row">
        {Object.keys(domainStates).map((state) => (
          <DomainStatus state={state as DomainState} />
        ))}
      </div>
      <div class="row">
        <Badge>Retainer</Badge>
        <Badge tone="good">This device</Badge>
        <Badge tone="wait">1 due</Badge>
        <Badge tone="bad">Failed</Badge>
        <Badge tone="accent">New</Badge>
      </div>
    </Example>
  );
}

function Menus() {
  return (
    <Example name="Menu">
      <div class="row">
        <MoreButton menu="sample-menu" label="More actions for Maya Okafor" />
        <Menu id="sample-menu" label="Actions for Maya Okafor">
          <MenuTitle>Maya Okafor</MenuTitle>
          <MenuNote>maya@brightwater.example</MenuNote>
          <MenuLink href="#menus" icon="link">
            Magic link
          </MenuLink>
          <MenuButton icon="mail" disabled>
            Login email
          </MenuButton>
          <MenuDivider />
          <MenuButton icon="ban" danger>
            Revoke access
          </MenuButton>
        </Menu>
      </div>
    </Example>
  );
}

function People() {
  return (
    <Example name="Avatar, who, crumbs">
      <div class="row">
        <Avatar name="Maya Okafor" size="sm" />
        <Avatar name="Maya Okafor" />
        <Avatar name="Maya Okafor" size="lg" />
        <Avatar name="Halden & Rye" square />
        <Who name="Maya Okafor" detail="maya@brightwater.example" href="#people" />
      </div>
      <Crumbs links={[{ href: "#people", label: "Client portal" }]} current="Maya Okafor" />
    </Example>
  );
}

function Icons() {
  return (
    <Example name="Icon">
      <div class="row">
        {iconNames.map((name) => (
          <span class="badge">
            <Icon name={name} large />
            {name}
          </span>
        ))}
      </div>
    </Example>
  );
}

export function CatalogueControls() {
  return (
    <Section id="controls" title="Controls">
      <Buttons />
      <Statuses />
      <Menus />
      <People />
      <Icons />
    </Section>
  );
}
