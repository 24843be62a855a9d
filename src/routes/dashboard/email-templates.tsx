// E-mail templates: the form of one, its preview per keystroke, saving, testing, going back, and templates of the agency's own.
import { CustomValues } from "../../../views/dashboard/custom-values.part.tsx";
import { EmailTemplatePage } from "../../../views/dashboard/email-template.page.tsx";
import type { EmailTemplateView } from "../../../views/dashboard/email-template-view.ts";
import { NewEmailTemplatePage } from "../../../views/dashboard/new-email-template.page.tsx";
import { TemplateCheck } from "../../../views/dashboard/template-check.part.tsx";
import { TemplatePreviewReply } from "../../../views/dashboard/template-preview.reply.tsx";
import { parseName } from "../../models/addresses.ts";
import { customValues } from "../../models/custom-values.ts";
import { findDraft, keepDraft } from "../../models/email-template-drafts.ts";
import { requestTemplateTest } from "../../models/email-template-samples.ts";
import {
  newTemplateFields,
  readTemplate,
  type TemplateField,
  type TemplateFields,
} from "../../models/email-template-words.ts";
import {
  createTemplate,
  getTemplate,
  removeTemplate,
  restoreDefault,
  restoreVersion,
  saveTemplate,
  templateKind,
} from "../../models/email-templates.ts";
import { Invalid, NotFound } from "../../models/errors.ts";
import { limits, requireLimit } from "../../models/limits.ts";
import { app } from "../../paths.ts";
import { type Form, readForm } from "../../web/forms.ts";
import { isHtmx, page, part, seeOther, shellOf, toast } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { frameOf, sampleOf, viewOf } from "./email-template-views.ts";

const templates = "/:agency/settings/email-templates";
const one = `${templates}/:key`;
// Six fields of 64 KiB in all, each byte of which a form may write as three.
const BODY = 3 * 65_536 + 8_192;

export const emailTemplateRoutes: MemberRoute[] = [
  { method: "get", path: templates, role: "viewer", handler: (c) => show(c, "invite") },
  { method: "post", path: templates, role: "admin", handler: create },
  { method: "get", path: `${templates}/new`, role: "admin", handler: (c) => askName(c) },
  { method: "get", path: `${templates}/custom-values`, role: "viewer", handler: searchValues },
  { method: "get", path: one, role: "viewer", handler: (c) => show(c, keyOf(c)) },
  { method: "post", path: one, role: "admin", bodyLimit: BODY, handler: save },
  { method: "post", path: `${one}/preview`, role: "admin", bodyLimit: BODY, handler: preview },
  { method: "get", path: `${one}/preview.html`, role: "viewer", handler: frame },
  { method: "post", path: `${one}/tests`, role: "admin", bodyLimit: BODY, handler: sendTest },
  { method: "post", path: `${one}/default`, role: "admin", handler: goBack },
  { method: "post", path: `${one}/versions`, role: "admin", handler: takeUpAgain },
  { method: "post", path: `${one}/removal`, role: "admin", handler: remove },
];

// A page that frames our own previews, and nothing else.
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
// An e-mail brings its styles with it and shows pictures of the portal; it has no origin, scripts or forms, and only we frame it.
const FRAME_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; sandbox; frame-ancestors 'self'";

const keyOf = (c: MemberContext) => c.req.param("key") ?? "";
const fieldNames: readonly TemplateField[] = ["subject", "preheader", "heading", "body", "button", "footer"];

function typedIn(form: Form): TemplateFields {
  const [subject, preheader, heading, body, button, footer] = fieldNames.map((name) =>
    form.text(name).replaceAll("\r\n", "\n"),
  ) as [string, string, string, string, string, string];
  return { subject, preheader, heading, body, button, footer };
}

async function show(c: MemberContext, key: string): Promise<Response> {
  const as = c.req.query("as");
  const draft = c.req.query("draft") === "1";
  const view = await viewOf(c, key, { as, draft });
  return showPage(c, view);
}

function showPage(c: MemberContext, view: EmailTemplateView, status = 200): Response | Promise<Response> {
  c.header("content-security-policy", PAGE_POLICY);
  return page(c, <EmailTemplatePage {...shellOf(c)} view={view} values={customValues} />, status);
}

/** Keeps what was typed when it has no fault; says what is wrong otherwise. */
async function takeDraft(
  c: MemberContext,
): Promise<{ typed: TemplateFields; as: string | undefined; faulty: boolean }> {
  const form = await readForm(c);
  const typed = typedIn(form);
  const read = readTemplate(typed, templateKind(keyOf(c)));
  if (!read.errors)
    await c.get("store").write(async (db) => {
      await getTemplate(db, keyOf(c));
      await keepDraft(db, keyOf(c), read.fields, c.get("member").id);
    });
  return { typed, as: form.text("as") || undefined, faulty: read.errors !== undefined };
}

async function preview(c: MemberContext): Promise<Response> {
  const { typed, as, faulty } = await takeDraft(c);
  if (isHtmx(c)) {
    // while something is wrong the preview stays as it was
    if (faulty) c.header("hx-reswap", "none");
    const view = await viewOf(c, keyOf(c), { as, typed, draft: !faulty });
    return part(c, <TemplatePreviewReply {...view} faulty={faulty} />);
  }
  if (faulty) return showPage(c, await viewOf(c, keyOf(c), { as, typed }), 422);
  return seeOther(c, app.emailTemplate(c.get("agency").slug, keyOf(c), { as, draft: "1" }));
}

