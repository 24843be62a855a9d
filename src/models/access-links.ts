// Access links: what invites, login emails and magic links carry. A row grants one contact's entry, its tokens open it, and one statement redeems it.
import { hash, randomBytes, randomUUIDv7 } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import type { AgencyDb, AgencyReader, EmailKind, LinkKind, LinkUses } from "../db/schema.ts";
import { type Entry, openContactSession, type Visit } from "./contact-sessions.ts";
import { queueEmail } from "./emails.ts";
import { NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";

export type NewAccessLink = {
  contactId: string;
  kind: LinkKind;
  /** Where it leads; anything but a path of `destinations` becomes the portal's home. */
  destination: string;
  lifetimeSeconds: number;
  uses: LinkUses;
  /** The member who made it. */
  madeBy?: string | undefined;
  /** The e-mail that carries it. */
  emailId?: string | undefined;
  /** For kind `confirm`: the address that becomes the contact's. */
  newEmail?: string | undefined;
};

/** What has become of a link; `withdrawn` also when the contact's access was revoked or his address changed since. */
export type LinkState = "live" | "expired" | "used" | "withdrawn";

/** What the page of a link shows. `browserHash` is of the browser in which the link was asked for, when it was asked for. */
export type AccessLink = {
  id: string;
  kind: LinkKind;
  state: LinkState;
  destination: string;
  expiresAt: Date;
  openedAt: Date | null;
  usedAt: Date | null;
  browserHash: Buffer | null;
  /** The address that a link of kind `confirm` makes the contact's. */
  newEmail: string | null;
  contact: { id: string; name: string; email: string; invited: boolean; joined: boolean; revoked: boolean };
};

/** A link as the agency's staff see it on the contact's page. */
export type ListedLink = {
  id: string;
  kind: LinkKind;
  uses: LinkUses;
  state: LinkState;
  destination: string;
  madeBy: string | null;
  createdAt: Date;
  expiresAt: Date;
  openedAt: Date | null;
  usedAt: Date | null;
  useCount: number;
  revokedAt: Date | null;
  /** The message that carried it; `template` is its name where an agency's own words were its own template. */
  email: { kind: EmailKind; template: string | null } | undefined;
};

export type Redemption = { entry: Entry; link: AccessLink } | { entry: undefined; link: AccessLink | undefined };

/** Every kind of link. */
export const linkKinds: readonly LinkKind[] = ["invite", "login", "magic", "reset", "confirm"];

/** The pages of the portal that a link or a sign-in may lead to. */
export const destinations: readonly { path: string; label: string }[] = [
  { path: "/", label: "Home" },
  { path: "/profile", label: "Profile" },
];

/** The path itself when it is one of `destinations`, else the portal's home. */
export function allowedDestination(path: string | null | undefined): string {
  return destinations.find((destination) => destination.path === path)?.path ?? "/";
}

const TOKEN_BYTES = 32;
const tokenShape = /^[A-Za-z0-9_-]{43}$/;
const hashOf = (token: string) => hash("sha256", token, "buffer");

// 'until-joined' also asks used_at: a revoked and restored contact's old invite must not open again.
const isUsed = sql<boolean>`case link.uses
  when 'once' then link.used_at is not null
  when 'until-joined' then link.used_at is not null or contact.joined_at is not null
  else false end`;
const isWithdrawn = sql<boolean>`(link.revoked_at is not null or contact.revoked_at is not null
  or contact.access_version <> link.access_version)`;
const state = sql<LinkState>`case when ${isWithdrawn} then 'withdrawn' when ${isUsed} then 'used'
  when link.expires_at <= now() then 'expired' else 'live' end`;

/** A link that was made, with the secret token, which is kept nowhere. */
export type MadeLink = { linkId: string; token: string; expiresAt: Date };

/**
 * Makes a link for a contact and returns its secret token, which is kept nowhere. With the `emailId` of a link that exists, it
 * adds a sibling token to that link and resets nothing: a retried e-mail carries a new token, and using one ends them all.
 * Only when the contact's access has changed since, the earlier tokens stay dead and the new one is alone. The lifetime runs from
 * now until the relay has taken its e-mail. Throws NotFound for a contact who is unknown or revoked.
 */
export async function createAccessLink(db: AgencyDb, link: NewAccessLink): Promise<MadeLink> {
  const [made] = await createAccessLinks(db, [link]);
  if (!made) throw new NotFound("No contact to make a link for.");
  return made;
}

/** Makes links as createAccessLink does, any number in one statement, none of the same e-mail twice; undefined where that throws. */
export async function createAccessLinks(
  db: AgencyDb,
  links: readonly NewAccessLink[],
): Promise<(MadeLink | undefined)[]> {
  const random = randomBytes(TOKEN_BYTES * links.length);
  const wanted = links.map((link, at) => ({
    ...link,
    id: randomUUIDv7(),
    token: random.toString("base64url", at * TOKEN_BYTES, (at + 1) * TOKEN_BYTES),
  }));
  const each = <T>(column: (link: (typeof wanted)[number]) => T) => wanted.map(column);
  const { rows } = await sql<{ id: string; key: string; expires_at: Date }>`
    with wanted as materialized (
      select *, coalesce(email_id, id) as key
      from unnest(${each((link) => link.id)}::uuid[], ${each((link) => hashOf(link.token))}::bytea[],
                  ${each((link) => link.contactId)}::uuid[], ${each((link) => link.kind)}::text[],
                  ${each((link) => allowedDestination(link.destination))}::text[], ${each((link) => link.uses)}::text[],
                  ${each((link) => link.lifetimeSeconds)}::int[], ${each((link) => link.newEmail ?? null)}::text[],
                  ${each((link) => link.madeBy ?? null)}::uuid[], ${each((link) => link.emailId ?? null)}::uuid[])
        as wanted (id, token_hash, contact_id, kind, destination, uses, lifetime_seconds, new_email, made_by, email_id)
    ),
    link as (
      insert into access_links as link
        (id, contact_id, kind, destination, uses, lifetime_seconds, access_version, new_email, made_by, email_id, expires_at)
      select wanted.id, contacts.id, kind, destination, uses, lifetime_seconds, access_version, new_email, made_by, email_id,
        now() + make_interval(secs => lifetime_seconds)
      from wanted join contacts on contacts.id = wanted.contact_id and contacts.revoked_at is null
      on conflict (agency_id, email_id) do update set access_version = excluded.access_version
      returning link.*, coalesce(link.email_id, link.id) as key, old.id is null as added,
        old.access_version <> link.access_version as outdated
    ),
    -- of an array, not a join: a plan made while the table is small must not read all tokens of the agency once it has grown
    dropped as (delete from access_tokens where link_id = any (array(select id from link where outdated))),
    token as (
      insert into access_tokens (token_hash, link_id) select wanted.token_hash, link.id from link join wanted using (key)
    ),
    told as (
      insert into events (kind, member_id, contact_id, link_id, email_id, data)
      select 'link.made', made_by, contact_id, id, email_id, jsonb_build_object('kind', kind, 'uses', uses) from link where added
    )
    select id, key, expires_at from link
  `.execute(db);
  const made = new Map(rows.map((row) => [row.key, row]));
  return wanted.map(({ id, emailId, token }) => {
    const link = made.get(emailId ?? id);
    return link && { linkId: link.id, token, expiresAt: link.expires_at };
  });
}

/** Withdraws a link for good; once is enough. Throws NotFound. */
export async function revokeAccessLink(db: AgencyDb, linkId: string, memberId: string): Promise<void> {
  const revoked = await db
    .updateTable("access_links")
    .set({ revoked_at: sql`coalesce(revoked_at, now())` })
    .where("id", "=", linkId)
    .returning(["contact_id", sql<boolean>`old.revoked_at is null`.as("now")])
    .executeTakeFirst();
  if (!revoked) throw new NotFound("No such link.");
  if (revoked.now) await recordEvent(db, { kind: "link.revoked", linkId, memberId, contactId: revoked.contact_id });
}

/** A contact's links, the newest first, at most 100. */
export async function listAccessLinks(db: AgencyReader, contactId: string): Promise<ListedLink[]> {
  const rows = await db
    .selectFrom("access_links as link")
    .innerJoin("contacts as contact", (join) =>
      join.onRef("contact.agency_id", "=", "link.agency_id").onRef("contact.id", "=", "link.contact_id"),
    )
    .leftJoin("members as member", "member.id", "link.made_by")
    .leftJoin("emails as email", (join) =>
      join.onRef("email.agency_id", "=", "link.agency_id").onRef("email.id", "=", "link.email_id"),
    )
    .leftJoin("email_template_versions as version", (join) =>
      join.onRef("version.agency_id", "=", "email.agency_id").onRef("version.id", "=", "email.template_version_id"),
    )
    .leftJoin("email_templates as template", (join) =>
      join.onRef("template.agency_id", "=", "version.agency_id").onRef("template.id", "=", "version.template_id"),
    )
    .where("link.contact_id", "=", contactId)
    .select(["link.id", "link.kind", "link.uses", "link.destination", "link.created_at", "link.expires_at"])
    .select(["link.opened_at", "link.used_at", "link.use_count", "link.revoked_at", "member.name as made_by"])
    .select(["email.kind as email_kind", "template.name as template"])
    .select(state.as("state"))
    .orderBy("link.created_at", "desc")
    .orderBy("link.id", "desc")
    .limit(100)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    uses: row.uses,
    state: row.state,
    destination: row.destination,
    madeBy: row.made_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    openedAt: row.opened_at,
    usedAt: row.used_at,
    useCount: row.use_count,
    revokedAt: row.revoked_at,
    email: row.email_kind ? { kind: row.email_kind, template: row.template } : undefined,
  }));
}

