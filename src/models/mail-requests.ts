// What somebody typed where a link can be asked for: written down for known and unknown addresses alike, and looked up later by a job.
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { AgencyDb, GlobalDb } from "../db/schema.ts";
import { queueEmail } from "./emails.ts";
import { FIRST_PASSWORD_SECONDS } from "./members.ts";
import { hashOf } from "./people.ts";

export type MailRequest = {
  kind: "sign-in-link" | "reset-password";
  email: string;
  destination: string;
  browserHash: Buffer;
  askedFrom: string;
};

/** How long a link to choose a new password works, in seconds (rules.md §1). */
export const RESET_SECONDS = 1_800;
// rules.md §5, and silently: whoever asks more often must not learn whether the address is known.
const MAILS_IN_WINDOW = 3;
const WINDOW_SECONDS = 900;

/** Writes the request and its job in one statement; the same work whether or not the address is a contact's. */
export async function requestMail(db: AgencyDb, request: MailRequest): Promise<void> {
  await sql`
    with request as (
      insert into mail_requests (kind, email, destination, browser_hash, asked_from)
      values (${request.kind}, ${request.email}, ${request.destination}, ${request.browserHash}, ${request.askedFrom})
      returning id
    )
    insert into jobs (kind, lane, payload)
    select 'answer-mail-request', 'interactive', jsonb_build_object('requestId', id) from request`.execute(db);
}

/**
 * Answers a request and forgets it: queues the e-mail when the address is that of a contact who was invited, has joined or was
 * made a link, and who has not had three such e-mails within 15 minutes.
 */
export async function answerMailRequest(db: AgencyDb, requestId: string): Promise<void> {
  const request = await db.deleteFrom("mail_requests").where("id", "=", requestId).returningAll().executeTakeFirst();
  if (!request) return;
  const { email, kind } = request;
  // The contact's lock makes two requests at once count each other.
  const contact = await db
    .selectFrom("contacts")
    .select("id")
    .where("email", "=", email)
    .where("revoked_at", "is", null)
    .where((eb) =>
      eb.or([
        eb("invited_at", "is not", null),
        eb("joined_at", "is not", null),
        // A member handed him a magic link by chat; when it is dead its page offers a new one to this very mailbox.
        eb.exists(eb.selectFrom("access_links").whereRef("access_links.contact_id", "=", "contacts.id").select("id")),
      ]),
    )
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!contact || (await countRecent(db, contact.id)) >= MAILS_IN_WINDOW) return;
  const { login_link_seconds } = await db.selectFrom("agencies").select("login_link_seconds").executeTakeFirstOrThrow();
  await queueEmail(db, {
    kind,
    contactId: contact.id,
    destination: request.destination,
    lifetimeSeconds: kind === "reset-password" ? RESET_SECONDS : login_link_seconds,
    browserHash: request.browser_hash ?? undefined,
    askedFrom: request.asked_from ?? undefined,
    lane: "interactive",
  });
}

async function countRecent(db: AgencyDb, contactId: string): Promise<number> {
  const { count } = await db
    .selectFrom("emails")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("contact_id", "=", contactId)
    .where("kind", "in", ["sign-in-link", "reset-password"])
    .where("queued_at", ">", sql<Date>`now() - make_interval(secs => ${WINDOW_SECONDS})`)
    .executeTakeFirstOrThrow();
  return count;
}

/** What the mail to a member is made of; `token` is kept nowhere but as its hash, and its link works for `seconds`. */
export type MemberReset = {
  name: string;
  email: string;
  token: string;
  tokenHash: Buffer;
  seconds: number;
  askedAt: Date;
};

/** What the mail to somebody who was put on a team is made of; `link` is there for whoever has no password yet. */
export type TeamMail = {
  name: string;
  email: string;
  agencyName: string;
  slug: string;
  invitedBy: string | null;
  link: { token: string; tokenHash: Buffer; seconds: number } | null;
};

/**
 * Makes a new token for a request; undefined when no member has the address, when he had three mails within 15 minutes, or when the
 * request is older than its link would be.
 */
export async function startMemberReset(db: GlobalDb, requestId: string): Promise<MemberReset | undefined> {
  const token = randomBytes(32).toString("base64url");
  const tokenHash = hashOf(token);
  const { rows } = await sql<{ name: string; email: string; asked_at: Date }>`
    with asked as (
      select request.created_at, member.id, member.name, member.email
      from member_mail_requests request join members member on member.email = request.email
      where request.id = ${requestId} and request.kind = 'reset' and request.created_at > now() - make_interval(secs => ${RESET_SECONDS})
        and (select count(*) from member_links link
             where link.member_id = member.id and link.created_at > now() - make_interval(secs => ${WINDOW_SECONDS})) < ${MAILS_IN_WINDOW}
    ), link as (
      insert into member_links (token_hash, member_id, kind, expires_at)
      select ${tokenHash}::bytea, id, 'reset', now() + make_interval(secs => ${RESET_SECONDS}) from asked
    )
    select name, email, created_at as asked_at from asked`.execute(db);
  const asked = rows[0];
  if (!asked) return undefined;
  return { name: asked.name, email: asked.email, token, tokenHash, seconds: RESET_SECONDS, askedAt: asked.asked_at };
}

/**
 * What to write to somebody who was put on a team, with a new link when his account was made for it and has no password of his own;
 * undefined when the request is none of these, or when he was taken off the team again.
 */
export async function startTeamMail(db: GlobalDb, requestId: string): Promise<TeamMail | undefined> {
  const token = randomBytes(32).toString("base64url");
  const tokenHash = hashOf(token);
  const { rows } = await sql<Omit<TeamMail, "link"> & { fresh: boolean }>`
    with asked as (
      select member.id, member.name, member.email, agency.name as "agencyName", agency.slug, inviter.name as "invitedBy",
        member.password_changed_at = member.created_at
          and not exists (select from memberships own where own.member_id = member.id and own.invited_by is null) as fresh
      from member_mail_requests request
      join members member on member.email = request.email
      join agencies agency on agency.id = request.agency_id
      join memberships ms on ms.agency_id = agency.id and ms.member_id = member.id
      left join members inviter on inviter.id = ms.invited_by
      where request.id = ${requestId} and request.kind = 'invite'
    ), link as (
      insert into member_links (token_hash, member_id, kind, expires_at)
      select ${tokenHash}::bytea, id, 'reset', now() + make_interval(secs => ${FIRST_PASSWORD_SECONDS}) from asked where fresh
    )
    select name, email, "agencyName", slug, "invitedBy", fresh from asked`.execute(db);
  const asked = rows[0];
  if (!asked) return undefined;
  const { fresh, ...mail } = asked;
  return { ...mail, link: fresh ? { token, tokenHash, seconds: FIRST_PASSWORD_SECONDS } : null };
}

/** The attempt failed: its token goes, so that it counts against nobody. */
export async function dropMemberReset(db: GlobalDb, tokenHash: Buffer): Promise<void> {
  await db.deleteFrom("member_links").where("token_hash", "=", tokenHash).execute();
}

/** The request is answered: forgotten, and the `link`'s lifetime runs from now. */
export async function endMemberReset(
  db: GlobalDb,
  requestId: string,
  link?: { tokenHash: Buffer; seconds: number } | null,
): Promise<void> {
  await db.deleteFrom("member_mail_requests").where("id", "=", requestId).execute();
  if (!link) return;
  await db
    .updateTable("member_links")
    .set({ expires_at: sql<Date>`now() + make_interval(secs => ${link.seconds})` })
    .where("token_hash", "=", link.tokenHash)
    .execute();
}
