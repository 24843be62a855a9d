// What a member has typed into a template and not saved, and the fields of a template as a column keeps them.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import type { TemplateFields } from "./email-template-words.ts";

/** Whatever the column holds, these fields and no others. */
export function fieldsOf(kept: Record<string, string>): TemplateFields {
  const text = (name: keyof TemplateFields) => kept[name] ?? "";
  return {
    subject: text("subject"),
    preheader: text("preheader"),
    heading: text("heading"),
    body: text("body"),
    button: text("button"),
    footer: text("footer"),
  };
}

/** Keeps what a member has typed, to be looked at or sent to himself. */
export async function keepDraft(db: AgencyDb, key: string, fields: TemplateFields, memberId: string): Promise<void> {
  await db
    .insertInto("email_template_drafts")
    .values({ member_id: memberId, template: key, fields: JSON.stringify(fields) })
    .onConflict((conflict) =>
      conflict
        .columns(["agency_id", "member_id", "template"])
        .doUpdateSet({ fields: JSON.stringify(fields), typed_at: sql<Date>`now()` }),
    )
    .execute();
}

/** What a member typed last into a template and did not save; undefined when there is nothing. */
export async function findDraft(db: AgencyReader, key: string, memberId: string): Promise<TemplateFields | undefined> {
  const row = await db
    .selectFrom("email_template_drafts")
    .select("fields")
    .where("member_id", "=", memberId)
    .where("template", "=", key)
    .executeTakeFirst();
  return row && fieldsOf(row.fields);
}

/** Drops what a member has typed. */
export async function dropDraft(db: AgencyDb, key: string, memberId: string): Promise<void> {
  await db.deleteFrom("email_template_drafts").where("member_id", "=", memberId).where("template", "=", key).execute();
}
