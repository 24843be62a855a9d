// Batches: the e-mails that one press of a button asked for, what becomes of them, stopping them and trying the failed ones again.
import { type Expression, sql } from "kysely";
import type { AgencyDb, AgencyReader, EmailKind, EmailStatus } from "../db/schema.ts";
import {
  cancelBatchEmails,
  cancelEmail,
  holdBatchEmails,
  releaseBatchEmails,
  retryBatchEmails,
  retryEmail,
} from "./emails.ts";
import { NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id of a batch as a form carries it, or a new one when the form carries none. */
export function batchKey(text: string): string {
  return uuid.test(text) ? text.toLowerCase() : crypto.randomUUID();
}

/**
 * Begins a batch under an id that its form was made with. False when it exists already: the same form came twice, and the caller
 * sends nothing. Until the transaction ends no other batch of the agency is made, so that limits are counted one after the other.
 */
export async function beginBatch(
  db: AgencyDb,
  batch: { id: string; kind: "invite" | "login-email"; memberId: string },
): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended('email-batches:' || current_agency(), 0))`.execute(db);
  const made = await db
    .insertInto("email_batches")
    .values({ id: batch.id, kind: batch.kind, member_id: batch.memberId })
    .onConflict((conflict) => conflict.columns(["agency_id", "id"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return made !== undefined;
}

/**
 * Ends the making of a batch: notes how many e-mails it holds, and in the agency's record everybody whom it invited.
 * Returns the number of e-mails.
 */
export async function sealBatch(db: AgencyDb, id: string): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    with invited as (
      insert into events (kind, member_id, contact_id, email_id, data)
      select 'contact.invited', emails.sent_by, emails.contact_id, emails.id,
             jsonb_build_object('again', contacts.invited_at < now())
      from emails join contacts on contacts.agency_id = emails.agency_id and contacts.id = emails.contact_id
      where emails.batch_id = ${id}::uuid and emails.kind = 'invite'
    )
    update email_batches set total = (select count(*) from emails where batch_id = ${id}::uuid)
    where id = ${id}::uuid returning total`.execute(db);
  return rows[0]?.total ?? 0;
}

/** Somebody in a plan or a result. */
export type Person = { contactId: string | null; email: string; name: string; invitedAt: Date | null };

/** Those whom the same thing happens to: how many, and the first of them. */
export type Group<Outcome extends string> = { outcome: Outcome; count: number; people: Person[] };

/** At most so many people of a group are named. */
export const NAMED = 100;

/**
 * Groups a plan's rows, a query of `outcome`, `position`, `id`, `email`, `name` and `invited_at`, in one statement for any number.
 */
export async function groupOutcomes<Outcome extends string>(
  db: AgencyReader,
  outcomes: Expression<unknown>,
): Promise<Group<Outcome>[]> {
  type Row = { outcome: Outcome; count: number; people: (Omit<Person, "invitedAt"> & { invitedAt: string | null })[] };
  const { rows } = await sql<Row>`
    select outcome, count(*) as count,
      json_agg(json_build_object('contactId', id, 'email', email, 'name', name, 'invitedAt', invited_at) order by position)
        filter (where nth <= ${NAMED}) as people
    from (select outcomes.*, row_number() over (partition by outcome order by position) as nth from (${outcomes}) outcomes) numbered
    group by outcome`.execute(db);
  return rows.map(({ people, ...group }) => ({
    ...group,
    people: people.map(({ invitedAt, ...person }) => ({
      ...person,
      invitedAt: invitedAt ? new Date(invitedAt) : null,
    })),
  }));
}

/** One e-mail of a batch. `dead` says that the agency writes to its address no more. */
export type BatchEmail = {
  id: string;
  kind: EmailKind;
  status: EmailStatus;
  reason: string | null;
  to: string;
  contactId: string | null;
  name: string;
  dead: boolean;
};

/** How far a batch has come. `failed` can be tried again; `secondsLeft` is a guess from the pace of the last half minute. */
export type Batch = {
  id: string;
  kind: "invite" | "login-email";
  total: number;
  stoppedAt: Date | null;
  /** While it is paused nothing more of it begins. */
  pausedAt: Date | null;
  counts: Record<EmailStatus, number>;
  failed: number;
  secondsLeft: number | undefined;
  pausedReason: string | null;
  emails: BatchEmail[];
};

