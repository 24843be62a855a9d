// Sessions of contacts: rows that one portal's cookie points at; opened by a proof, checked on every request, ended by their owner or by a change of access.
import { hash, randomBytes } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import type { AgencyDb, AgencyReader, ContactSessionsTable } from "../db/schema.ts";
import { NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";
import { createStatement } from "./statement.ts";

/**
 * Where and with what somebody comes; `address` and `userAgent` are shown to the contact among his devices. `replaces` is the row
 * of the session that this browser had, which ends when a new one begins.
 */
export type Visit = { host: string; address: string; userAgent?: string | undefined; replaces?: string | undefined };

/**
 * A contact who has just proven who he is. `sessionId` goes into the cookie and is stored nowhere; `joined` tells that this was
 * his first own sign-in; `offersPassword` that he has none and was not asked before; `oldEmail` is the address that a confirmed new one replaced.
 */
export type Entry = {
  sessionId: string;
  contactId: string;
  email: string;
  joined: boolean;
  offersPassword: boolean;
  oldEmail: string | undefined;
};

/** The contact behind a session's cookie. `mayResetPassword`: came by a reset link and has not set a password since. */
export type SignedInContact = {
  id: string;
  name: string;
  email: string;
  company: string;
  hasPassword: boolean;
  passwordSetAt: Date | null;
  passwordOfferedAt: Date | null;
  /** The session with which he joined. */
  firstVisit: boolean;
  session: {
    id: string;
    method: ContactSessionsTable["method"];
    startedAt: Date;
    userAgent: string | null;
    stale: boolean;
  };
  mayResetPassword: boolean;
};

/** One place where the contact is signed in. `current` marks the one that asks. */
export type Device = {
  id: string;
  userAgent: string | null;
  address: string | null;
  startedAt: Date;
  lastSeenAt: Date;
  current: boolean;
};

const IDLE = sql`interval '14 days'`;
const LIFE = sql`interval '30 days'`;

function newId(): { id: string; idHash: Buffer } {
  const id = randomBytes(32).toString("base64url");
  return { id, idHash: hashOf(id) };
}

const hashOf = (id: string) => hash("sha256", id, "buffer");

/** What proves who somebody is; see openContactSession. `moves`: it may bring the contact a new address. */
export type Proof = {
  method: ContactSessionsTable["method"];
  holder: RawBuilder<unknown>;
  mark?: RawBuilder<unknown>;
  moves?: boolean;
};

/** One row of a sign-in. */
export type Entered = {
  contact_id: string;
  email: string;
  old_email: string;
  joined: boolean;
  alone: boolean;
  offered: boolean;
};

/** The columns of a `holder` that has nothing to do with a link. */
export const noLink = sql`null::uuid as link_id, null::text as link_kind, null::text as destination, null::text as new_email`;

/**
 * The parts of the statement that signs in whom `holder` found, for a `with`, the last named `entered` and `session`: their moments,
 * the sessions and what the record tells of them. `proof` as openContactSession takes it, but that `holder` may select several
 * contacts, each once, and holds each session's `id_hash`, `host`, `address` and `user_agent` too.
 */
export function enter({ method, holder, mark, moves }: Proof): RawBuilder<unknown> {
  const isPassword = sql.lit(method === "password");
  // The first proof of a mailbox, and the first way in that was not a password, end what somebody else may have set up before.
  const isFirst = (contact: RawBuilder<unknown>) =>
    sql`(holder.proves and ${contact}.email_proven_at is null or ${contact}.joined_at is null and not ${isPassword})`;
  // A contact without a password is offered one once, on his way in.
  const offers = (contact: RawBuilder<unknown>) =>
    sql`(${isFirst(contact)} or ${contact}.password_hash is null and ${contact}.password_offered_at is null)`;
  const [before, takesOver] = [sql`old`, isFirst(sql`contact`)];
  const proven = sql`case when holder.proves then coalesce(contact.email_proven_at, now()) else contact.email_proven_at end`;
  // Not named where it stays: whatever follows from the address is made anew for a statement that names it.
  const address = moves
    ? sql`
        email = coalesce(holder.new_email, contact.email),
        access_version = contact.access_version + (holder.new_email is not null)::int,
        email_proven_at = case when holder.new_email is not null then now() else ${proven} end`
    : sql`email_proven_at = ${proven}`;
  return sql`
    holder as materialized (${holder}),
    marked as (${mark ?? sql`select 1`}),
    entered as (
      update contacts contact set
        last_sign_in_at = now(),
        joined_at = coalesce(contact.joined_at, now()),
        password_hash = case when ${takesOver} then null else contact.password_hash end,
        password_set_at = case when ${takesOver} then null else contact.password_set_at end,
        password_offered_at = case when ${offers(sql`contact`)} then now() else contact.password_offered_at end,
        ${address}
      from holder
      where contact.id = holder.contact_id
      returning holder.*, contact.email, old.email as old_email, contact.access_version, old.joined_at is null as joined,
        ${offers(before)} as offered, holder.closes or ${isFirst(before)} as alone
    ),
    session as (
      insert into contact_sessions (id_hash, contact_id, host, method, link_id, access_version, address, user_agent, ends_at)
      select id_hash, contact_id, host, ${sql.lit(method)}, link_id, access_version, address, user_agent, now() + ${LIFE}
      from entered
      returning id
    ),
    told as (
      insert into events (kind, contact_id, link_id, address, data)
      select told.kind, entered.contact_id, entered.link_id, entered.address, told.data
      from entered, lateral (values
        ('contact.joined', entered.joined, '{}'::jsonb),
        ('contact.signed-in', true, jsonb_build_object('method', ${sql.lit(method)})),
        ('link.used', entered.link_id is not null, jsonb_build_object('kind', entered.link_kind))
      ) told (kind, happened, data)
      where told.happened
    )`;
}

/** A new session's id and what its row keeps of the visit: `id_hash` in hexadecimal digits. */
export function openingOf(visit: Visit) {
  const { id, idHash } = newId();
  const user_agent = visit.userAgent?.slice(0, 400) ?? null;
  return { id, opening: { id_hash: idHash.toString("hex"), host: visit.host, address: visit.address, user_agent } };
}

/** What a sign-in gave, for the browser that gets the session `sessionId`. */
export function entryOf(sessionId: string, entered: Entered): Entry {
  return {
    sessionId,
    contactId: entered.contact_id,
    email: entered.email,
    joined: entered.joined,
    offersPassword: entered.offered,
    oldEmail: entered.old_email === entered.email ? undefined : entered.old_email,
  };
}

/**
 * Signs in the contact that a proof found, in one statement: the proof is checked and marked as used, the contact's moments are
 * set, the session inserted and the record written, or nothing happens and undefined comes back.
 *
 * `holder` selects at most one row (contact_id, link_id, link_kind, destination, new_email, proves, closes) and locks the contact's
 * row, so that whatever else it asks of the contact still holds when the session is there. `proves`: the proof came through the
 * contact's mailbox. `closes`: every other session ends. `mark` is an update that reads `holder`.
 */
export async function openContactSession(db: AgencyDb, proof: Proof, visit: Visit): Promise<Entry | undefined> {
  const { id, opening } = openingOf(visit);
  const holder = sql`
    select found.*, decode(${opening.id_hash}, 'hex') as id_hash, ${opening.host}::text as host, ${opening.address}::text as address,
      ${opening.user_agent}::text as user_agent
    from (${proof.holder}) found`;
  const { rows } = await sql<Entered & { session_id: string }>`
    with ${enter({ ...proof, holder })}
    select session.id as session_id, contact_id, email, old_email, joined, alone, offered from entered, session
  `.execute(db);
  const entered = rows[0];
  if (!entered) return undefined;
  // A statement of its own: it must also see the sessions that were committed while the first one waited for the contact's row.
  if (visit.replaces) await db.deleteFrom("contact_sessions").where("id", "=", visit.replaces).execute();
  if (entered.alone) await endOtherSessions(db, entered.contact_id, entered.session_id);
  return entryOf(id, entered);
}

type SessionRow = {
  place: number;
  id: string;
  name: string;
  email: string;
  company: string;
  password_set_at: Date | null;
  password_offered_at: Date | null;
  has_password: boolean;
  session_id: string;
  method: ContactSessionsTable["method"];
  created_at: Date;
  user_agent: string | null;
  first_visit: boolean;
  stale: boolean;
  may_reset: boolean;
};

// `asked` holds the hash of each session's id and its place among those that are asked for, counted from 1.
const selectSessions = (asked: RawBuilder<unknown>) => sql<SessionRow>`
    select asked.place, contact.id, contact.name, contact.email, contact.company, contact.password_set_at, contact.password_offered_at,
      contact.password_hash is not null as has_password,
      session.id as session_id, session.method, session.created_at, session.user_agent,
      contact.joined_at >= session.created_at as first_visit,
      session.last_seen_at < now() - interval '1 minute' as stale,
      session.link_id is not null and session.created_at > now() - interval '1 hour'
        and coalesce(contact.password_set_at < session.created_at, true)
        and exists (select from access_links link where link.id = session.link_id and link.kind = 'reset') as may_reset
    from ${asked}
      join contact_sessions session on session.id_hash = asked.id_hash
      join contacts contact on contact.agency_id = session.agency_id and contact.id = session.contact_id
    where session.ends_at > now()
      and session.last_seen_at > now() - ${IDLE}
      and session.access_version = contact.access_version
      and contact.revoked_at is null`;

const findSession = createStatement<{ idHash: Buffer }, SessionRow>((place) =>
  selectSessions(sql`(select ${place("idHash")}::bytea as id_hash, 1 as place) asked`),
);
const findSessions = createStatement<{ idHashes: Buffer[] }, SessionRow>((place) =>
  selectSessions(sql`unnest(${place("idHashes")}::bytea[]) with ordinality asked (id_hash, place)`),
);

/**
 * The contact whose session a cookie names, or undefined when it ended: 14 days without a visit, 30 days in all, signed out,
 * access revoked, or an access version that has moved on. One statement; another agency's session does not exist here.
 */
export async function findContactSession(db: AgencyReader, sessionId: string): Promise<SignedInContact | undefined> {
  const [row] = await findSession(db, { idHash: hashOf(sessionId) });
  return contactOf(row);
}

/** As findContactSession, for several sessions in one statement; in the order of `sessionIds`. */
export async function findContactSessions(
  db: AgencyReader,
  sessionIds: readonly string[],
): Promise<(SignedInContact | undefined)[]> {
  const rows = await findSessions(db, { idHashes: sessionIds.map(hashOf) });
  const found = new Map(rows.map((row) => [row.place, row]));
  return sessionIds.map((_, at) => contactOf(found.get(at + 1)));
}

function contactOf(row: SessionRow | undefined): SignedInContact | undefined {
  if (!row) return undefined;
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    company: row.company,
    hasPassword: row.has_password,
    passwordSetAt: row.password_set_at,
    passwordOfferedAt: row.password_offered_at,
    firstVisit: row.first_visit,
    session: {
      id: row.session_id,
      method: row.method,
      startedAt: row.created_at,
      userAgent: row.user_agent,
      stale: row.stale,
    },
    mayResetPassword: row.may_reset,
  };
}

