// The e-mail templates that workflows may name, and those that they have named.
import type { AgencyReader } from "../db/schema.ts";
import type { Known } from "./workflow-definitions.ts";

/** What a definition of this agency may name. */
export async function findKnown(db: AgencyReader): Promise<Known> {
  const templates = await db
    .selectFrom("email_templates")
    .select(["id", "name"])
    .where("kind", "is", null)
    .where("archived_at", "is", null)
    .orderBy("name")
    .orderBy("id")
    .execute();
  return { templates: new Map(templates.map(({ id, name }) => [id, name])) };
}

/** The names of all templates of the agency's own that there ever were, by id: what a run has sent may be gone by now. */
export async function findTemplateNames(db: AgencyReader): Promise<ReadonlyMap<string, string>> {
  const templates = await db.selectFrom("email_templates").select(["id", "name"]).where("kind", "is", null).execute();
  return new Map(templates.map(({ id, name }) => [id, name]));
}
