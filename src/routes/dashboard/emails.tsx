// One e-mail: trying it again.
import { BulkProgressReply } from "../../../views/dashboard/bulk-progress.part.tsx";
import { ContactsUpdatedReply } from "../../../views/dashboard/contacts-updated.reply.tsx";
import type { ToastProps } from "../../../views/ui/toast.tsx";
import { getBatch, retryOne } from "../../models/email-batches.ts";
import { app } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { isHtmx, part, seeOther, wantsPart } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { answerWithContact } from "./contacts.tsx";
import { loadContactsUpdate } from "./contacts-list.ts";

export const emailRoutes: MemberRoute[] = [
  { method: "post", path: "/:agency/emails/:id/retry", role: "member", handler: retry },
];

async function retry(c: MemberContext): Promise<Response> {
  const { slug } = c.get("agency");
  const form = await readForm(c);
  const { queued, batchId, contactId } = await c.get("store").write((db) => retryOne(db, c.req.param("id") ?? ""));
  const toast: ToastProps = queued
    ? { tone: "good", title: "Email queued again" }
    : { tone: "bad", title: "This email cannot be sent again", text: "It is on its way, or was sent by the contact." };
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
