// Contacts: an agency's clients as the dashboard lists, finds, changes, revokes and restores them.
import { type RawBuilder, type SelectQueryBuilder, sql } from "kysely";
import type { AgencyDb, AgencyReader, AgencyTables, ContactStatus, EmailKind, EmailStatus } from "../db/schema.ts";
import { NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";

export type { ContactStatus, EmailStatus } from "../db/schema.ts";
export type { ContactsSort, SortField } from "./contacts-cursor.ts";

/** Contacts to do something with: named ones, or everybody that a filter of the list matches. */
export type ContactSelection = { ids: readonly string[] } | ({ all: true } & ContactsFilter);

/** What the list is narrowed to; a search is words that must all be found. */
export type ContactsFilter = {
  status?: ContactStatus | undefined;
  q?: string | undefined;
  tag?: string | undefined;
};

/** The newest e-mail to a contact; `reason` says in words why it has not arrived. */
export type LastEmail = { id: string; kind: EmailKind; status: EmailStatus; reason: string | null; at: Date };

/** A contact as the list shows him. */
export type ContactRow = {
  id: string;
  name: string;
  email: string;
  company: string;
  status: ContactStatus;
  invitedAt: Date | null;
  joinedAt: Date | null;
  revokedAt: Date | null;
  lastSignInAt: Date | null;
  lastEmail: LastEmail | undefined;
  tags: readonly string[];
};

/** A contact as his own page shows him. */
export type Contact = ContactRow & {
  createdAt: Date;
  passwordSetAt: Date | null;
  /** Since when he wants no e-mails of workflows. */
  workflowMailStoppedAt: Date | null;
  /** Why his address is not written to, when it is so. */
  suppressed: string | null;
};

/** Every status of a contact, in the order of the tabs. */
export const contactStatuses: readonly ContactStatus[] = ["not-invited", "invited", "joined", "revoked"];

const isStatus = (text: string): text is ContactStatus => (contactStatuses as readonly string[]).includes(text);
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The status that a filter's text names; undefined for "all", nothing and anything else. */
export function statusFilter(text: string | undefined): ContactStatus | undefined {
  return text && isStatus(text) ? text : undefined;
}

/**
 * The selection that a form's fields ask for: `contact` ids, or with `all` whatever `status` and `q` match. Ids that cannot be
 * one are left out, and a status that does not exist selects nobody rather than everybody.
 */
export function contactSelection(fields: {
  contacts: readonly string[];
  all: boolean;
  status?: string | undefined;
  q?: string | undefined;
  tag?: string | undefined;
}): ContactSelection {
  if (!fields.all)
    return { ids: [...new Set(fields.contacts.map((id) => id.toLowerCase()).filter((id) => uuid.test(id)))] };
  if (fields.status && fields.status !== "all" && !isStatus(fields.status)) return { ids: [] };
  return { all: true, status: statusFilter(fields.status), q: fields.q?.trim() || undefined, tag: fields.tag };
}

/** A query for the contacts of a selection that yields their `id`; more can be selected, joined and asked of it. Revoked ones are in it. */
export function selectContacts(
  db: AgencyReader,
  selection: ContactSelection,
): SelectQueryBuilder<AgencyTables, "contacts", { id: string }> {
  const query = db.selectFrom("contacts").select("contacts.id");
  if ("ids" in selection) return query.where(sql<boolean>`contacts.id = any(${[...selection.ids]}::uuid[])`);
  const wanted = conditions(selection);
  return wanted ? query.where(wanted) : query;
}

/**
 * What a search asks for, as patterns: every word must stand somewhere in the name, the address or the company. The one with the
 * longest run of letters and digits comes first, because the text index is asked for that one. Undefined without words.
 */
export function searchPatterns(q: string | undefined): string[] | undefined {
  const words = (q ?? "")
    .normalize("NFC")
    .toLowerCase()
    .slice(0, 200)
    .split(/[\s\p{Cc}]+/u)
    .filter(Boolean);
  if (words.length === 0) return undefined;
  const chosen = [...new Set(words)].sort((a, b) => runOf(b) - runOf(a) || b.length - a.length).slice(0, 10);
  return chosen.map((word) => `%${word.replace(/[\\%_]/g, "\\$&")}%`);
}

const runOf = (word: string) => Math.max(...word.split(/[^\p{L}\p{N}]+/u).map((run) => run.length));

/** The words that patterns were made from. */
export const wordsOf = (patterns: readonly string[]): string[] =>
  patterns.map((pattern) => pattern.slice(1, -1).replace(/\\(.)/g, "$1"));

const all = (parts: RawBuilder<boolean>[]) =>
  parts.length > 0 ? sql<boolean>`${sql.join(parts, sql` and `)}` : undefined;

/** Who has a tag, as a condition over `contacts`. */
export const hasTag = (tag: string) => sql<boolean>`exists (
  select from contact_tags tagged
  where tagged.agency_id = contacts.agency_id and tagged.contact_id = contacts.id and tagged.tag = ${tag})`;

function conditions({ status, q, tag }: ContactsFilter): RawBuilder<boolean> | undefined {
  const patterns = searchPatterns(q);
  return all([
    ...(status ? [sql<boolean>`contacts.status = ${status}`] : []),
    ...(tag ? [hasTag(tag)] : []),
    // As an array the finds are looked up once; as a list they could be looked up anew for every contact.
    ...(patterns ? [sql<boolean>`contacts.id = any(array(select search_contact_ids(${patterns}::text[])))`] : []),
  ]);
}

/** The columns of a row, for a query over `contacts` and `lastEmail`. */
export const contactColumns = sql.raw(
  "id name email company status invited_at joined_at revoked_at last_sign_in_at"
    .split(" ")
    .map((name) => `contacts.${name}`)
    .join(", "),
);
export const emailColumns = sql.raw(
  "id kind status reason status_at"
    .split(" ")
    .map((name) => `emails.${name} as email_${name}`)
    .join(", "),
);
/** The tags of a row of the same query. */
export const tagColumn = sql.raw(`array(
  select tag from contact_tags where contact_tags.agency_id = contacts.agency_id and contact_tags.contact_id = contacts.id
  order by tag) as tags`);
/** Joins each contact's newest e-mail. */
export const lastEmail = sql`left join lateral (
  select id, kind, status, reason, status_at from emails newest
  where newest.agency_id = contacts.agency_id and newest.contact_id = contacts.id
  order by queued_at desc, id desc limit 1) emails on true`;

export type RawRow = {
  id: string;
  name: string;
  email: string;
  company: string;
  status: ContactStatus;
  invited_at: Date | null;
  joined_at: Date | null;
  revoked_at: Date | null;
  last_sign_in_at: Date | null;
  email_id: string | null;
  email_kind: EmailKind | null;
  email_status: EmailStatus | null;
  email_reason: string | null;
  email_status_at: Date | null;
  tags: string[];
};

/** A row as the query above yields it, as the list shows it. */
export function toRow(row: RawRow): ContactRow {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    company: row.company,
    status: row.status,
    invitedAt: row.invited_at,
    joinedAt: row.joined_at,
    revokedAt: row.revoked_at,
    lastSignInAt: row.last_sign_in_at,
    tags: row.tags,
    lastEmail:
      row.email_id && row.email_kind && row.email_status && row.email_status_at
        ? {
            id: row.email_id,
            kind: row.email_kind,
            status: row.email_status,
            reason: row.email_reason,
            at: row.email_status_at,
          }
        : undefined,
  };
}

