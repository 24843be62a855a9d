// Fills an empty database with the demo of contract.md: two agencies with contacts in every state, and what went before.
import { sql } from "kysely";
import { hashPassword } from "../models/passwords.ts";
import type { AgencyStore } from "./agency-store.ts";
import type { GlobalStore } from "./global-store.ts";
import type { AgencyDb, EmailStatus, GlobalDb } from "./schema.ts";
import { DEMO_PASSWORD, type DemoAgency, demoAgencies } from "./seed-people.ts";

type Stores = { globals: GlobalStore; agencies: { open(id: string): AgencyStore } };

/** Seeds the demo when there is no agency yet; returns whether it did. */
export async function seedDemo({ globals, agencies }: Stores): Promise<boolean> {
  const any = await globals.run((db) => db.selectFrom("agencies").select("id").limit(1).executeTakeFirst());
  if (any) return false;
  const hash = await hashPassword(DEMO_PASSWORD);
  for (const demo of demoAgencies) {
    const { agencyId, memberId } = await globals.write((db) => insertAgency(db, demo, hash));
    await agencies.open(agencyId).write((db) => insertClients(db, demo, memberId));
  }
  return true;
}

async function insertAgency(
  db: GlobalDb,
  demo: DemoAgency,
  hash: string,
): Promise<{ agencyId: string; memberId: string }> {
  const agency = await db
    .insertInto("agencies")
    .values({
      slug: demo.slug,
      name: demo.name,
      time_zone: demo.timeZone,
      brand_color: demo.color,
      support_email: demo.owner.email,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  const member = await db
    .insertInto("members")
    .values({ ...demo.owner, password_hash: hash })
    .returning("id")
    .executeTakeFirstOrThrow();
  await db.insertInto("memberships").values({ agency_id: agency.id, member_id: member.id, role: "owner" }).execute();
  const now = sql<Date>`now()`;
  await db
    .insertInto("hosts")
    .values({
      agency_id: agency.id,
      kind: "default",
      name: demo.slug,
      verified_at: now,
      active_at: now,
      selected_at: now,
    })
    .execute();
  await db
    .insertInto("events")
    .values({ agency_id: agency.id, kind: "agency.created", member_id: member.id })
    .execute();
  return { agencyId: agency.id, memberId: member.id };
}

type State = "joined" | "invited" | "not-invited" | "revoked";

// Spread over the list so that every page, tab and sort order of the demo has some of each.
const pattern: readonly State[] = [
  "joined",
  "invited",
  "joined",
  "not-invited",
  "joined",
  "invited",
  "joined",
  "revoked",
  "not-invited",
  "invited",
  "joined",
];

const troubles: readonly { status: EmailStatus; reason: string }[] = [
  { status: "failed", reason: "The mailbox is full. The server asked us to try later, and we did for a day." },
  { status: "bounced", reason: "No such address." },
];

const asciiOf = (text: string) =>
  text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/ø/gi, "o")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "");

function addressOf(name: string, company: string): string {
  const parts = name.split(/\s+/).map(asciiOf);
  return `${parts[0]}.${parts.slice(1).join("")}@${asciiOf(company)}.example`;
}

async function insertClients(db: AgencyDb, demo: DemoAgency, memberId: string): Promise<void> {
  let invited = 0;
  for (const [index, [name, company]] of demo.clients.entries()) {
    const state = pattern[index % pattern.length] ?? "joined";
    const daysAgo = (state === "revoked" ? 70 : 2) + ((index * 7) % 45);
    const email = addressOf(name, company);
    const before = (days: number, hours = 0) =>
      sql<Date>`now() - make_interval(days => ${days}::int, hours => ${hours}::int)`;
    // Who has been revoked joined long ago, so that the joins of 30 days are people who are still in.
    const joinedDays = state === "revoked" ? 60 + index : Math.max(0, Math.floor(daysAgo / 2) - (index % 3));
    const wasInvited = state !== "not-invited";
    const hasJoined = state === "joined" || state === "revoked";
    const contact = await db
      .insertInto("contacts")
      .values({
        email,
        name,
        company,
        created_at: before(daysAgo + 20),
        invited_at: wasInvited ? before(daysAgo, index) : null,
        joined_at: hasJoined ? before(joinedDays, index % 20) : null,
        email_proven_at: hasJoined ? before(joinedDays, index % 20) : null,
        last_sign_in_at: hasJoined ? before(Math.floor(joinedDays / 3), index % 9) : null,
        revoked_at: state === "revoked" ? before(0, 3) : null,
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    if (!wasInvited) continue;
    const trouble = state === "invited" ? troubles[invited++ % 4] : undefined;
    await insertInvite(db, { contactId: contact.id, email, memberId, daysAgo, hours: index, trouble });
    if (hasJoined)
      await db
        .insertInto("events")
        .values({ kind: "contact.joined", contact_id: contact.id, at: before(joinedDays, index % 20) })
        .execute();
  }
}

type Invite = {
  contactId: string;
  email: string;
  memberId: string;
  daysAgo: number;
  hours: number;
  trouble: { status: EmailStatus; reason: string } | undefined;
};

async function insertInvite(
  db: AgencyDb,
  { contactId, email, memberId, daysAgo, hours, trouble }: Invite,
): Promise<void> {
  const ago = sql`make_interval(days => ${daysAgo}::int, hours => ${hours}::int)`;
  const at = sql<Date>`now() - ${ago}`;
  const sent = await db
    .insertInto("emails")
    .values({
      // the log's order is that of the ids
      id: sql<string>`uuidv7(- ${ago})`,
      kind: "invite",
      contact_id: contactId,
      sent_by: memberId,
      to_email: email,
      lifetime_seconds: 1_209_600,
      status: trouble?.status ?? "sent",
      reason: trouble?.reason ?? null,
      attempts: 1,
      queued_at: at,
      status_at: at,
      sent_at: trouble ? null : at,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await db
    .insertInto("events")
    .values({ kind: "contact.invited", contact_id: contactId, member_id: memberId, email_id: sent.id, at })
    .execute();
}
