// Taking access away: from one contact at once, from several after a question that says how many.
import { ContactsReload, ContactsUpdatedReply } from "../../../views/dashboard/contacts-updated.reply.tsx";
import { nameOf } from "../../../views/dashboard/contacts-view.ts";
import { RevocationsDialog } from "../../../views/dashboard/revocations-dialog.part.tsx";
import { StatsUpdate } from "../../../views/dashboard/stats.part.tsx";
import { CloseDialogPart } from "../../../views/ui/dialog.tsx";
import type { AgencyDb } from "../../db/schema.ts";
import { type ContactSelection, countSelection, revokeContacts } from "../../models/contacts.ts";
import { NotFound } from "../../models/errors.ts";
import { getPortalCounts } from "../../models/portal-counts.ts";
import { app } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { isHtmx, part, seeOther, toast, wantsPart } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { answerWithContact } from "./contacts.tsx";
import { filtersOf, loadContactsUpdate, openFilters, selectionOf } from "./contacts-list.ts";
import { queryForm, showDialog } from "./show-dialog.tsx";

export const revocationRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/revocations", role: "member", handler: askFirst },
  { method: "post", path: "/:agency/revocations", role: "member", bodyLimit: 256 * 1024, handler: revoke },
];

async function askFirst(c: MemberContext): Promise<Response> {
  const { slug } = c.get("agency");
  const selection = selectionOf(queryForm(c));
  const counts = await c.get("store").read((db) => countSelection(db, selection));
  const back = app.portal(
    slug,
    "all" in selection ? { status: selection.status, q: selection.q, tag: selection.tag } : {},
  );
  const count = counts["not-invited"] + counts.invited + counts.joined;
  const dialog = { slug, selection, count, revoked: counts.revoked, back };
  return showDialog(c, "Revoke access", (inPage) => <RevocationsDialog {...dialog} inPage={inPage} />);
}

/** Changes the access of a selection and answers with what became of it, in the place that asked. */
export async function changeAccess(
  c: MemberContext,
  change: (db: AgencyDb, selection: ContactSelection, memberId: string) => Promise<number>,
  words: (who: string) => string,
): Promise<Response> {
  const form = await readForm(c);
  const selection = selectionOf(form);
  const only = "ids" in selection && selection.ids.length === 1 ? selection.ids[0] : undefined;
  const { changed, update } = await c.get("store").write(async (db) => {
    const count = await change(db, selection, c.get("member").id);
    if (!only) return { changed: count, update: undefined };
    const updated = await loadContactsUpdate(c, db, [only]);
    if (updated.rows.length === 0) throw new NotFound("No such contact.");
    return { changed: count, update: updated };
  });
  if (!update) return answerMany(c, words(changed === 1 ? "1 contact" : `${changed} contacts`));
  const [row] = update.rows;
  const said = words(row ? nameOf(row) : "1 contact");
  if (wantsPart(c, "contact-page") || form.text("from") === "contact") return answerWithContact(c, only ?? "", said);
  if (isHtmx(c))
    return part(
      c,
      <>
        {wantsPart(c, "dialog") && <CloseDialogPart />}
        <ContactsUpdatedReply {...update} toast={{ tone: "good", title: said }} />
      </>,
    );
  return seeOther(
    c,
    app.portal(
      c.get("agency").slug,
      filtersOf((name) => form.text(name)),
    ),
    { kind: "good", text: said },
  );
}

async function answerMany(c: MemberContext, words: string): Promise<Response> {
  const { slug } = c.get("agency");
  const filters = openFilters(c);
  if (!isHtmx(c)) return seeOther(c, app.portal(slug), { kind: "good", text: words });
  const counts = await c.get("store").read(getPortalCounts);
  return part(
    c,
    <>
      <CloseDialogPart />
      <StatsUpdate counts={counts} />
      <ContactsReload slug={slug} filters={filters} />
      {toast("good", words)}
    </>,
  );
}

function revoke(c: MemberContext): Promise<Response> {
  return changeAccess(c, revokeContacts, (who) => `Access of ${who} revoked`);
}
