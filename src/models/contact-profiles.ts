// What a contact changes about himself in the portal.
import type { AgencyDb } from "../db/schema.ts";
import { recordEvent } from "./events.ts";

/** Gives a contact the name that he chose; `name` is as parseName returns it. */
export async function renameSelf(db: AgencyDb, contactId: string, name: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("contacts")
    .set({ name })
    .where("id", "=", contactId)
    .where("name", "!=", name)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 1n) await recordEvent(db, { kind: "contact.changed", contactId, data: { changed: "name" } });
}
