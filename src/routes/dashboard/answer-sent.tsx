// What a member sees after e-mails were queued: the row and a toast for one contact, a progress panel for several.
import { BatchDialog } from "../../../views/dashboard/batch-dialog.part.tsx";
import {
  ContactsReload,
  ContactsUpdated,
  ContactsUpdatedReply,
} from "../../../views/dashboard/contacts-updated.reply.tsx";
import { nameOf } from "../../../views/dashboard/contacts-view.ts";
import type { InviteReport } from "../../../views/dashboard/paste-result.part.tsx";
import { StatsUpdate } from "../../../views/dashboard/stats.part.tsx";
import { CloseDialogPart } from "../../../views/ui/dialog.tsx";
import { type Batch, getBatch } from "../../models/email-batches.ts";
import { app } from "../../paths.ts";
import type { Form } from "../../web/forms.ts";
import { isHtmx, part, seeOther, wantsPart } from "../../web/html.tsx";
import type { MemberContext } from "../../web/route.ts";
import { answerWithContact } from "./contacts.tsx";
import { filtersOf, loadContactsUpdate, viewing } from "./contacts-list.ts";

/** What was done. */
export type Sent = {
  form: Form;
  batchId: string;
  /** The same form had been sent before, and nothing was done now. */
  repeated: boolean;
  /** It was about one contact and there is nothing else to tell; `works` says for how long the link does. */
  single: boolean;
  works: string | undefined;
  /** The words for several. */
  summary: string;
  /** How many contacts are new. */
  created: number;
  report?: InviteReport | undefined;
};

const titleOf = ({ emails: [email] }: Batch) =>
  email &&
  `${email.kind === "invite" ? "Invite" : "Login email"} sent to ${nameOf({ name: email.name, email: email.to })}`;

/** Answers in the place that asked; a plain form is led to the list, the contact's page or the batch's. */
export async function answerSent(c: MemberContext, sent: Sent): Promise<Response> {
  const { form, batchId } = sent;
  const [batch, update] = await c.get("store").read(async (db) => {
    const made = await getBatch(db, batchId);
    const ids = made.emails.flatMap(({ contactId }) => contactId ?? []);
    return [made, await loadContactsUpdate(c, db, ids)] as const;
  });
  const title = sent.single ? titleOf(batch) : undefined;
  const contactId = batch.emails[0]?.contactId;
  if (title && contactId && (wantsPart(c, "contact-page") || form.text("from") === "contact"))
    return answerWithContact(c, contactId, title);
  // The page of an agency without contacts has no place for the first of them.
  const first = sent.created > 0 && update.counts.all === sent.created;
  if (!isHtmx(c) || first) {
    const { slug } = c.get("agency");
    const path = title ? app.portal(slug, listOf(form)) : app.emailBatch(slug, batchId);
    return seeOther(c, path, sent.repeated ? undefined : { kind: "good", text: title ?? sent.summary });
  }
  const shown = sent.created === 0 && batch.total <= batch.emails.length;
  const reload = (
    <>
      <StatsUpdate counts={update.counts} />
      <ContactsReload slug={update.slug} filters={update.filters} />
    </>
  );
  if (title)
    return part(
      c,
      <>
        <CloseDialogPart />
        <ContactsUpdatedReply {...update} toast={{ tone: "good", title, text: sent.works }} />
        {!shown && reload}
      </>,
    );
  return part(
    c,
    <>
      <hx-partial hx-target="#dialog" hx-swap="innerHTML">
        <BatchDialog {...viewing(c)} batch={batch} report={sent.report} />
      </hx-partial>
      {shown ? <ContactsUpdated {...update} /> : reload}
    </>,
  );
}

// A row's button tells the list it stood in; a dialog, which has a key, was opened over any.
const listOf = (form: Form) => (form.has("key") ? {} : filtersOf((name) => form.text(name)));
