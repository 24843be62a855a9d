// The agency's dashboard: a sidebar beside the page; below 64rem a top bar and a drawer.
import type { Child } from "hono/jsx";
import { classes } from "../ui/attributes.ts";
import { Avatar } from "../ui/avatar.tsx";
import { IconButton } from "../ui/button.tsx";
import { DialogSlot } from "../ui/dialog.tsx";
import { remembered } from "../ui/remembered.tsx";
import { Toast, type ToastProps, Toasts } from "../ui/toast.tsx";
import { Sidebar, type SidebarProps } from "./dashboard.sidebar.tsx";
import { Document } from "./document.tsx";
import { FailureToasts } from "./failure-toasts.tsx";

export type DashboardLayoutProps = SidebarProps & {
  title: string;
  /** Settings pages keep to a narrow column with the same left edge. */
  narrow?: boolean | undefined;
  /** Words that an action before this page left behind. */
  flash?: readonly ToastProps[] | undefined;
  /** A dialog that the page opens with. */
  dialog?: Child | undefined;
  children: Child;
};

const Topbar = remembered(({ name }: { name: string }) => (
  <header class="topbar">
    <IconButton icon="menu" label="Open menu" variant="quiet" popovertarget="sidebar" />
    <span class="topbar__title">{name}</span>
    <Avatar name={name} square size="sm" />
  </header>
));

export function DashboardLayout(props: DashboardLayoutProps) {
  return (
    <Document title={props.title} site={props.agency.name}>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <div class="shell">
        <Topbar name={props.agency.name} />
        <Sidebar {...props} />
        <main class="main" id="main" tabindex={-1}>
          <div class={classes("page", props.narrow && "page--narrow")}>{props.children}</div>
        </main>
      </div>
      <p class="sr-only" id="live" role="status" />
      <DialogSlot>{props.dialog}</DialogSlot>
      <Toasts>
        {props.flash?.map((toast) => (
          <Toast {...toast} />
        ))}
      </Toasts>
      <FailureToasts />
    </Document>
  );
}
