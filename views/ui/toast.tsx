// What just happened, at the edge of the page; good news leaves by itself, bad news stays until it is dismissed.
import type { Child } from "hono/jsx";
import { IconButton } from "./button.tsx";
import { Icon } from "./icon.tsx";

export type ToastProps = { tone: "good" | "bad"; title: string; text?: Child | undefined };

export function Toast({ tone, title, text }: ToastProps) {
  return (
    <div class={`toast toast--${tone}`} role={tone === "good" ? "status" : "alert"}>
      <Icon name={tone === "good" ? "done" : "fail"} />
      <div>
        <p>{title}</p>
        {text && <p>{text}</p>}
      </div>
      <IconButton icon="x" label="Dismiss" variant="quiet" small data-close="" />
    </div>
  );
}

/** The region at the edge of the page; `children` are the toasts that the page opens with. */
export function Toasts({ children }: { children?: Child | undefined }) {
  return (
    <div class="toasts" id="toasts" role="region" aria-label="Notifications" aria-live="polite">
      {children}
    </div>
  );
}

/** A toast in a reply: added to the region of whatever page is open, beside the reply's own swap. */
export function ToastPart(props: ToastProps) {
  return (
    <hx-partial hx-target="#toasts" hx-swap="beforeend">
      <Toast {...props} />
    </hx-partial>
  );
}