/** A batch with its counts and its e-mails, the failed ones first, at most `shown`. Throws NotFound. */
export async function getBatch(db: AgencyReader, id: string, shown = 12): Promise<Batch> {
  const batch = uuid.test(id) ? await findBatch(db, id) : undefined;
  if (!batch) throw new NotFound("No such batch.");
  const counted = await db
    .selectFrom("emails")
    .select([
      "status",
      sql<number>`count(*)`.as("emails"),
      sql<number>`count(*) filter (where sent_at > now() - interval '30 seconds')`.as("lately"),
      sql<number>`count(*) filter (where status in ('failed', 'bounced') and ${notDead})`.as("failed"),
    ])
    .where("batch_id", "=", id)
    .groupBy("status")
    .execute();
  const counts = { ...none, ...Object.fromEntries(counted.map((row) => [row.status, row.emails])) };
  const lately = counted.reduce((sum, row) => sum + row.lately, 0);
  const waiting = counts.queued + counts.sending;
  return {
    id,
    kind: batch.kind,
    total: batch.total,
    stoppedAt: batch.stopped_at,
    pausedAt: batch.paused_at,
    counts,
    failed: counted.reduce((sum, row) => sum + row.failed, 0),
    secondsLeft: waiting > 0 && lately > 0 ? Math.ceil((waiting * 30) / lately) : undefined,
    pausedReason: batch.paused,
    emails: await listBatchEmails(db, id, shown),
  };
}

const none = { queued: 0, sending: 0, sent: 0, delayed: 0, bounced: 0, suppressed: 0, failed: 0, cancelled: 0 };
const notDead = sql`not exists (select from suppressions where suppressions.email = emails.to_email)`;

const findBatch = (db: AgencyReader, id: string) =>
  db
    .selectFrom("email_batches")
    .select([
      "kind",
      "total",
      "stopped_at",
      "paused_at",
      sql<string | null>`(select sending_paused_reason from agencies)`.as("paused"),
    ])
    .where("id", "=", id)
    .executeTakeFirst();

async function listBatchEmails(db: AgencyReader, id: string, limit: number): Promise<BatchEmail[]> {
  return await db
    .selectFrom("emails")
    .leftJoin("contacts", (join) =>
      join.onRef("contacts.agency_id", "=", "emails.agency_id").onRef("contacts.id", "=", "emails.contact_id"),
    )
    .select(["emails.id", "emails.kind", "emails.status", "emails.reason", "emails.to_email as to"])
    .select(["emails.contact_id as contactId", sql<string>`coalesce(contacts.name, '')`.as("name")])
    .select(sql<boolean>`not ${notDead}`.as("dead"))
    .where("emails.batch_id", "=", id)
    .orderBy(
      sql`array_position(array['failed', 'bounced', 'suppressed', 'delayed', 'sending', 'sent', 'queued', 'cancelled'], emails.status)`,
    )
    .orderBy("emails.status_at", "desc")
    .orderBy("emails.id")
    .limit(limit)
    .execute();
}

/** A batch in the list of them; `failed` counts what failed, bounced or was suppressed, `waiting` what is still to go. */
export type ListedBatch = {
  id: string;
  kind: "invite" | "login-email";
  total: number;
  sent: number;
  failed: number;
  waiting: number;
  cancelled: number;
  createdAt: Date;
  stoppedAt: Date | null;
  pausedAt: Date | null;
  memberName: string | null;
};

/**
 * The newest batches of several e-mails, with how far they have come. Sent is what is nothing else: of a batch that is over only the
 * few that went wrong are counted.
 */
