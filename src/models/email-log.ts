// The email log: every e-mail of an agency, newest first, narrowed by what became of it, kind, batch and recipient; and the story of one.
import { type RawBuilder, sql } from "kysely";
import type { AgencyReader, EmailKind, EmailStatus, EmailStepKind } from "../db/schema.ts";
import { parseAddress } from "./addresses.ts";
import { searchPatterns } from "./contacts.ts";
import { NotFound } from "./errors.ts";

export type { EmailKind, EmailStatus, EmailStepKind } from "../db/schema.ts";

/** What the log can be narrowed to by status; `queued` holds those being sent too. */
export const logStatuses = [
  "queued",
  "sent",
  "delayed",
  "bounced",
  "suppressed",
  "failed",
  "cancelled",
] as const satisfies readonly EmailStatus[];
export type LogStatus = (typeof logStatuses)[number];

// Every kind of e-mail that the log can be narrowed to.
const emailKinds: readonly string[] = [
  "invite",
  "login-email",
  "sign-in-link",
  "reset-password",
  "confirm-email",
  "email-changed",
  "template",
];

export type LogFilter = {
  status?: LogStatus | undefined;
  kind?: EmailKind | undefined;
  /** The id of a batch. */
  batch?: string | undefined;
  /** Words of the recipient's name, address or company, or a whole address that was written to. */
  q?: string | undefined;
};

/** An e-mail as the log lists it. `fixable`: its address can be put right; `retryable`: it can be queued again; `waits`: it can be called off. */
export type LoggedEmail = {
  id: string;
  kind: EmailKind;
  status: EmailStatus;
  reason: string | null;
  to: string;
  contactId: string | null;
  name: string;
  at: Date;
  batchId: string | null;
  retryable: boolean;
  fixable: boolean;
  waits: boolean;
};

/** A page of the log. `previous` and `next` are ids to give as `before` and `after`, undefined where there is nothing more. */
export type LogPage = { emails: LoggedEmail[]; previous: string | undefined; next: string | undefined };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const oneOf = <T extends string>(all: readonly T[], text: string | undefined) => all.find((one) => one === text);

/** The filter that texts of an address name; what is unknown is left out, and a batch that cannot be one finds nothing. */
export function logFilter(texts: Partial<Record<keyof LogFilter, string | undefined>>): LogFilter {
  return {
    status: oneOf(logStatuses, texts.status),
    kind: oneOf(emailKinds, texts.kind) as EmailKind | undefined,
    batch: texts.batch && uuid.test(texts.batch) ? texts.batch.toLowerCase() : undefined,
    q: texts.q?.trim().slice(0, 200) || undefined,
  };
}

/** Where a page of the log begins or ends, as ids of e-mails. */
export type LogPlace = { after?: string | undefined; before?: string | undefined; limit?: number };

/**
 * A page of the log, in the order in which the e-mails were made, newest first: ids are made in that order, so that a page begins at
 * its place in an index however far back it lies. A search asks two or three times.
 */
export async function listEmailLog(db: AgencyReader, filter: LogFilter, place: LogPlace = {}): Promise<LogPage> {
  const limit = place.limit ?? 50;
  const [after, before] = [place.after, place.before].map((id) => (id && uuid.test(id) ? id : undefined));
  const backwards = !after && before !== undefined;
  const from = after ?? before;
  const order = sql.raw(backwards ? "asc" : "desc");
  const beyond = from ? sql`emails.id ${sql.raw(backwards ? ">" : "<")} ${from}::uuid` : sql`true`;
  const cut = { where: sql`${narrowed(filter)} and ${beyond}`, order, limit: sql.lit(limit + 1) };
  const rows = filter.q ? await searchLog(db, filter.q, cut) : await cutLog(db, cut, [sql`true`]);
  const emails = backwards ? rows.slice(0, limit).reverse() : rows.slice(0, limit);
  const more = rows.length > limit;
  if (emails.length === 0 && from) return listEmailLog(db, filter, { limit });
  return {
    emails,
    previous: (backwards ? more : Boolean(after)) ? emails[0]?.id : undefined,
    next: backwards || more ? emails.at(-1)?.id : undefined,
  };
}

