// One e-mail: trying it again, or calling it off while it waits.
import { BulkProgressReply } from "../../../views/dashboard/bulk-progress.part.tsx";
import { ContactsUpdatedReply } from "../../../views/dashboard/contacts-updated.reply.tsx";
import { EmailLogRow } from "../../../views/dashboard/email-log.part.tsx";
import { EmailStoryPart } from "../../../views/dashboard/email-story.page.tsx";
import { ToastPart, type ToastProps } from "../../../views/ui/toast.tsx";
import { cancelOne, getBatch, retryOne } from "../../models/email-batches.ts";
import { getEmailStory } from "../../models/email-log.ts";
import { app } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { isHtmx, part, seeOther, wantsPart } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { answerWithContact } from "./contacts.tsx";
import { loadContactsUpdate, viewing } from "./contacts-list.ts";

export const emailRoutes: MemberRoute[] = [
  { method: "post", path: "/:agency/emails/:id/retry", role: "member", handler: retry },
  { method: "post", path: "/:agency/emails/:id/cancellation", role: "member", handler: cancel },
];

async function retry(c: MemberContext): Promise<Response> {
  const { slug } = c.get("agency");
  const form = await readForm(c);
  const { queued, batchId, contactId } = await c
    .get("store")
    .write((db) => retryOne(db, c.req.param("id") ?? "", c.get("member").id));
  const toast: ToastProps = queued
    ? { tone: "good", title: "Email queued again" }
    : { tone: "bad", title: "This email cannot be sent again", text: "It is on its way, or was sent by the contact." };
  if (form.text("from") === "log") return answerInLog(c, toast);
  if (batchId && wantsPart(c, "bulk-progress")) {
    const batch = await c.get("store").read((db) => getBatch(db, batchId));
    return part(c, <BulkProgressReply slug={slug} batch={batch} />);
  }
  if (queued && contactId && (wantsPart(c, "contact-page") || form.text("from") === "contact"))
    return answerWithContact(c, contactId, toast.title);
  if (isHtmx(c)) {
    const ids = contactId ? [contactId] : [];
    const update = await c.get("store").read((db) => loadContactsUpdate(c, db, ids));
    return part(c, <ContactsUpdatedReply {...update} toast={toast} />);
  }
  const path =
    batchId && form.has("batch")
      ? app.emailBatch(slug, batchId)
      : contactId
        ? app.contact(slug, contactId)
        : app.portal(slug);
  return seeOther(c, path, { kind: toast.tone, text: toast.title });
}

async function cancel(c: MemberContext): Promise<Response> {
  const id = c.req.param("id") ?? "";
  const cancelled = await c.get("store").write((db) => cancelOne(db, id, c.get("member").id));
  const toast: ToastProps = cancelled
    ? { tone: "good", title: "Email cancelled" }
    : { tone: "bad", title: "This email cannot be cancelled", text: "It is being sent, or is over." };
  return answerInLog(c, toast);
}

/** In the email log the e-mail's own row, or its story, is the place that asked. */
async function answerInLog(c: MemberContext, toast: ToastProps): Promise<Response> {
  const id = c.req.param("id") ?? "";
  const { slug } = c.get("agency");
  if (!isHtmx(c)) return seeOther(c, app.loggedEmail(slug, id), { kind: toast.tone, text: toast.title });
  const email = await c.get("store").read((db) => getEmailStory(db, id));
  const props = { ...viewing(c), email };
  return part(
    c,
    <>
      {wantsPart(c, "email-story") ? <EmailStoryPart {...props} /> : <EmailLogRow {...props} />}
      <ToastPart {...toast} />
    </>,
  );
}
