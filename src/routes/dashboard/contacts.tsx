// One contact: his page, his row in the list, his details and his sessions.
import { z } from "zod";
import { ContactPage, ContactPart } from "../../../views/dashboard/contact.page.tsx";
import { ContactMenu } from "../../../views/dashboard/contact-actions.tsx";
import { ContactActivity } from "../../../views/dashboard/contact-activity.part.tsx";
import { ContactDetails, type DetailsProps } from "../../../views/dashboard/contact-details.part.tsx";
import { ContactMail } from "../../../views/dashboard/contact-mail.tsx";
import { ContactRowPart } from "../../../views/dashboard/contact-row.part.tsx";
import type { AgencyReader } from "../../db/schema.ts";
import { listAccessLinks } from "../../models/access-links.ts";
import { parseName } from "../../models/addresses.ts";
import { activityKind, listActivity } from "../../models/contact-activity.ts";
import { endAllSessions, listDevices } from "../../models/contact-sessions.ts";
import { changeContact, findContactRow, getContact } from "../../models/contacts.ts";
import { NotFound } from "../../models/errors.ts";
import { recordEvent } from "../../models/events.ts";
import { resumeWorkflowMail, stopWorkflowMail } from "../../models/workflow-mail.ts";
import { listContactRuns } from "../../models/workflow-runs.ts";
import { findTemplateNames } from "../../models/workflow-templates.ts";
import { app } from "../../paths.ts";
import { check, readForm } from "../../web/forms.ts";
import { isHtmx, page, part, seeOther, shellOf, toast, wantsPart } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { viewing } from "./contacts-list.ts";

export const contactRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/contacts/:id", role: "viewer", handler: showContact },
  { method: "get", path: "/:agency/contacts/:id/row", role: "viewer", handler: sendRow },
  { method: "get", path: "/:agency/contacts/:id/menu", role: "member", handler: sendMenu },
  { method: "get", path: "/:agency/contacts/:id/details", role: "member", handler: editDetails },
  { method: "post", path: "/:agency/contacts/:id/details", role: "member", handler: saveDetails },
  { method: "post", path: "/:agency/contacts/:id/workflow-mail", role: "member", handler: saveWorkflowMail },
  { method: "post", path: "/:agency/contacts/:id/sessions", role: "member", handler: signOutEverywhere },
];

const idOf = (c: MemberContext) => c.req.param("id") ?? "";

async function loadActivity(c: MemberContext, db: AgencyReader, id: string) {
  const [show, before] = [activityKind(c.req.query("show")), c.req.query("before")];
  return { ...(await listActivity(db, id, { show, before })), show, before };
}

/** Everything that a contact's page shows, in five statements, and a sixth for whoever was in a workflow. Throws NotFound. */
async function loadContact(c: MemberContext, db: AgencyReader, id: string) {
  const contact = await getContact(db, id);
  const [activity, links, devices, runs] = await Promise.all([
    loadActivity(c, db, id),
    listAccessLinks(db, id),
    listDevices(db, id),
    listContactRuns(db, id),
  ]);
  const templates = runs.length > 0 ? await findTemplateNames(db) : new Map<string, string>();
  return { ...viewing(c), contact, activity, links, devices, runs, templates };
}

async function showContact(c: MemberContext): Promise<Response> {
  if (wantsPart(c, "contact-activity")) return sendActivity(c);
  const contact = await c.get("store").read((db) => loadContact(c, db, idOf(c)));
  if (wantsPart(c, "contact-page")) return part(c, <ContactPart {...contact} />);
  return page(c, <ContactPage {...shellOf(c)} contact={contact} />);
}

async function sendActivity(c: MemberContext): Promise<Response> {
  const { contact, activity } = await c.get("store").read(async (db) => {
    const known = await getContact(db, idOf(c));
    return { contact: known, activity: await loadActivity(c, db, known.id) };
  });
  return part(c, <ContactActivity {...viewing(c)} {...activity} contactId={contact.id} />);
}