/** Notes that a session was used; for one that `findContactSession` called stale, so at most once a minute. `id` is the row's. */
export async function touchContactSession(db: AgencyDb, id: string): Promise<void> {
  await db
    .updateTable("contact_sessions")
    .set({ last_seen_at: sql`now()` })
    .where("id", "=", id)
    .where("last_seen_at", "<", sql<Date>`now() - interval '1 minute'`)
    .execute();
}

/** Gives a session a new id at a change of privilege and returns it; the old one is worth nothing from then on. Throws NotFound. */
export async function renewContactSession(db: AgencyDb, id: string): Promise<string> {
  const fresh = newId();
  const { numUpdatedRows } = await db
    .updateTable("contact_sessions")
    .set({ id_hash: fresh.idHash })
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw new NotFound("This session has ended.");
  return fresh.id;
}

/** Where a contact is signed in now, the most recently used first. `current` is the id of the session that asks, if one does. */
export async function listDevices(db: AgencyReader, contactId: string, current?: string): Promise<Device[]> {
  const rows = await db
    .selectFrom("contact_sessions as session")
    .innerJoin("contacts as contact", (join) =>
      join.onRef("contact.agency_id", "=", "session.agency_id").onRef("contact.id", "=", "session.contact_id"),
    )
    .where("session.contact_id", "=", contactId)
    .where("session.ends_at", ">", sql<Date>`now()`)
    .where("session.last_seen_at", ">", sql<Date>`now() - ${IDLE}`)
    .whereRef("session.access_version", "=", "contact.access_version")
    .where("contact.revoked_at", "is", null)
    .select(["session.id", "session.user_agent", "session.address", "session.created_at", "session.last_seen_at"])
    .orderBy("session.last_seen_at", "desc")
    .orderBy("session.id")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    userAgent: row.user_agent,
    address: row.address,
    startedAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    current: row.id === current,
  }));
}

