// Whether a contact wants the e-mails of workflows, and the token by which he says from his mailbox that he does not.
import { createHmac, timingSafeEqual } from "node:crypto";
import { sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";

const ID = 16;
const MAC = 16;

const macOf = (agencyId: string, id: Buffer, key: Buffer) =>
  createHmac("sha256", key).update(`${agencyId}|`).update(id).digest().subarray(0, MAC);

/**
 * The token of an unsubscribe link: 43 characters that name the contact, and that nobody makes without the key. It lets nobody in, is
 * the same in every mail to the contact, and works for as long as its key is kept, since the link of an old mail should work too.
 */
export function unsubscribeToken(agencyId: string, contactId: string, key: Buffer): string {
  const id = Buffer.from(contactId.replaceAll("-", ""), "hex");
  return Buffer.concat([id, macOf(agencyId, id, key)]).toString("base64url");
}

/** The contact whom a token of this agency names, whichever of the keys made it; undefined for any other text. */
export function readUnsubscribeToken(agencyId: string, token: string, keys: readonly Buffer[]): string | undefined {
  const bytes = Buffer.from(token, "base64url");
  if (bytes.length !== ID + MAC || bytes.toString("base64url") !== token) return undefined;
  const [id, mac] = [bytes.subarray(0, ID), bytes.subarray(ID)];
  if (!keys.some((key) => timingSafeEqual(macOf(agencyId, id, key), mac))) return undefined;
  return id.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Whose preference it is, and since when he wants no e-mails of workflows; null while he gets them. Throws NotFound. */
export async function getWorkflowMail(
  db: AgencyReader,
  contactId: string,
): Promise<{ email: string; stoppedAt: Date | null }> {
  const contact = await db
    .selectFrom("contacts")
    .select(["email", "workflow_mail_off_at as stoppedAt"])
    .where("id", "=", contactId)
    .executeTakeFirst();
  if (!contact) throw new NotFound("There is no such contact.");
  return contact;
}

/** From now on no workflow writes to the contact. `memberId` is whoever did it for him. Nothing is recorded when it was so already. */
export async function stopWorkflowMail(db: AgencyDb, contactId: string, memberId?: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("contacts")
    .set({ workflow_mail_off_at: sql<Date>`now()` })
    .where("id", "=", contactId)
    .where("workflow_mail_off_at", "is", null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 1n) await recordEvent(db, { kind: "contact.workflow-mail-stopped", contactId, memberId });
}

/** Workflows write to the contact again; see stopWorkflowMail. */
export async function resumeWorkflowMail(db: AgencyDb, contactId: string, memberId?: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("contacts")
    .set({ workflow_mail_off_at: null })
    .where("id", "=", contactId)
    .where("workflow_mail_off_at", "is not", null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 1n) await recordEvent(db, { kind: "contact.workflow-mail-resumed", contactId, memberId });
}