/** The e-mail alone, for its frame: the member's draft, or what is saved. */
async function frame(c: MemberContext): Promise<Response> {
  const saved = c.req.query("v") === "saved";
  const memberId = c.get("member").id;
  const found = await c.get("store").read(async (db) => ({
    template: await getTemplate(db, keyOf(c)),
    draft: saved ? undefined : await findDraft(db, keyOf(c), memberId),
    frame: await frameOf(c, db, c.req.query("as")),
  }));
  const email = await sampleOf(c, found.frame, { ...found.template, fields: found.draft ?? found.template.fields });
  c.header("content-security-policy", FRAME_POLICY);
  return c.html(inScheme(email.html, c.req.query("scheme") === "dark"));
}

// A frame without an origin follows the reader's own appearance, whatever the page around it says: so the e-mail's rules for the dark
// are made to hold, or not to.
const inScheme = (html: string, dark: boolean) =>
  html.replace("@media (prefers-color-scheme: dark)", dark ? "@media all" : "@media not all");

async function save(c: MemberContext): Promise<Response> {
  const form = await readForm(c);
  const typed = typedIn(form);
  const read = readTemplate(typed, templateKind(keyOf(c)));
  const as = form.text("as") || undefined;
  if (read.errors) return showPage(c, await viewOf(c, keyOf(c), { as, typed }), 422);
  const changed = await c.get("store").write((db) => saveTemplate(db, keyOf(c), read.fields, c.get("member").id));
  const text = changed ? "Template saved" : "Nothing had changed";
  return seeOther(c, app.emailTemplate(c.get("agency").slug, keyOf(c), { as }), { kind: "good", text });
}

async function sendTest(c: MemberContext): Promise<Response> {
  const { typed, as, faulty } = await takeDraft(c);
  if (faulty) {
    const view = await viewOf(c, keyOf(c), { as, typed });
    return isHtmx(c) ? part(c, <TemplateCheck errors={view.errors} />, 422) : showPage(c, view, 422);
  }
  const { id, email } = c.get("member");
  await c.get("deps").globals.run((db) => requireLimit(db, limits.testMails, id, "You sent several tests just now."));
  await c.get("store").write((db) => requestTemplateTest(db, keyOf(c), id, as));
  const text = `The test is on its way to ${email}`;
  if (!isHtmx(c))
    return seeOther(c, app.emailTemplate(c.get("agency").slug, keyOf(c), { as, draft: "1" }), { kind: "good", text });
  return part(
    c,
    <>
      <TemplateCheck errors={{}} />
      {toast("good", text)}
    </>,
  );
}

async function goBack(c: MemberContext): Promise<Response> {
  const kind = templateKind(keyOf(c));
  if (!kind) throw new NotFound("Only the product's e-mails have a default.");
  const changed = await c.get("store").write((db) => restoreDefault(db, kind, c.get("member").id));
  const text = changed ? "Default restored" : "The default is in use already";
  return seeOther(c, app.emailTemplate(c.get("agency").slug, kind), { kind: "good", text });
}

async function takeUpAgain(c: MemberContext): Promise<Response> {
  const version = (await readForm(c)).text("version");
  const changed = await c.get("store").write((db) => restoreVersion(db, keyOf(c), version, c.get("member").id));
  const text = changed ? "Version in use again" : "These words are in use already";
  return seeOther(c, app.emailTemplate(c.get("agency").slug, keyOf(c)), { kind: "good", text });
}

async function remove(c: MemberContext): Promise<Response> {
  const name = await c.get("store").write((db) => removeTemplate(db, keyOf(c), c.get("member").id));
  return seeOther(c, app.emailTemplates(c.get("agency").slug), { kind: "good", text: `${name} removed` });
}

function askName(c: MemberContext, typed = "", error?: string): Response | Promise<Response> {
  const { slug } = c.get("agency");
  return page(c, <NewEmailTemplatePage {...shellOf(c)} slug={slug} typed={typed} error={error} />, error ? 422 : 200);
}

async function create(c: MemberContext): Promise<Response> {
  const typed = (await readForm(c)).text("name");
  const name = Array.from(parseName(typed)).slice(0, 60).join("").trim();
  if (!name) return askName(c, typed, "Give it a name.");
  try {
    const key = await c.get("store").write((db) => createTemplate(db, name, newTemplateFields, c.get("member").id));
    return seeOther(c, app.emailTemplate(c.get("agency").slug, key), { kind: "good", text: `${name} created` });
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return askName(c, typed, error.fields["name"]);
  }
}

function searchValues(c: MemberContext): Response | Promise<Response> {
  if (!isHtmx(c)) return seeOther(c, app.emailTemplates(c.get("agency").slug));
  const words = (c.req.query("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean).slice(0, 5);
  const found = customValues.filter(({ name, label, about }) => {
    const text = `${name} ${label} ${about}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return part(c, <CustomValues values={found} />);
}
