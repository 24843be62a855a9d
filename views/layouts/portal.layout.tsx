// The portal of one agency, for a contact who is signed in; wears the agency's brand and none of ours.
import type { Child } from "hono/jsx";
import { portal } from "../../src/paths.ts";
import { classes } from "../ui/attributes.ts";
import { Avatar } from "../ui/avatar.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Menu, MenuButton, MenuDivider, MenuLink, MenuNote } from "../ui/menu.tsx";
import { type LogoImage, PortalLogo } from "../ui/portal-logo.tsx";
import { remembered } from "../ui/remembered.tsx";
import { Toast, type ToastProps, Toasts } from "../ui/toast.tsx";
import { Document } from "./document.tsx";
import { FailureToasts } from "./failure-toasts.tsx";
import { branded, type PortalBrand } from "./portal-signed-out.layout.tsx";

export type PortalNavItem = "home" | "profile";

export type PortalLayoutProps = {
  title: string;
  agency: string;
  contact: { name: string; email: string };
  current?: PortalNavItem | undefined;
  narrow?: boolean | undefined;
  /** An address of the agency for people who need help. */
  help?: string | undefined;
  brand?: PortalBrand | undefined;
  flash?: readonly ToastProps[] | undefined;
  children: Child;
};

const nav: readonly { item: PortalNavItem; icon: IconName; label: string; href: string }[] = [
  { item: "home", icon: "home", label: "Home", href: portal.home() },
  { item: "profile", icon: "user", label: "Profile", href: portal.profile() },
];

type MineProps = { name: string; email: string; help?: string | undefined };

const Mine = remembered(({ name, email, help }: MineProps) => (
  <>
    <button class="who-btn" type="button" popovertarget="pmenu">
      <Avatar name={name} />
      <span class="name">{name}</span>
      <span class="sr-only">Your menu</span>
      <Icon name="down" />
    </button>
    <Menu id="pmenu" label="You">
      <MenuNote>{email}</MenuNote>
      <MenuLink href={portal.profile()} icon="user">
        Profile and devices
      </MenuLink>
      {help && (
        <MenuLink href={`mailto:${help}`} icon="help">
          Get help
        </MenuLink>
      )}
      <MenuDivider />
      <form method="post" action={portal.signOut()}>
        <FormToken />
        <MenuButton type="submit" icon="signout">
          Sign out
        </MenuButton>
      </form>
    </Menu>
  </>
));

type Current = Pick<PortalLayoutProps, "current">;

const currency = (props: Current, item: PortalNavItem) => (item === props.current ? "page" : undefined);

const Agency = remembered(({ agency, logo, current }: Current & { agency: string; logo?: LogoImage | undefined }) => (
  <>
    <PortalLogo agency={agency} href={portal.home()} logo={logo} />
    <nav class="pnav" aria-label="Main">
      {nav.map(({ item, label, href }) => (
        <a href={href} aria-current={currency({ current }, item)}>
          {label}
        </a>
      ))}
    </nav>
  </>
));

function Bar({ agency, brand, current, contact, help }: PortalLayoutProps) {
  return (
    <header class="pbar">
      <div class="pbar__in">
        <Agency agency={agency} logo={brand?.logo} current={current} />
        <Mine name={contact.name} email={contact.email} help={help} />
      </div>
    </header>
  );
}

const Tabbar = remembered(({ current }: Current) => (
  <nav class="tabbar" aria-label="Main, bottom">
    {nav.map(({ item, icon, label, href }) => (
      <a href={href} aria-current={currency({ current }, item)}>
        <Icon name={icon} />
        {label}
      </a>
    ))}
  </nav>
));

export function PortalLayout(props: PortalLayoutProps) {
  return (
    <Document title={props.title} site={props.agency} {...branded(props.brand)}>
      <div class="portal portal--page" data-brand="">
        <a class="skip" href="#main">
          Skip to content
        </a>
        <Bar {...props} />
        <main class={classes("pmain", props.narrow && "pmain--narrow")} id="main" tabindex={-1}>
          {props.children}
        </main>
        <Tabbar current={props.current} />
        <p class="sr-only" id="live" role="status" />
        <Toasts>
          {props.flash?.map((toast) => (
            <Toast {...toast} />
          ))}
        </Toasts>
        <FailureToasts />
      </div>
    </Document>
  );
}