/** The link that a token opens, in whatever state; undefined for an unknown token, which another agency's is. */
export async function findAccessLink(db: AgencyReader, token: string): Promise<AccessLink | undefined> {
  if (!tokenShape.test(token)) return undefined;
  const row = await db
    .selectFrom("access_tokens as token")
    .innerJoin("access_links as link", (join) =>
      join.onRef("link.agency_id", "=", "token.agency_id").onRef("link.id", "=", "token.link_id"),
    )
    .innerJoin("contacts as contact", (join) =>
      join.onRef("contact.agency_id", "=", "link.agency_id").onRef("contact.id", "=", "link.contact_id"),
    )
    .leftJoin("emails as email", (join) =>
      join.onRef("email.agency_id", "=", "link.agency_id").onRef("email.id", "=", "link.email_id"),
    )
    .where("token.token_hash", "=", hashOf(token))
    .select(["link.id", "link.kind", "link.destination", "link.expires_at", "link.opened_at", "link.used_at"])
    .select("link.new_email")
    .select(["contact.id as contact_id", "contact.name", "contact.email", "email.browser_hash"])
    .select(["contact.invited_at", "contact.joined_at", "contact.revoked_at"])
    .select(state.as("state"))
    .executeTakeFirst();
  if (!row) return undefined;
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    destination: row.destination,
    expiresAt: row.expires_at,
    openedAt: row.opened_at,
    usedAt: row.used_at,
    browserHash: row.browser_hash,
    newEmail: row.new_email,
    contact: {
      id: row.contact_id,
      name: row.name,
      email: row.email,
      invited: row.invited_at !== null,
      joined: row.joined_at !== null,
      revoked: row.revoked_at !== null,
    },
  };
}

