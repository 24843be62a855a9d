// How the dialogs' routes answer: into the page that is open, or as a page of their own where there is no JavaScript.
import type { Child } from "hono/jsx";
import { ActionPage } from "../../../views/dashboard/action.page.tsx";
import { Form } from "../../web/forms.ts";
import { isHtmx, page, part, shellOf, wantsPart } from "../../web/html.tsx";
import type { MemberContext } from "../../web/route.ts";

/** Sends a dialog. `draw` is told whether it stands in a page, and so is drawn open. */
export function showDialog(c: MemberContext, title: string, draw: (inPage: boolean) => Child, status = 200) {
  if (wantsPart(c, "dialog")) return part(c, draw(false), status);
  if (!isHtmx(c)) return page(c, <ActionPage {...shellOf(c)} title={title} dialog={draw(true)} />, status);
  // Asked from elsewhere, such as a row's button, whose own place stays as it is.
  return part(
    c,
    <hx-partial hx-target="#dialog" hx-swap="innerHTML">
      {draw(false)}
    </hx-partial>,
    status,
  );
}

/** The fields of an address, read as those of a form. */
export function queryForm(c: MemberContext): Form {
  return new Form(new URL(c.req.url).searchParams);
}
