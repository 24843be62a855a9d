// What the editor of a workflow holds, and putting it to use as the next version.
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { Invalid } from "./errors.ts";
import { recordEvent } from "./events.ts";
import { checkDefinition, type Definition, parseDefinition } from "./workflow-definitions.ts";
import { findLoop } from "./workflow-loops.ts";
import { currentOf, findRow, lockWorkflow, type Row, rows, shownOf } from "./workflow-rows.ts";
import { countOpenRuns } from "./workflow-run-counts.ts";
import { followSchedule } from "./workflow-schedule.ts";
import { findKnown } from "./workflow-templates.ts";

/** Keeps what the editor holds; it may be wrong still. What is in use already leaves no draft. Throws NotFound, and Invalid at `definition`. */
export async function saveDraft(db: AgencyDb, id: string, definition: Definition): Promise<void> {
  const draft = JSON.stringify(parseDefinition(definition));
  const current = currentOf(await lockWorkflow(db, id));
  await db
    .updateTable("workflows")
    .set({ draft: current && JSON.stringify(current) === draft ? null : draft })
    .where("id", "=", id)
    .execute();
}

/** Drops the draft, so that what is in use stands in the editor again; a workflow that never was in use keeps its draft. Throws NotFound. */
export async function discardDraft(db: AgencyDb, id: string): Promise<void> {
  const row = await lockWorkflow(db, id);
  if (row.current_id !== null) await db.updateTable("workflows").set({ draft: null }).where("id", "=", id).execute();
}

/**
 * Puts the draft to use as the next version; open runs finish on the one that they began with. Without a draft nothing changes.
 * Returns how many open runs are on older versions. Throws NotFound, and Invalid with the paths of checkDefinition.
 */
export async function publishWorkflow(db: AgencyDb, id: string, memberId: string): Promise<number> {
  // Two that would start each other must not be published at once.
  await db.selectFrom("workflows").select("id").orderBy("id").forNoKeyUpdate().execute();
  const row = await findRow(db, id);
  const definition = shownOf(row);
  await requireSound(db, id, definition);
  if (row.draft !== null) await addVersion(db, row, definition, memberId);
  const { current_id } = await findRow(db, id);
  return (await countOpenRuns(db, id, current_id)).older;
}

async function requireSound(db: AgencyReader, id: string, definition: Definition): Promise<void> {
  const errors = checkDefinition(definition, await findKnown(db));
  const others = await rows(db).where("workflow.id", "<>", id).where("workflow.enabled_at", "is not", null).execute();
  const other = findLoop(
    definition,
    others.flatMap((one) => {
      const current = currentOf(one);
      return current ? [{ name: one.name, definition: current }] : [];
    }),
  );
  if (other !== undefined) errors.steps ??= `This workflow and “${other}” would start each other without end.`;
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
}

async function addVersion(db: AgencyDb, row: Row, definition: Definition, memberId: string): Promise<void> {
  const { trigger, conditions } = definition;
  const version = await db
    .insertInto("workflow_versions")
    .values({
      workflow_id: row.id,
      number: (row.number ?? 0) + 1,
      definition: JSON.stringify(definition),
      ends_on_join: definition.endsOnJoin,
      made_by: memberId,
    })
    .returning(["id", "number"])
    .executeTakeFirstOrThrow();
  const some = <T>(list: readonly T[]): T[] | null => (list.length > 0 ? [...list] : null);
  await db
    .updateTable("workflows")
    .set({
      current_id: version.id,
      draft: null,
      trigger: trigger.on,
      trigger_tag: trigger.tag ?? null,
      trigger_days: trigger.days ?? null,
      if_statuses: some(conditions.statuses),
      if_tags: some(conditions.tags),
      if_not_tags: some(conditions.notTags),
      if_company: conditions.company || null,
      if_email_domains: some(conditions.emailDomains),
    })
    .where("id", "=", row.id)
    .execute();
  const before = currentOf(row);
  if (!before || JSON.stringify(before.trigger) !== JSON.stringify(trigger)) await followSchedule(db, row.id);
  await recordEvent(db, {
    kind: "workflow.changed",
    memberId,
    data: { workflow: row.id, name: row.name, version: version.number },
  });
}
