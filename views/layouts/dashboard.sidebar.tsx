// The dashboard's sidebar: which agency, where to go, and who is signed in.
import { app } from "../../src/paths.ts";
import { Avatar } from "../ui/avatar.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Menu, MenuButton, MenuDivider, MenuLink, MenuNote, MenuTitle } from "../ui/menu.tsx";
import { remembered } from "../ui/remembered.tsx";
import { ThemePicker } from "../ui/theme-picker.tsx";

export type AgencyName = { name: string; slug: string };
export type SettingsItem = "domains" | "branding" | "email-templates" | "sending" | "team";
export type NavItem = "portal" | "log" | "workflows" | SettingsItem;

export type SidebarProps = {
  agency: AgencyName;
  /** The agency's portal host, under its name. */
  host?: string | undefined;
  member: { name: string; email: string; role: string };
  /** Every agency that the member belongs to, the current one included. */
  memberships: readonly AgencyName[];
  /** How many e-mails failed, as far as they were counted: a hundred stands for that and more. */
  failedEmails?: number | undefined;
  current?: NavItem | undefined;
};

type NavLine = { item: NavItem; icon: IconName; label: string; href: (slug: string) => string };

const nav: readonly NavLine[] = [
  { item: "portal", icon: "home", label: "Client portal", href: (slug) => app.portal(slug) },
  { item: "log", icon: "log", label: "Email log", href: (slug) => app.emailLog(slug) },
  { item: "workflows", icon: "flow", label: "Workflows", href: (slug) => app.workflows(slug) },
];
const settings: readonly NavLine[] = [
  { item: "domains", icon: "globe", label: "Domains", href: (slug) => app.domains(slug) },
  { item: "branding", icon: "brush", label: "Branding", href: (slug) => app.branding(slug) },
  {
    item: "email-templates",
    icon: "template",
    label: "Email templates",
    href: (slug) => app.emailTemplates(slug),
  },
  { item: "sending", icon: "mail", label: "Sending domain", href: (slug) => app.sending(slug) },
  { item: "team", icon: "users", label: "Team and roles", href: (slug) => app.team(slug) },
];

function Switcher({ agency, host, memberships }: SidebarProps) {
  return (
    <div>
      <button class="switcher" type="button" popovertarget="agency-menu">
        <Avatar name={agency.name} square />
        <span>
          {agency.name}
          {host && <small>{host}</small>}
        </span>
        <Icon name="updown" />
      </button>
      <Menu id="agency-menu" label="Agencies" placement="start">
        <MenuTitle>Switch agency</MenuTitle>
        {memberships.map(({ name, slug }) => (
          <MenuLink
            href={app.portal(slug)}
            icon={slug === agency.slug ? "check" : undefined}
            current={slug === agency.slug}
          >
            {name}
          </MenuLink>
        ))}
        <MenuDivider />
        <MenuLink href={app.newAgency()} icon="plus">
          Add an agency
        </MenuLink>
      </Menu>
    </div>
  );
}

const MOST_FAILED = 100;

function Failed({ count }: { count: number }) {
  if (count === 0) return null;
  return <span class="count">{count >= MOST_FAILED ? `${MOST_FAILED}+ failed` : `${count} failed`}</span>;
}

function Nav(props: SidebarProps & { lines: readonly NavLine[]; heading?: string }) {
  const { agency, current, lines, heading, failedEmails = 0 } = props;
  return (
    <div class="nav">
      {heading && <p class="nav__title">{heading}</p>}
      {lines.map(({ item, icon, label, href }) => (
        <a href={href(agency.slug)} aria-current={item === current ? "page" : undefined}>
          <Icon name={icon} />
          {label}
          {item === "log" && <Failed count={failedEmails} />}
        </a>
      ))}
    </div>
  );
}

const roleWord = (role: string) => role.charAt(0).toUpperCase() + role.slice(1);

function Me({ member }: SidebarProps) {
  return (
    <div class="mt-auto">
      <button class="switcher" type="button" popovertarget="me-menu">
        <Avatar name={member.name} />
        <span>
          {member.name}
          <small>{roleWord(member.role)}</small>
        </span>
        <Icon name="more" />
      </button>
      <Menu id="me-menu" label="You" placement="up">
        <MenuNote>{member.email}</MenuNote>
        <ThemePicker />
        <MenuDivider />
        <form method="post" action={app.signOut()}>
          <FormToken />
          <MenuButton type="submit" icon="signout">
            Sign out
          </MenuButton>
        </form>
      </Menu>
    </div>
  );
}

const Drawn = remembered((props: SidebarProps) => (
  <nav class="sidebar" id="sidebar" popover="auto" aria-label="Main">
    <Switcher {...props} />
    <Nav {...props} lines={nav} />
    <Nav {...props} lines={settings} heading="Settings" />
    <Me {...props} />
  </nav>
));

/** Takes what it shows from the layout's props and leaves the rest, which is the page's. */
export function Sidebar({ agency, host, member, memberships, failedEmails, current }: SidebarProps) {
  return Drawn({ agency, host, member, memberships, failedEmails, current });
}
