// A popover beside its button; a sheet on phones.
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import { classes, type Passed, passed } from "./attributes.ts";
import { IconButton } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

type MenuProps = {
  id: string;
  label?: string | undefined;
  placement?: "start" | "up" | undefined;
  class?: string | undefined;
  children: Child;
};

export function Menu({ id, label, placement, class: more, children }: MenuProps) {
  return (
    <div
      class={classes("menu", placement && `menu--${placement}`, more)}
      id={id}
      popover="auto"
      role={label ? "group" : undefined}
      aria-label={label}
    >
      {children}
    </div>
  );
}

/** The three dots that open a menu beside it; `label` names what it is about, as in "More actions for Maya Okafor". */
export function MoreButton({ menu, label }: { menu: string; label: string }) {
  return <IconButton icon="more" label={label} variant="quiet" small class="more" popovertarget={menu} />;
}

/**
 * The one menu of a list's rows, which is empty until a row's button has it filled. Goes once on a page with rows, outside what is
 * swapped.
 */
export function RowMenu({ id }: { id: string }) {
  return (
    <>
      <form id={`${id}-form`} method="get" data-menu={id} hidden />
      <div class="menu" id={id} popover="auto" role="group" hx-sync="this:replace" />
    </>
  );
}

/**
 * The three dots of a row whose menu is drawn when it is opened. `href` answers htmx with the menu's lines, and without JavaScript
 * leads to where the same actions are.
 */
export function RowMenuButton({ menu, href, label }: { menu: string; href: string; label: string }) {
  const look = html`class="btn btn--quiet btn--sm btn--icon more" form="${menu}-form" formaction="${href}" aria-label="${label}"`;
  return html`<button ${look}>${Icon({ name: "more" })}</button>`;
}

type ItemProps = Passed & { icon?: IconName | undefined; children: Child };

/** A menu line that leads somewhere; without an icon it keeps the icon's room. */
export function MenuLink(props: ItemProps & { href: string; current?: boolean | undefined }) {
  return (
    <a href={props.href} aria-current={props.current ? "true" : undefined} {...passed(props)}>
      {props.icon ? <Icon name={props.icon} /> : <span class="icon" />}
      {props.children}
    </a>
  );
}

type MenuButtonProps = ItemProps & {
  type?: "button" | "submit" | undefined;
  danger?: boolean | undefined;
  disabled?: boolean | undefined;
  name?: string | undefined;
  value?: string | undefined;
  form?: string | undefined;
  formaction?: string | undefined;
};

/** A menu line that does something; inside a form it may submit it. */
export function MenuButton(props: MenuButtonProps) {
  return (
    <button
      class={props.danger ? "danger" : undefined}
      type={props.type ?? "button"}
      name={props.name}
      value={props.value}
      form={props.form}
      formaction={props.formaction}
      disabled={props.disabled || undefined}
      {...passed(props)}
    >
      {props.icon ? <Icon name={props.icon} /> : <span class="icon" />}
      {props.children}
    </button>
  );
}

export const MenuDivider = () => <hr />;
export const MenuNote = ({ children }: { children: Child }) => <div class="menu__note">{children}</div>;
export const MenuTitle = ({ children }: { children: Child }) => <p class="menu__title">{children}</p>;