/** How many links of the agency would open now. */
export async function countLiveLinks(db: AgencyReader): Promise<number> {
  const { count } = await db
    .selectFrom("access_links as link")
    .innerJoin("contacts as contact", (join) =>
      join.onRef("contact.agency_id", "=", "link.agency_id").onRef("contact.id", "=", "link.contact_id"),
    )
    .where("link.expires_at", ">", sql<Date>`now()`)
    .where(sql<boolean>`not ${isUsed} and not ${isWithdrawn}`)
    .select(sql<number>`count(*)::int`.as("count"))
    .executeTakeFirstOrThrow();
  return count;
}

/** Notes that somebody, or a robot, has opened a link for the first time. Nothing is decided by it. */
export async function recordOpening(db: AgencyDb, link: AccessLink, address: string): Promise<void> {
  const opened = await db
    .updateTable("access_links")
    .set({ opened_at: sql`now()` })
    .where("id", "=", link.id)
    .where("opened_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  if (opened) await recordEvent(db, { kind: "link.opened", linkId: link.id, contactId: link.contact.id, address });
}

// What a link of kind `confirm` asks for besides: the new address is nobody else's by now.
const isFree = sql`and (link.kind <> 'confirm' or link.new_email is not null
  and not exists (select from contacts other where other.email = link.new_email and other.id <> contact.id))`;

/** What a link grants: columns of openContactSession's `holder`, of `link` and `contact`. */
export const granted = sql`
  link.id as link_id, link.kind as link_kind, link.destination, contact.id as contact_id, link.new_email,
  link.email_id is not null or link.kind = 'confirm' as proves,
  link.kind in ('reset', 'confirm') as closes`;

/** Whether `link` opens the portal to its `contact` now and is of one of these kinds. */
export const opens = (kinds: readonly LinkKind[]): RawBuilder<unknown> => sql`
  link.kind in (${sql.join(kinds.map((kind) => sql.lit(kind)))})
  and link.revoked_at is null
  and link.expires_at > now()
  and not ${isUsed}
  and contact.revoked_at is null
  and contact.access_version = link.access_version
  ${kinds.includes("confirm") ? isFree : sql``}`;

// Both rows are locked and, when they were waited for, looked at again: of parallel redemptions by sibling tokens, or by two
// invites of one contact, one finds everything as it asks and the others find it used.
const grant = (tokenHash: Buffer, kinds: readonly LinkKind[]) => sql`
  select ${granted}
  from access_tokens token
    join access_links link on link.agency_id = token.agency_id and link.id = token.link_id
    join contacts contact on contact.agency_id = link.agency_id and contact.id = link.contact_id
  where token.token_hash = ${tokenHash}::bytea and ${opens(kinds)}
  for no key update of link, contact`;

/** Marks the link of `holder` as used. */
export const spend = sql`
  update access_links link set used_at = coalesce(link.used_at, now()), use_count = link.use_count + 1
  from holder where link.id = holder.link_id`;

/**
 * Signs in the contact whom a token's link was made for, once, and returns his session with the link as it was found. One
 * statement checks hash, agency, kind, uses, expiry, withdrawal, access version and the contact's state by the database's clock,
 * marks the link as used and inserts the session. Without an entry, `link` says why; it is undefined for an unknown token.
 */
export async function redeemAccessLink(
  db: AgencyDb,
  token: string,
  visit: Visit,
  kinds: readonly LinkKind[] = linkKinds,
): Promise<Redemption> {
  if (!tokenShape.test(token)) return { entry: undefined, link: undefined };
  const entry = await openContactSession(
    db,
    { method: "link", holder: grant(hashOf(token), kinds), mark: spend, moves: kinds.includes("confirm") },
    visit,
  );
  const link = await findAccessLink(db, token);
  if (!link) return { entry: undefined, link };
  if (!entry) {
    const about = { linkId: link.id, contactId: link.contact.id, address: visit.address };
    await recordEvent(db, { kind: "link.failed", ...about, data: { state: link.state } });
    return { entry, link };
  }
  if (entry.oldEmail) await tellOldAddress(db, entry, entry.oldEmail);
  return { entry, link };
}

// So that somebody whose mailbox is not the thief's learns of the change.
async function tellOldAddress(db: AgencyDb, { contactId }: Entry, oldEmail: string): Promise<void> {
  await recordEvent(db, { kind: "contact.changed", contactId, data: { changed: "email" } });
  await queueEmail(db, {
    kind: "email-changed",
    contactId,
    toEmail: oldEmail,
    lifetimeSeconds: 86_400,
    lane: "interactive",
  });
}
