// Buttons and links that look like buttons; one solid button a view.
import type { Child } from "hono/jsx";
import { classes, type Passed, passed } from "./attributes.ts";
import { Icon, type IconName } from "./icon.tsx";

export type ButtonVariant = "primary" | "quiet" | "danger" | "danger-quiet" | "brand" | "main";

type Look = Passed & {
  variant?: ButtonVariant | undefined;
  small?: boolean | undefined;
  block?: boolean | undefined;
  icon?: IconName | undefined;
  /** More classes, such as `push`, `lead` or `only-wide`. */
  class?: string | undefined;
  id?: string | undefined;
};

type ButtonProps = Look & {
  type?: "button" | "submit" | undefined;
  name?: string | undefined;
  value?: string | undefined;
  disabled?: boolean | undefined;
  autofocus?: boolean | undefined;
  form?: string | undefined;
  formaction?: string | undefined;
  formmethod?: "get" | "post" | undefined;
  formnovalidate?: boolean | undefined;
  popovertarget?: string | undefined;
  /** Words for screen readers after the visible ones, such as the contact that a row's button is about. */
  about?: string | undefined;
  children?: Child | undefined;
};

type ButtonLinkProps = Look & {
  href: string;
  download?: boolean | string | undefined;
  newTab?: boolean | undefined;
  autofocus?: boolean | undefined;
  about?: string | undefined;
  children?: Child | undefined;
};

type IconButtonProps = Omit<ButtonProps, "icon" | "children" | "about"> & { icon: IconName; label: string };
type IconLinkProps = Omit<ButtonLinkProps, "icon" | "children" | "about"> & { icon: IconName; label: string };

function look({ variant, small, block, class: more }: Look, iconOnly = false): string | undefined {
  return classes(
    "btn",
    variant === "danger-quiet" ? "btn--quiet btn--danger-quiet" : variant && `btn--${variant}`,
    small && "btn--sm",
    iconOnly && "btn--icon",
    block && "btn--block",
    more,
  );
}

const asks = (props: Passed) => Boolean(props["hx-get"] ?? props["hx-post"] ?? props["hx-delete"]);

/** A spinner that shows only while htmx waits for the answer to what this button asked. */
function Waiting({ props }: { props: ButtonProps }) {
  return props.type === "submit" || asks(props) ? <span class="spinner" aria-hidden="true" /> : null;
}

const About = ({ text }: { text: string | undefined }) => (text ? <span class="sr-only"> {text}</span> : null);

const native = (props: Omit<ButtonProps, "icon" | "children">) => ({
  id: props.id,
  type: props.type ?? "button",
  name: props.name,
  value: props.value,
  disabled: props.disabled || undefined,
  autofocus: props.autofocus || undefined,
  form: props.form,
  formaction: props.formaction,
  formmethod: props.formmethod,
  formnovalidate: props.formnovalidate || undefined,
  popovertarget: props.popovertarget,
});

export function Button(props: ButtonProps) {
  return (
    <button class={look(props)} {...native(props)} {...passed(props)}>
      <Waiting props={props} />
      {props.icon && <Icon name={props.icon} />}
      {props.children}
      <About text={props.about} />
    </button>
  );
}

/** A square button with an icon alone; `label` is its accessible name. */
export function IconButton(props: IconButtonProps) {
  return (
    <button class={look(props, true)} {...native(props)} {...passed(props)} aria-label={props.label}>
      <Waiting props={props} />
      <Icon name={props.icon} />
    </button>
  );
}

const anchor = ({ id, href, download, newTab, autofocus }: Omit<ButtonLinkProps, "children">) => ({
  id,
  href,
  download: download === true ? "" : download || undefined,
  target: newTab ? "_blank" : undefined,
  rel: newTab ? "noopener" : undefined,
  autofocus: autofocus || undefined,
});

/** A link that looks like a button: for what has an address of its own, dialogs included. */
export function ButtonLink(props: ButtonLinkProps) {
  return (
    <a class={look(props)} {...anchor(props)} {...passed(props)}>
      {asks(props) && <span class="spinner" aria-hidden="true" />}
      {props.icon && <Icon name={props.icon} />}
      {props.children}
      <About text={props.about} />
    </a>
  );
}

/** A square link with an icon alone; `label` is its accessible name. */
export function IconLink(props: IconLinkProps) {
  return (
    <a class={look(props, true)} {...anchor(props)} {...passed(props)} aria-label={props.label}>
      {asks(props) && <span class="spinner" aria-hidden="true" />}
      <Icon name={props.icon} />
    </a>
  );
}
