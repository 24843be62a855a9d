// A modal window that arrives by htmx in #dialog, or stands over its page when there is no JavaScript.
import type { Child } from "hono/jsx";
import { type Passed, passed } from "./attributes.ts";
import { ButtonLink, IconLink } from "./button.tsx";
import { FormToken } from "./form-token.tsx";

type DialogProps = Passed & {
  /** Prefix of the ids inside; the title's is `<id>-title`. */
  id: string;
  title: string;
  lead?: Child | undefined;
  /** Where closing leads without JavaScript: the page underneath. */
  closeHref: string;
  /** With an action the dialog's content is a form that posts there; htmx attributes go to that form. */
  action?: string | undefined;
  /** Part of a whole page: drawn open, so that it works without JavaScript too. */
  inPage?: boolean | undefined;
  children: Child;
  foot: Child;
};

function Head({ id, title, lead, closeHref }: DialogProps) {
  return (
    <header class="dialog__head">
      <div>
        <h2 id={`${id}-title`} tabindex={-1}>
          {title}
        </h2>
        {lead && <p>{lead}</p>}
      </div>
      <IconLink icon="x" label="Close" variant="quiet" small href={closeHref} data-close="" />
    </header>
  );
}

export function Dialog(props: DialogProps) {
  const content = (
    <>
      <Head {...props} />
      <div class="dialog__body">{props.children}</div>
      <footer class="dialog__foot">{props.foot}</footer>
      <p class="sr-only" role="status" data-live="" />
    </>
  );
  return (
    <dialog class="dialog" aria-labelledby={`${props.id}-title`} data-open="" open={props.inPage || undefined}>
      {props.action === undefined ? (
        <section>{content}</section>
      ) : (
        <form method="post" action={props.action} {...passed(props)}>
          <FormToken />
          {content}
        </form>
      )}
    </dialog>
  );
}

type CloseProps = {
  href: string;
  children?: Child | undefined;
  variant?: "primary" | undefined;
  autofocus?: boolean | undefined;
};

/** Closes the dialog; "Cancel" unless told otherwise. Without JavaScript it leads to the page underneath. */
export function DialogClose({ href, children, variant, autofocus }: CloseProps) {
  return (
    <ButtonLink href={href} variant={variant} autofocus={autofocus} data-close="">
      {children ?? "Cancel"}
    </ButtonLink>
  );
}

/** The place dialogs arrive in; a page that opens with a dialog has it as `children`. */
export function DialogSlot({ children }: { children?: Child | undefined }) {
  return <div id="dialog">{children}</div>;
}

/** In a reply: closes whatever dialog is open. */
export function CloseDialogPart() {
  return <hx-partial hx-target="#dialog" hx-swap="innerHTML" />;
}