/** How many sessions of the agency's contacts are open on other hosts than `notOn`. */
export async function countContactSessions(db: AgencyReader, { notOn }: { notOn: string }): Promise<number> {
  const { count } = await db
    .selectFrom("contact_sessions as session")
    .innerJoin("contacts as contact", (join) =>
      join.onRef("contact.agency_id", "=", "session.agency_id").onRef("contact.id", "=", "session.contact_id"),
    )
    .where("session.host", "!=", notOn)
    .where("session.ends_at", ">", sql<Date>`now()`)
    .where("session.last_seen_at", ">", sql<Date>`now() - ${IDLE}`)
    .whereRef("session.access_version", "=", "contact.access_version")
    .where("contact.revoked_at", "is", null)
    .select(sql<number>`count(*)::int`.as("count"))
    .executeTakeFirstOrThrow();
  return count;
}

/** Ends one session of a contact. Throws NotFound when he has none with this id. */
export async function endSession(db: AgencyDb, contactId: string, id: string): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom("contact_sessions")
    .where("id", "=", id)
    .where("contact_id", "=", contactId)
    .executeTakeFirstOrThrow();
  if (numDeletedRows !== 1n) throw new NotFound("No such device.");
}

/** Ends every session of a contact but the one with the id `keep`; returns how many. */
export async function endOtherSessions(db: AgencyDb, contactId: string, keep: string): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom("contact_sessions")
    .where("contact_id", "=", contactId)
    .where("id", "!=", keep)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

/** Ends every session of a contact; returns how many. */
export async function endAllSessions(db: AgencyDb, contactId: string): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom("contact_sessions")
    .where("contact_id", "=", contactId)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

/** Ends the session of a contact who leaves. */
export async function signOut(db: AgencyDb, contact: SignedInContact, address: string): Promise<void> {
  await db.deleteFrom("contact_sessions").where("id", "=", contact.session.id).execute();
  await recordEvent(db, { kind: "contact.signed-out", contactId: contact.id, address });
}
