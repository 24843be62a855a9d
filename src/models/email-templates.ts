// E-mail templates of an agency: the product's e-mails in its words, its own beside them, each with every version that there was.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { dropDraft, fieldsOf } from "./email-template-drafts.ts";
import {
  defaultFields,
  newTemplateFields,
  type TemplateFields,
  type TemplateKind,
  templateKinds,
  templateNames,
} from "./email-template-words.ts";
import { Invalid, NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";
import { isId } from "./ids.ts";

/** A template in the list. `key` is its name in URLs: the kind, or the id of the agency's own. */
export type ListedTemplate = { key: string; kind: TemplateKind | undefined; name: string; changed: boolean };

/** One version; `number` counts from 1. */
export type TemplateVersion = { id: string; number: number; madeBy: string | null; madeAt: Date };

/** A template with the fields that hold now, the product's where the agency has none, and its latest versions. */
export type EmailTemplate = ListedTemplate & {
  fields: TemplateFields;
  versionId: string | undefined;
  versions: TemplateVersion[];
};

const MOST_OWN = 100;
const SHOWN_VERSIONS = 20;

/** The kind that a key names; undefined for an own template's id. */
export const templateKind = (key: string): TemplateKind | undefined => templateKinds.find((kind) => kind === key);

/** The product's e-mails first, then the agency's own by name. */
export async function listTemplates(db: AgencyReader): Promise<ListedTemplate[]> {
  const rows = await db
    .selectFrom("email_templates")
    .select(["id", "kind", "name", "current_id"])
    .where("archived_at", "is", null)
    .orderBy("name")
    .orderBy("id")
    .execute();
  const product = templateKinds.map((kind) => ({
    key: kind,
    kind,
    name: templateNames[kind],
    changed: rows.some((row) => row.kind === kind && row.current_id !== null),
  }));
  const own = rows
    .filter(({ kind }) => kind === null)
    .map(({ id, name }) => ({ key: id, kind: undefined, name, changed: true }));
  return [...product, ...own];
}

/** One template. Throws NotFound for a key that is none. */
export async function getTemplate(db: AgencyReader, key: string): Promise<EmailTemplate> {
  const kind = templateKind(key);
  const row = await findRow(db, key);
  if (!row && !kind) throw new NotFound("There is no such template.");
  return {
    key,
    kind,
    name: kind ? templateNames[kind] : (row?.name ?? ""),
    changed: row?.current_id != null,
    fields: row?.fields ? fieldsOf(row.fields) : kind ? defaultFields[kind] : newTemplateFields,
    versionId: row?.current_id ?? undefined,
    versions: row ? await listVersions(db, row.id) : [],
  };
}

async function findRow(db: AgencyReader, key: string) {
  const kind = templateKind(key);
  if (!kind && !isId(key)) return undefined;
  return await db
    .selectFrom("email_templates as template")
    .leftJoin("email_template_versions as version", (join) =>
      join.onRef("version.agency_id", "=", "template.agency_id").onRef("version.id", "=", "template.current_id"),
    )
    .select(["template.id", "template.name", "template.current_id", "version.fields"])
    .where(kind ? "template.kind" : "template.id", "=", key)
    .where("template.archived_at", "is", null)
    .$if(!kind, (query) => query.where("template.kind", "is", null))
    .executeTakeFirst();
}

async function listVersions(db: AgencyReader, templateId: string): Promise<TemplateVersion[]> {
  const rows = await db
    .selectFrom("email_template_versions as version")
    .leftJoin("members", "members.id", "version.made_by")
    .select(["version.id", "version.number", "version.made_at", "members.name"])
    .where("version.template_id", "=", templateId)
    .orderBy("version.number", "desc")
    .limit(SHOWN_VERSIONS)
    .execute();
  return rows.map((row) => ({ id: row.id, number: row.number, madeBy: row.name, madeAt: row.made_at }));
}

/** What a version says and for which e-mail. Throws NotFound. */
export async function getTemplateVersion(
  db: AgencyReader,
  id: string,
): Promise<{ id: string; key: string; kind: TemplateKind | undefined; fields: TemplateFields }> {
  const row = isId(id)
    ? await db
        .selectFrom("email_template_versions as version")
        .innerJoin("email_templates as template", (join) =>
          join.onRef("template.agency_id", "=", "version.agency_id").onRef("template.id", "=", "version.template_id"),
        )
        .select(["version.fields", "template.kind", "template.id"])
        .where("version.id", "=", id)
        .executeTakeFirst()
    : undefined;
  if (!row) throw new NotFound("There is no such version.");
  return { id, key: row.kind ?? row.id, kind: row.kind ?? undefined, fields: fieldsOf(row.fields) };
}

/**
 * Keeps the fields, which must be those that `readTemplate` gave, as the template's next version, and drops the member's draft.
 * Returns false when they are the current ones. Throws NotFound.
 */
export async function saveTemplate(
  db: AgencyDb,
  key: string,
  fields: TemplateFields,
  memberId: string,
): Promise<boolean> {
  const kind = templateKind(key);
  if (kind)
    await db
      .insertInto("email_templates")
      .values({ kind, name: templateNames[kind] })
      .onConflict((conflict) => conflict.columns(["agency_id", "kind"]).doNothing())
      .execute();
  const id = await lockTemplate(db, key);
  await dropDraft(db, key, memberId);
  const before = await getTemplate(db, key);
  if (same(before.fields, fields)) return false;
  await addVersion(db, { id, key }, fields, memberId);
  return true;
}

const same = (one: TemplateFields, other: TemplateFields) =>
  (Object.keys(one) as (keyof TemplateFields)[]).every((field) => one[field] === other[field]);

// Two who save at once come one after the other, so that each gets a number of his own.
async function lockTemplate(db: AgencyDb, key: string): Promise<string> {
  const kind = templateKind(key);
  const row =
    isId(key) || kind
      ? await db
          .selectFrom("email_templates")
          .select("id")
          .where(kind ? "kind" : "id", "=", key)
          .where("archived_at", "is", null)
          .forUpdate()
          .executeTakeFirst()
      : undefined;
  if (!row) throw new NotFound("There is no such template.");
  return row.id;
}

async function addVersion(
  db: AgencyDb,
  { id, key }: { id: string; key: string },
  fields: TemplateFields,
  memberId: string,
): Promise<void> {
  const { id: versionId, number } = await db
    .insertInto("email_template_versions")
    .values({
      template_id: id,
      number: sql<number>`(select coalesce(max(number), 0) + 1 from email_template_versions where template_id = ${id})`,
      fields: JSON.stringify(fields),
      made_by: memberId,
    })
    .returning(["id", "number"])
    .executeTakeFirstOrThrow();
  await db.updateTable("email_templates").set({ current_id: versionId }).where("id", "=", id).execute();
  await recordEvent(db, { kind: "email-template.changed", memberId, data: { template: key, version: number } });
}

/** Makes a template of the agency's own and returns its key. Throws Invalid at `name` when there are too many. */
export async function createTemplate(
  db: AgencyDb,
  name: string,
  fields: TemplateFields,
  memberId: string,
): Promise<string> {
  const { count } = await db
    .selectFrom("email_templates")
    .select(sql<number>`count(*)::int`.as("count"))
    .where("kind", "is", null)
    .where("archived_at", "is", null)
    .executeTakeFirstOrThrow();
  if (count >= MOST_OWN) throw new Invalid({ name: `An agency has at most ${MOST_OWN} templates of its own.` });
  const { id } = await db.insertInto("email_templates").values({ name }).returning("id").executeTakeFirstOrThrow();
  await addVersion(db, { id, key: id }, fields, memberId);
  return id;
}

/** Takes up an earlier version's words again, as a new version. Returns false when they hold already. Throws NotFound. */
export async function restoreVersion(db: AgencyDb, key: string, versionId: string, memberId: string): Promise<boolean> {
  const version = await getTemplateVersion(db, versionId);
  if (version.key !== key) throw new NotFound("There is no such version.");
  return await saveTemplate(db, key, version.fields, memberId);
}

/** Puts the product's own words in force again; the agency's versions stay. Returns false when they are in force. */
export async function restoreDefault(db: AgencyDb, kind: TemplateKind, memberId: string): Promise<boolean> {
  await dropDraft(db, kind, memberId);
  const { numUpdatedRows } = await db
    .updateTable("email_templates")
    .set({ current_id: null })
    .where("kind", "=", kind)
    .where("current_id", "is not", null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await recordEvent(db, { kind: "email-template.restored", memberId, data: { template: kind } });
  return true;
}

/** Takes one of the agency's own templates away; its versions stay, because messages name them. Returns its name. Throws NotFound. */
export async function removeTemplate(db: AgencyDb, key: string, memberId: string): Promise<string> {
  const row = isId(key)
    ? await db
        .updateTable("email_templates")
        .set({ archived_at: sql<Date>`now()` })
        .where("id", "=", key)
        .where("kind", "is", null)
        .where("archived_at", "is", null)
        .returning("name")
        .executeTakeFirst()
    : undefined;
  if (!row) throw new NotFound("There is no such template.");
  await dropDraft(db, key, memberId);
  await recordEvent(db, { kind: "email-template.removed", memberId, data: { template: key, name: row.name } });
  return row.name;
}
