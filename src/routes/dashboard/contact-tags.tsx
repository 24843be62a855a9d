// Tags: added to and taken from one contact on his page, or all that are chosen in the list.
import { ContactsReload, ContactsUpdatedReply } from "../../../views/dashboard/contacts-updated.reply.tsx";
import { TagsDialog } from "../../../views/dashboard/tags-dialog.part.tsx";
import { CloseDialogPart } from "../../../views/ui/dialog.tsx";
import { addContactTags, listTags, parseTags, removeContactTags } from "../../models/contact-tags.ts";
import { type ContactSelection, countSelection } from "../../models/contacts.ts";
import { NotFound } from "../../models/errors.ts";
import { app } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { isHtmx, part, seeOther, toast, wantsPart } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { answerWithContact } from "./contacts.tsx";
import { filtersOf, loadContactsUpdate, openFilters, selectionOf } from "./contacts-list.ts";
import { queryForm, showDialog } from "./show-dialog.tsx";

export const contactTagRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/contact-tags", role: "member", handler: ask },
  { method: "post", path: "/:agency/contact-tags", role: "member", bodyLimit: 256 * 1024, handler: change },
];

function ask(c: MemberContext): Promise<Response> {
  return showTags(c, selectionOf(queryForm(c)), "");
}

async function showTags(
  c: MemberContext,
  selection: ContactSelection,
  typed: string,
  error?: string,
): Promise<Response> {
  const { slug } = c.get("agency");
  const { counts, known } = await c
    .get("store")
    .read(async (db) => ({ counts: await countSelection(db, selection), known: await listTags(db) }));
  const back =
    "all" in selection
      ? app.portal(slug, { status: selection.status, q: selection.q, tag: selection.tag })
      : app.portal(slug);
  const count = counts["not-invited"] + counts.invited + counts.joined + counts.revoked;
  const dialog = { slug, selection, count, known, typed, error, back };
  return showDialog(c, "Tags", (inPage) => <TagsDialog {...dialog} inPage={inPage} />, error ? 422 : 200);
}

async function change(c: MemberContext): Promise<Response> {
  const form = await readForm(c);
  const selection = selectionOf(form);
  const typed = form.text("tags");
  const parsed = parseTags(typed);
  if ("error" in parsed) return showTags(c, selection, typed, parsed.error);
  const removes = form.text("change") === "remove";
  const apply = removes ? removeContactTags : addContactTags;
  const only = "ids" in selection && selection.ids.length === 1 ? selection.ids[0] : undefined;
  const { changed, update } = await c.get("store").write(async (db) => {
    const count = await apply(db, selection, parsed.tags, c.get("member").id);
    return { changed: count, update: only ? await loadContactsUpdate(c, db, [only]) : undefined };
  });
  if (update?.rows.length === 0) throw new NotFound("No such contact.");
  const what = parsed.tags.length === 1 ? "Tag" : "Tags";
  const whom = changed === 1 ? "1 contact" : `${changed} contacts`;
  const said = update
    ? `${what} ${removes ? "removed" : "added"}`
    : `${what} ${removes ? "removed from" : "added to"} ${whom}`;
  if (only && (wantsPart(c, "contact-page") || form.text("from") === "contact"))
    return answerWithContact(c, only, said);
  const { slug } = c.get("agency");
  if (!isHtmx(c)) {
    const filters = "all" in selection ? filtersOf((name) => form.text(name)) : {};
    return seeOther(c, app.portal(slug, filters), { kind: "good", text: said });
  }
  return part(
    c,
    <>
      <CloseDialogPart />
      {update ? (
        <ContactsUpdatedReply {...update} toast={{ tone: "good", title: said }} />
      ) : (
        <>
          <ContactsReload slug={slug} filters={openFilters(c)} />
          {toast("good", said)}
        </>
      )}
    </>,
  );
}