/** The page's content as it is after an action, with words about it; a plain form is led back to the page. */
export async function answerWithContact(c: MemberContext, id: string, words: string): Promise<Response> {
  if (!isHtmx(c)) return seeOther(c, app.contact(c.get("agency").slug, id), { kind: "good", text: words });
  const contact = await c.get("store").read((db) => loadContact(c, db, id));
  return part(
    c,
    <>
      <ContactPart {...contact} />
      {toast("good", words)}
    </>,
  );
}

async function sendRow(c: MemberContext): Promise<Response> {
  const contact = await c.get("store").read((db) => findContactRow(db, idOf(c)));
  if (!contact) throw new NotFound("No such contact.");
  const { slug } = c.get("agency");
  if (wantsPart(c, `contact-mail-${contact.id}`))
    return part(c, <ContactMail id={contact.id} slug={slug} status={contact.status} mail={contact.lastEmail} watch />);
  if (!isHtmx(c)) return seeOther(c, app.contact(slug, contact.id));
  return part(c, <ContactRowPart {...viewing(c)} contact={contact} watch />);
}

/** The lines of a row's menu; without JavaScript the contact's page has the same actions. */
async function sendMenu(c: MemberContext): Promise<Response> {
  const contact = await c.get("store").read((db) => findContactRow(db, idOf(c)));
  if (!contact) throw new NotFound("No such contact.");
  const { slug } = c.get("agency");
  if (!isHtmx(c)) return seeOther(c, app.contact(slug, contact.id));
  return part(c, <ContactMenu contact={contact} slug={slug} />);
}

async function editDetails(c: MemberContext): Promise<Response> {
  if (isHtmx(c)) {
    const contact = await c.get("store").read((db) => getContact(db, idOf(c)));
    return part(c, <ContactDetails {...viewing(c)} contact={contact} typed={contact} />);
  }
  return showForm(c, {});
}

type Faults = Pick<DetailsProps, "typed" | "errors">;

/** The form in the page for a plain request, alone for htmx. */
async function showForm(c: MemberContext, { typed, errors }: Faults): Promise<Response> {
  const status = errors ? 422 : 200;
  const contact = await c.get("store").read((db) => loadContact(c, db, idOf(c)));
  const props = { ...contact, typed: typed ?? contact.contact, errors };
  if (isHtmx(c)) return part(c, <ContactDetails {...props} />, status);
  return page(c, <ContactPage {...shellOf(c)} contact={props} />, status);
}

const shortText = z
  .string()
  .default("")
  .refine((text) => Array.from(text.trim()).length <= 100, "Use 100 characters or fewer.")
  .transform(parseName);
const details = z.object({ name: shortText, company: shortText });

async function saveDetails(c: MemberContext): Promise<Response> {
  const form = await readForm(c);
  const { values, errors } = check(form, details);
  if (!values) return showForm(c, { typed: { name: form.text("name"), company: form.text("company") }, errors });
  await c.get("store").write((db) => changeContact(db, idOf(c), values, c.get("member").id));
  return answerWithContact(c, idOf(c), "Details saved");
}

async function signOutEverywhere(c: MemberContext): Promise<Response> {
  const ended = await c.get("store").write(async (db) => {
    const { id } = await getContact(db, idOf(c));
    const count = await endAllSessions(db, id);
    if (count > 0) await recordEvent(db, { kind: "contact.signed-out", contactId: id, memberId: c.get("member").id });
    return count;
  });
  return answerWithContact(c, idOf(c), ended === 1 ? "1 session ended" : `${ended} sessions ended`);
}

async function saveWorkflowMail(c: MemberContext): Promise<Response> {
  const wanted = (await readForm(c)).text("workflow_mail") === "on";
  const change = wanted ? resumeWorkflowMail : stopWorkflowMail;
  await c.get("store").write(async (db) => {
    const { id } = await getContact(db, idOf(c));
    await change(db, id, c.get("member").id);
  });
  return answerWithContact(c, idOf(c), wanted ? "Automatic emails go out again" : "Automatic emails stopped");
}