export async function listBatches(db: AgencyReader, limit = 5): Promise<ListedBatch[]> {
  const { rows } = await sql<ListedBatch>`
    select batch.id, batch.kind, batch.total, batch.created_at as "createdAt", batch.stopped_at as "stoppedAt",
           batch.paused_at as "pausedAt", members.name as "memberName", greatest(0, batch.total - counted.other) as sent, counted.failed, counted.waiting, counted.cancelled
    from (select * from email_batches where total > 1 order by created_at desc, id limit ${limit}) batch
      left join members on members.id = batch.member_id
      cross join lateral (
        select count(*) as other,
               count(*) filter (where status in ('failed', 'bounced', 'suppressed')) as failed,
               count(*) filter (where status in ('queued', 'sending', 'delayed')) as waiting,
               count(*) filter (where status = 'cancelled') as cancelled
        from emails where emails.agency_id = batch.agency_id and emails.batch_id = batch.id
          and status in ('queued', 'sending', 'delayed', 'bounced', 'suppressed', 'failed', 'cancelled')
      ) counted
    order by batch.created_at desc, batch.id`.execute(db);
  return rows;
}

/** Calls off whatever of a batch nobody is sending yet; returns how many e-mails. Throws NotFound. */
export async function stopBatch(db: AgencyDb, id: string, memberId?: string): Promise<number> {
  await mark(db, id, { stopped_at: sql<Date>`coalesce(stopped_at, now())`, paused_at: null });
  const stopped = await cancelBatchEmails(db, id, memberId);
  // what a worker that died had begun was put aside with the others, and finds now that the batch is over
  await releaseBatchEmails(db, id);
  await recordEvent(db, { kind: "email-batch.stopped", memberId, data: { batch: id, emails: stopped } });
  return stopped;
}

/** Queues again what of a batch failed and may reach its address; returns how many e-mails. Throws NotFound. */
export async function retryBatch(db: AgencyDb, id: string, memberId?: string): Promise<number> {
  await mark(db, id, { stopped_at: null });
  return await retryBatchEmails(db, id, memberId);
}

/**
 * Pauses a batch: nothing of it begins to be sent from the moment that this commits, and no attempt is spent. What is being sent at
 * that moment goes out. Returns how many e-mails wait. Throws NotFound.
 */
export async function pauseBatch(db: AgencyDb, id: string, memberId: string): Promise<number> {
  await mark(db, id, { paused_at: sql<Date>`coalesce(paused_at, now())` });
  const waiting = await holdBatchEmails(db, id);
  await recordEvent(db, { kind: "email-batch.paused", memberId, data: { batch: id, emails: waiting } });
  return waiting;
}

/** Lets a paused batch go on; returns how many e-mails had waited. Throws NotFound. */
export async function resumeBatch(db: AgencyDb, id: string, memberId: string): Promise<number> {
  await mark(db, id, { paused_at: null });
  const resumed = await releaseBatchEmails(db, id);
  await recordEvent(db, { kind: "email-batch.resumed", memberId, data: { batch: id, emails: resumed } });
  return resumed;
}

/** Calls off one e-mail that waits. False when it is being sent, or is over. Throws NotFound. */
export async function cancelOne(db: AgencyDb, emailId: string, memberId: string): Promise<boolean> {
  const email = uuid.test(emailId)
    ? await db.selectFrom("emails").select("id").where("id", "=", emailId).executeTakeFirst()
    : undefined;
  if (!email) throw new NotFound("No such email.");
  return await cancelEmail(db, emailId, memberId);
}

/** Queues one failed, bounced or cancelled e-mail again and returns its batch. False when there is nothing to retry. Throws NotFound. */
export async function retryOne(
  db: AgencyDb,
  emailId: string,
  memberId?: string,
): Promise<{ queued: boolean; batchId: string | null; contactId: string | null }> {
  const email = uuid.test(emailId)
    ? await db.selectFrom("emails").select(["batch_id", "contact_id"]).where("id", "=", emailId).executeTakeFirst()
    : undefined;
  if (!email) throw new NotFound("No such email.");
  const queued = await retryEmail(db, emailId, memberId);
  if (queued && email.batch_id) await mark(db, email.batch_id, { stopped_at: null });
  return { queued, batchId: email.batch_id, contactId: email.contact_id };
}

type Mark = Expression<Date> | null;

// While a batch counts as stopped, whatever of it is picked up is called off too; trying again starts it anew.
async function mark(db: AgencyDb, id: string, marks: { stopped_at?: Mark; paused_at?: Mark }): Promise<void> {
  const marked = uuid.test(id)
    ? await db.updateTable("email_batches").set(marks).where("id", "=", id).returning("id").executeTakeFirst()
    : undefined;
  if (!marked) throw new NotFound("No such batch.");
}