/** The contacts with these ids as the list shows them, in the order of the ids; unknown ids are left out. */
export async function findContactRows(db: AgencyReader, ids: readonly string[]): Promise<ContactRow[]> {
  const known = ids.filter((id) => uuid.test(id));
  if (known.length === 0) return [];
  const { rows } = await sql<RawRow>`
    select ${contactColumns}, ${emailColumns}, ${tagColumn} from contacts ${lastEmail} where contacts.id = any(${known}::uuid[])`.execute(
    db,
  );
  const byId = new Map(rows.map((row) => [row.id, toRow(row)]));
  return known.flatMap((id) => byId.get(id.toLowerCase()) ?? []);
}

/** One contact as the list shows him; undefined for an unknown id. */
export async function findContactRow(db: AgencyReader, id: string): Promise<ContactRow | undefined> {
  return (await findContactRows(db, [id]))[0];
}

/** One contact whole. Throws NotFound. */
export async function getContact(db: AgencyReader, id: string): Promise<Contact> {
  if (!uuid.test(id)) throw new NotFound("No such contact.");
  const { rows } = await sql<
    RawRow & {
      created_at: Date;
      password_set_at: Date | null;
      workflow_mail_off_at: Date | null;
      suppressed: string | null;
    }
  >`
    select ${contactColumns}, ${emailColumns}, ${tagColumn}, contacts.created_at, contacts.password_set_at,
           contacts.workflow_mail_off_at,
           (select reason from suppressions where suppressions.email = contacts.email) as suppressed
    from contacts ${lastEmail} where contacts.id = ${id}::uuid`.execute(db);
  const row = rows[0];
  if (!row) throw new NotFound("No such contact.");
  return {
    ...toRow(row),
    createdAt: row.created_at,
    passwordSetAt: row.password_set_at,
    workflowMailStoppedAt: row.workflow_mail_off_at,
    suppressed: row.suppressed,
  };
}