type Cut = { where: RawBuilder<unknown>; order: RawBuilder<unknown>; limit: RawBuilder<unknown> };

/** The first e-mails of a cut that are in any of these sets, which have none in common. */
async function cutLog(
  db: AgencyReader,
  { where, order, limit }: Cut,
  sets: readonly RawBuilder<unknown>[],
  known: RawBuilder<unknown> = sql``,
): Promise<LoggedEmail[]> {
  const pages = sets.map(
    (set) => sql`(select * from emails where ${set} and ${where} order by emails.id ${order} limit ${limit})`,
  );
  const { rows } = await sql<LoggedEmail>`
    ${known} select ${columns} from (${sql.join(pages, sql` union all `)}) emails ${people}
    order by emails.id ${order} limit ${limit}`.execute(db);
  return rows;
}

/** So many contacts are looked at to learn how many a search finds. */
const SAMPLED = 2_000;
/** With so many finds among them, reading along the log meets a page of their e-mails soon. */
const FREQUENT = 20;
/** So many e-mails are read along before it is given up: those who were found may not have had any for long. */
const READ = 10_000;

/** A search for contacts' e-mails: along the log when many contacts match, by the contacts otherwise. */
async function searchLog(db: AgencyReader, q: string, cut: Cut): Promise<LoggedEmail[]> {
  const patterns = searchPatterns(q) ?? [];
  const { rows } = await sql<{ finds: number; looked: number }>`
    select count(*) filter (where search_text like all(${patterns}::text[])) as finds, count(*) as looked
    from (select contacts.search_text from contacts order by contacts.status_rank, contacts.id limit ${sql.lit(SAMPLED)}) contacts`.execute(
    db,
  );
  const { finds = 0, looked = 0 } = rows[0] ?? {};
  const along = finds >= FREQUENT && looked === SAMPLED ? await readLog(db, patterns, cut) : undefined;
  if (along) return along;
  const theirs = sql`emails.contact_id = any((select ids from finds)::uuid[])`;
  const address = addressIn(q);
  const written = sql`emails.to_email = ${address} and not coalesce(${theirs}, false)
    and emails.status in ('delayed', 'bounced', 'suppressed', 'failed', 'cancelled')`;
  return cutLog(
    db,
    cut,
    address ? [theirs, written] : [theirs],
    sql`with finds as materialized (select array(select search_contact_ids(${patterns}::text[])) as ids)`,
  );
}

/** What matches among the next e-mails; undefined when these are not a page and there are more behind. */
async function readLog(
  db: AgencyReader,
  patterns: readonly string[],
  { where, order, limit }: Cut,
): Promise<LoggedEmail[] | undefined> {
  const next = sql`select * from emails where ${where} order by emails.id ${order}`;
  const { rows } = await sql<LoggedEmail & { unread: boolean }>`
    with met as materialized (
      select emails.* from (${next} limit ${sql.lit(READ)}) emails cross join lateral (
        select search_text from contacts where contacts.agency_id = emails.agency_id and contacts.id = emails.contact_id limit 1) contacts
      where contacts.search_text like all(${patterns}::text[]) order by emails.id ${order} limit ${limit}),
    page as (
      select (select count(*) from met) < ${limit} and exists (${next} limit 1 offset ${sql.lit(READ)}) as unread)
    select page.unread, listed.* from page left join (select ${columns} from met emails ${people}) listed on true
    order by listed.id ${order}`.execute(db);
  return rows[0]?.unread ? undefined : rows.filter(({ id }) => id !== null);
}

