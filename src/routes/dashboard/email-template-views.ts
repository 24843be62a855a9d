// What a template's page shows: what was typed or saved, what is wrong with it, and the e-mail that it makes.
import { createHash } from "node:crypto";
import type { EmailTemplateView } from "../../../views/dashboard/email-template-view.ts";
import type { AgencyReader } from "../../db/schema.ts";
import { findDraft } from "../../models/email-template-drafts.ts";
import { type SampleFacts, sampleContacts, sampleFacts } from "../../models/email-template-samples.ts";
import { readTemplate, type TemplateFields, type TemplateKind } from "../../models/email-template-words.ts";
import { getTemplate, listTemplates } from "../../models/email-templates.ts";
import { hasRole } from "../../models/people.ts";
import { portalUrl } from "../../models/portal-url.ts";
import type { MemberContext } from "../../web/route.ts";

/** Whom a sample is for, and the portal that its links are on. */
export type Frame = { facts: SampleFacts; origin: string };

/** What a sample of this agency is filled with. */
export async function frameOf(c: MemberContext, db: AgencyReader, as: string | undefined): Promise<Frame> {
  return {
    facts: await sampleFacts(db, as),
    origin: await portalUrl(db, c.get("deps").config.portalOrigin),
  };
}

/** The e-mail that fields make, which must have no fault. */
export function sampleOf(
  c: MemberContext,
  { facts, origin }: Frame,
  template: { fields: TemplateFields; kind: TemplateKind | undefined },
) {
  return c.get("deps").renderSample(facts, template, origin, c.get("member").name);
}

/** `typed` is what a form brought; `draft` asks for what the member typed last, where there is something. */
type Look = { as: string | undefined; typed?: TemplateFields; draft?: boolean };

/** A template's page. The preview is of what was typed, or of the last words without a fault. */
export async function viewOf(c: MemberContext, key: string, { as, typed, draft }: Look): Promise<EmailTemplateView> {
  const mayChange = hasRole(c.get("role"), "admin");
  const found = await c.get("store").read(async (db) => ({
    template: await getTemplate(db, key),
    templates: await listTemplates(db),
    draft: mayChange && draft ? await findDraft(db, key, c.get("member").id) : undefined,
    contacts: await sampleContacts(db),
    frame: await frameOf(c, db, as),
  }));
  const { template } = found;
  const shown = typed ?? found.draft ?? template.fields;
  const read = readTemplate(shown, template.kind);
  const unsaved = !same(read.fields ?? shown, template.fields);
  const kept = found.draft ?? template.fields;
  const email = await sampleOf(c, found.frame, { fields: kept, kind: template.kind });
  const { slug, timeZone } = c.get("agency");
  const { contact, agency } = found.frame.facts;
  return {
    slug,
    zone: timeZone,
    template,
    templates: found.templates,
    typed: shown,
    errors: read.errors ?? {},
    unsaved,
    mayChange,
    preview: {
      slug,
      key,
      subject: email.subject,
      from: `${agency.portalName} to ${contact.email}`,
      text: email.text,
      version: same(kept, template.fields) ? "saved" : hashOf(kept),
      contacts: found.contacts,
      as: contact.id,
    },
  };
}

const hashOf = (fields: TemplateFields) =>
  createHash("sha256").update(JSON.stringify(fields)).digest("base64url").slice(0, 12);

const same = (left: TemplateFields, right: TemplateFields) =>
  (Object.keys(left) as (keyof TemplateFields)[]).every((field) => left[field] === right[field]);