/** Sets a contact's name and company, which must be in the form that `parseName` gives. Throws NotFound. */
export async function changeContact(
  db: AgencyDb,
  id: string,
  { name, company }: { name: string; company: string },
  memberId: string,
): Promise<void> {
  const changed = uuid.test(id)
    ? await db
        .updateTable("contacts")
        .set({ name, company })
        .where("id", "=", id)
        .returning(sql<boolean>`(old.name, old.company) is distinct from (new.name, new.company)`.as("differs"))
        .executeTakeFirst()
    : undefined;
  if (!changed) throw new NotFound("No such contact.");
  if (changed.differs)
    await recordEvent(db, { kind: "contact.changed", contactId: id, memberId, data: { changed: "details" } });
}

/**
 * Takes away the access of the selected contacts: their links, codes and sessions are worth nothing from then on. One statement;
 * returns how many had access before.
 */
export async function revokeContacts(db: AgencyDb, selection: ContactSelection, memberId: string): Promise<number> {
  const { rows } = await sql<{ revoked: number }>`
    with revoked as (
      update contacts set revoked_at = now(), access_version = access_version + 1
      where revoked_at is null and id in (${selectContacts(db, selection)})
      returning id
    ), ended as (
      delete from contact_sessions where contact_id in (select id from revoked)
    ), told as (
      insert into events (kind, member_id, contact_id) select 'contact.revoked', ${memberId}::uuid, id from revoked
    )
    select count(*) as revoked from revoked`.execute(db);
  return rows[0]?.revoked ?? 0;
}

/**
 * Gives access back to the selected contacts, who are then as far as they had come: not invited, invited or joined. Links from
 * before stay dead. One statement; returns how many had been revoked.
 */
export async function restoreContacts(db: AgencyDb, selection: ContactSelection, memberId: string): Promise<number> {
  const { rows } = await sql<{ restored: number }>`
    with restored as (
      update contacts set revoked_at = null, access_version = access_version + 1
      where revoked_at is not null and id in (${selectContacts(db, selection)})
      returning id
    ), told as (
      insert into events (kind, member_id, contact_id) select 'contact.restored', ${memberId}::uuid, id from restored
    )
    select count(*) as restored from restored`.execute(db);
  return rows[0]?.restored ?? 0;
}

/** How many of a selection there are, by status. */
export async function countSelection(
  db: AgencyReader,
  selection: ContactSelection,
): Promise<Record<ContactStatus, number>> {
  const rows = await selectContacts(db, selection)
    .clearSelect()
    .select(["contacts.status", sql<number>`count(*)`.as("contacts")])
    .groupBy("contacts.status")
    .execute();
  const counted = Object.fromEntries(rows.map((row) => [row.status, row.contacts]));
  return { "not-invited": 0, invited: 0, joined: 0, revoked: 0, ...counted };
}