// Looked up one by one, as with `lastEmail`: a plan made for a small agency is kept for a large one.
const people = sql`
  left join lateral (
    select * from contacts where contacts.agency_id = emails.agency_id and contacts.id = emails.contact_id limit 1) contacts on true
  left join lateral (
    select email from suppressions where suppressions.agency_id = emails.agency_id and suppressions.email = emails.to_email limit 1
  ) suppressions on true`;

const own = sql`contacts.email = emails.to_email and emails.kind in ('invite', 'login-email') and contacts.revoked_at is null`;

const columns = sql`
  emails.id, emails.kind, emails.status, emails.reason, emails.to_email as "to", emails.contact_id as "contactId",
  coalesce(contacts.name, '') as name, emails.queued_at as at, emails.batch_id as "batchId",
  coalesce(emails.status in ('failed', 'bounced', 'cancelled') and suppressions.email is null and ${own}, false) as retryable,
  coalesce(emails.status in ('bounced', 'suppressed') and contacts.email = emails.to_email
    and contacts.revoked_at is null, false) as fixable,
  emails.status in ('queued', 'delayed') as waits`;

// Statuses are spelled out, because an index on some of them serves only a query that names one of these.
const byStatus: Record<LogStatus, RawBuilder<unknown>> = {
  queued: sql`emails.status in ('queued', 'sending') and exists (
    select from jobs where jobs.agency_id = emails.agency_id and jobs.email_id = emails.id)`,
  sent: sql`emails.status = 'sent'`,
  delayed: sql`emails.status = 'delayed'`,
  bounced: sql`emails.status = 'bounced'`,
  suppressed: sql`emails.status = 'suppressed'`,
  failed: sql`emails.status = 'failed'`,
  cancelled: sql`emails.status = 'cancelled'`,
};

function narrowed({ status, kind, batch }: LogFilter): RawBuilder<unknown> {
  const parts = [
    ...(status ? [byStatus[status]] : []),
    ...(kind ? [sql`emails.kind = ${sql.lit(kind)}`] : []),
    ...(batch ? [sql`emails.batch_id = ${batch}::uuid`] : []),
  ];
  return parts.length > 0 ? sql.join(parts, sql` and `) : sql`true`;
}

// A whole address also finds what did not reach it before it was put right, or when it was somebody's who is gone.
const addressIn = (q: string) => {
  const parsed = parseAddress(q);
  return "email" in parsed ? parsed.email : null;
};

/** How many there are by status, as far as a page tells it: beyond `COUNTED` it is that many and more. */
export type LogCounts = Record<"all" | LogStatus, number>;

/** As far as the log counts. */
export const COUNTED = 1_000;

/** Counts each status up to one more than `COUNTED`, so that it takes no longer for an agency with a million. One statement. */
export async function countEmailLog(db: AgencyReader): Promise<LogCounts> {
  // Those that wait are found by their jobs; of all others the oldest come first, because a hundred thousand may wait at the newest end.
  const count = (emails: RawBuilder<unknown>) => sql`(select count(*) from (${emails} limit ${COUNTED + 1}) held)`;
  const waiting = sql`
    select from jobs cross join lateral (
      select status from emails where emails.agency_id = jobs.agency_id and emails.id = jobs.email_id limit 1) emails
    where jobs.email_id is not null and emails.status in ('queued', 'sending')`;
  const held = (status: LogStatus) =>
    status === "queued" ? waiting : sql`select from emails where ${byStatus[status]} order by emails.id`;
  const { rows } = await sql<LogCounts>`
    select ${count(sql`select from emails`)} as "all",
      ${sql.join(logStatuses.map((status) => sql`${count(held(status))} as ${sql.ref(status)}`))}`.execute(db);
  const [row] = rows;
  if (!row) throw new Error("A statement of figures answers with one row.");
  return row;
}

