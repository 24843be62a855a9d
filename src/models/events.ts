// The append-only record of what happened: who, to whom, when; never a token, a password or a message's text.
import type { AgencyDb, AgencyReader } from "../db/schema.ts";

export type EventKind =
  | "agency.created"
  | "member.signed-in"
  | "member.added"
  | "member.role-changed"
  | "member.removed"
  | "contact.created"
  | "contact.invited"
  | "contact.joined"
  | "contact.signed-in"
  | "contact.signed-out"
  | "contact.revoked"
  | "contact.restored"
  | "contact.changed"
  | "contact.password-set"
  | "link.made"
  | "link.opened"
  | "link.used"
  | "link.failed"
  | "link.revoked"
  | "email.queued"
  | "email.sent"
  | "email.failed"
  | "email.suppressed"
  | "email.released"
  | "email.complained"
  | "email-batch.paused"
  | "email-batch.resumed"
  | "email-batch.stopped"
  | "sending.paused"
  | "sending.resumed"
  | "domain.added"
  | "domain.verified"
  | "domain.activated"
  | "domain.degraded"
  | "domain.recovered"
  | "domain.removed"
  | "domain.selected"
  | "branding.changed"
  | "sending-domain.added"
  | "sending-domain.verified"
  | "sending-domain.degraded"
  | "sending-domain.recovered"
  | "sending-domain.lapsed"
  | "sending-domain.selected"
  | "sending-domain.changed"
  | "sending-domain.tested"
  | "sending-domain.removed"
  | "email-template.changed"
  | "email-template.restored"
  | "email-template.removed"
  | "contact.tagged"
  | "contact.untagged"
  | "contact.workflow-mail-stopped"
  | "contact.workflow-mail-resumed"
  | "workflow.created"
  | "workflow.changed"
  | "workflow.enabled"
  | "workflow.paused"
  | "workflow.resumed"
  | "workflow.removed"
  | "workflow-run.stopped"
  | "workflow-run.retried"
  | "workflow-settings.changed";

export type NewEvent = {
  kind: EventKind;
  memberId?: string | undefined;
  contactId?: string | undefined;
  linkId?: string | undefined;
  emailId?: string | undefined;
  address?: string | undefined;
  data?: Record<string, unknown> | undefined;
};

/** Adds events to the agency's record, in the transaction of what they tell about. */
export async function recordEvents(db: AgencyDb, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await db
    .insertInto("events")
    .values(
      events.map((event) => ({
        kind: event.kind,
        member_id: event.memberId ?? null,
        contact_id: event.contactId ?? null,
        link_id: event.linkId ?? null,
        email_id: event.emailId ?? null,
        address: event.address ?? null,
        data: JSON.stringify(event.data ?? {}),
      })),
    )
    .execute();
}

/** Adds one event; see recordEvents. */
export async function recordEvent(db: AgencyDb, event: NewEvent): Promise<void> {
  await recordEvents(db, [event]);
}

/** One line of a contact's story, newest first. */
export type ContactEvent = {
  id: string;
  at: Date;
  kind: EventKind;
  memberName: string | null;
  data: Record<string, unknown>;
};

/** The newest events of one contact, at most `limit`. */
export async function listContactEvents(db: AgencyReader, contactId: string, limit = 50): Promise<ContactEvent[]> {
  const rows = await db
    .selectFrom("events")
    .leftJoin("members", "members.id", "events.member_id")
    .select(["events.id", "events.at", "events.kind", "events.data", "members.name as memberName"])
    .where("events.contact_id", "=", contactId)
    .orderBy("events.at", "desc")
    .orderBy("events.id", "desc")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, kind: row.kind as EventKind }));
}
