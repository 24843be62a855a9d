// What the portal's route tests share: making links and sessions as the product would, and looking at what a visit left behind.
import type { LinkKind, LinkUses } from "../../../src/db/schema.ts";
import { createAccessLink } from "../../../src/models/access-links.ts";
import { queueEmail } from "../../../src/models/emails.ts";
import { portal } from "../../../src/paths.ts";
import type { Visitor } from "../../support/visitor.ts";
import type { World, WorldAgency } from "../../support/world.ts";

type NewLink = {
  kind?: LinkKind;
  uses?: LinkUses;
  destination?: string;
  /** The browser that asked for it: then it is the link of a sign-in e-mail. */
  askedBy?: Buffer;
  emailed?: boolean;
};

export const storeOf = (world: World, agency: WorldAgency) => world.deps.agencies.open(agency.id);

/** Makes a link and returns its token. */
export async function makeLink(
  world: World,
  agency: WorldAgency,
  contactId: string,
  link: NewLink = {},
): Promise<string> {
  const { kind = "login", uses = "once", destination = "/", askedBy, emailed } = link;
  const { token } = await storeOf(world, agency).write(async (db) => {
    const mail = {
      kind: askedBy ? ("sign-in-link" as const) : ("login-email" as const),
      contactId,
      lifetimeSeconds: 3600,
      browserHash: askedBy,
      lane: "interactive" as const,
    };
    const emailId = askedBy || emailed ? await queueEmail(db, mail) : undefined;
    return createAccessLink(db, { contactId, kind, uses, destination, lifetimeSeconds: 3600, emailId });
  });
  return token;
}

/** Signs a browser in as a contact by a link, as a person would: the page, then its button. */
export async function enter(world: World, agency: WorldAgency, contactId: string, visitor: Visitor): Promise<Visitor> {
  const token = await makeLink(world, agency, contactId);
  await visitor.get(portal.link(token));
  const response = await visitor.post(portal.link(token));
  if (response.status !== 303) throw new Error(`The link did not sign in: ${response.status}`);
  return visitor;
}

/** How many sessions a contact has. */
export async function countSessions(world: World, contactId: string): Promise<number> {
  const { rows } = await world.database.owner.query("select 1 from contact_sessions where contact_id = $1", [
    contactId,
  ]);
  return rows.length;
}

/** One contact's row, seen from behind row-level security. */
export async function contactRow(world: World, contactId: string): Promise<Record<string, unknown>> {
  const { rows } = await world.database.owner.query("select * from contacts where id = $1", [contactId]);
  return rows[0] as Record<string, unknown>;
}

/** Puts everything that the portal's tests touch back to how the world began; cheaper than a new world for each test. */
export async function restore(world: World): Promise<void> {
  await world.database.owner.query(`
    delete from limits; delete from mail_requests; delete from jobs; delete from contact_sessions; delete from access_links;
    update contacts set password_hash = null, password_set_at = null, password_offered_at = null,
      access_version = 1, last_sign_in_at = null,
      invited_at = case when email not like 'not-invited@%' then '2026-11-01T09:00Z'::timestamptz end,
      joined_at = case when email similar to '(joined|revoked)@%' then '2026-11-02T10:00Z'::timestamptz end,
      email_proven_at = case when email like 'joined@%' then '2026-11-02T10:00Z'::timestamptz end,
      revoked_at = case when email like 'revoked@%' then '2026-11-03T10:00Z'::timestamptz end;
    delete from emails;
    delete from hosts where kind = 'custom';
    update hosts set selected_at = now(), degraded_at = null;
    update agencies set brand_color = '#2f5bd7'`);
  world.deps.hosts.forget();
  world.logged.length = 0;
}