/** Something that happened to an e-mail. `opened` and `used` are its link's, of which nothing else is told. */
export type StoryStep = {
  kind: EmailStepKind | "queued" | "sent" | "opened" | "used";
  at: Date;
  attempt: number | null;
  member: string | null;
  reason: string | null;
  code: string | null;
  response: string | null;
};

/** One e-mail whole. `messageId` is the one in its header. */
export type EmailStory = LoggedEmail & {
  attempts: number;
  messageId: string | null;
  personalMessage: string | null;
  /** The agency's own words that the message was made of: the template by its key, and the version. */
  words: { key: string; name: string; number: number } | null;
  /** The run of a workflow that sent it. */
  run: { id: string; workflowId: string; workflowName: string } | null;
  steps: StoryStep[];
};

type StoryRow = LoggedEmail & {
  attempts: number;
  messageId: string | null;
  personalMessage: string | null;
  words: EmailStory["words"];
  run: EmailStory["run"];
  madeAt: Date;
  sentAt: Date | null;
  response: string | null;
  sender: string | null;
  openedAt: Date | null;
  usedAt: Date | null;
};

/** The story of one e-mail, oldest first, without its link. Throws NotFound. */
export async function getEmailStory(db: AgencyReader, id: string): Promise<EmailStory> {
  if (!uuid.test(id)) throw new NotFound("No such email.");
  const { rows } = await sql<StoryRow>`
    select ${columns}, emails.attempts, emails.message_id as "messageId", emails.personal_message as "personalMessage",
           least(emails.queued_at, uuid_extract_timestamp(emails.id)) as "madeAt", emails.sent_at as "sentAt", emails.response,
           members.name as sender, links.opened_at as "openedAt", links.used_at as "usedAt",
           case when version.id is not null then jsonb_build_object(
             'key', coalesce(template.kind, template.id::text), 'name', template.name, 'number', version.number) end as words,
           case when workflow.id is not null then jsonb_build_object(
             'id', run.id, 'workflowId', workflow.id, 'workflowName', workflow.name) end as run
    from emails ${people}
      left join email_template_versions version
        on version.agency_id = emails.agency_id and version.id = emails.template_version_id
      left join email_templates template on template.agency_id = version.agency_id and template.id = version.template_id
      left join workflow_runs run on run.agency_id = emails.agency_id and run.id = emails.workflow_run_id
      left join workflows workflow
        on workflow.agency_id = run.agency_id and workflow.id = run.workflow_id and workflow.removed_at is null
      left join members on members.id = emails.sent_by
      left join access_links links on links.agency_id = emails.agency_id and links.email_id = emails.id
    where emails.id = ${id}::uuid`.execute(db);
  const [row] = rows;
  if (!row) throw new NotFound("No such email.");
  const { madeAt, sentAt, response, sender, openedAt, usedAt, ...email } = row;
  const plain = { attempt: null, member: null, reason: null, code: null, response: null };
  const own: StoryStep[] = [
    { ...plain, kind: "queued", at: madeAt, member: sender },
    ...(sentAt ? [{ ...plain, kind: "sent" as const, at: sentAt, response }] : []),
    ...(openedAt ? [{ ...plain, kind: "opened" as const, at: openedAt }] : []),
    ...(usedAt ? [{ ...plain, kind: "used" as const, at: usedAt }] : []),
  ];
  const steps = [...own, ...(await listSteps(db, id))].sort((a, b) => a.at.getTime() - b.at.getTime());
  return { ...email, steps };
}

async function listSteps(db: AgencyReader, emailId: string): Promise<StoryStep[]> {
  return await db
    .selectFrom("email_steps")
    .leftJoin("members", "members.id", "email_steps.member_id")
    .select(["email_steps.kind", "email_steps.at", "email_steps.attempt", "members.name as member"])
    .select(["email_steps.reason", "email_steps.smtp_status as code", "email_steps.response"])
    .where("email_steps.email_id", "=", emailId)
    .orderBy("email_steps.id")
    .limit(200)
    .execute();
}
