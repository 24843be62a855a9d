// Looking at a template before it is saved: what a sample is filled with, and a test sent to oneself.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader, Logo } from "../db/schema.ts";
import { enqueueJob } from "../jobs/queue.ts";
import { isId } from "./ids.ts";

/** Queues the member's draft as an e-mail to himself, filled as for `contactId` where one is given. */
export async function requestTemplateTest(
  db: AgencyDb,
  key: string,
  memberId: string,
  contactId: string | undefined,
): Promise<void> {
  const payload = { template: key, memberId, ...(contactId ? { contactId } : {}) };
  await enqueueJob(db, { kind: "send-template-test", lane: "interactive", payload });
}

/** What a sample of a template is filled with. */
export type SampleFacts = {
  contact: { id: string | undefined; name: string; email: string; company: string };
  agency: {
    name: string;
    portalName: string;
    color: string;
    logo: Logo | null;
    timeZone: string;
    supportEmail: string | null;
    inviteSeconds: number;
  };
};

const madeUp = { id: undefined, name: "Maya Okafor", email: "maya@brightwater.example", company: "Brightwater Foods" };

/** The agency's side of a sample, with the contact of this id, or somebody made up where there is no such one. */
export async function sampleFacts(db: AgencyReader, contactId: string | undefined): Promise<SampleFacts> {
  const row = await db
    .selectFrom("agencies")
    .leftJoin("contacts", (join) =>
      join
        .onRef("contacts.agency_id", "=", "agencies.id")
        .on("contacts.id", "=", contactId && isId(contactId) ? contactId : null),
    )
    .select(["agencies.name", "agencies.portal_name", "agencies.brand_color", "agencies.logo", "agencies.time_zone"])
    .select(["agencies.support_email", "agencies.invite_seconds"])
    .select(["contacts.id", "contacts.name as contact_name", "contacts.email", "contacts.company"])
    .executeTakeFirstOrThrow();
  const contact =
    row.id === null
      ? madeUp
      : { id: row.id, name: row.contact_name ?? "", email: row.email ?? "", company: row.company ?? "" };
  return {
    contact,
    agency: {
      name: row.name,
      portalName: row.portal_name ?? row.name,
      color: row.brand_color,
      logo: row.logo,
      timeZone: row.time_zone,
      supportEmail: row.support_email,
      inviteSeconds: row.invite_seconds,
    },
  };
}

/** A few contacts to look at a template with: the newest invites. */
export async function sampleContacts(db: AgencyReader): Promise<{ id: string; name: string; email: string }[]> {
  return await db
    .selectFrom("contacts")
    .select(["id", "name", "email"])
    .where("revoked_at", "is", null)
    .orderBy(sql`invited_at desc nulls last`)
    .orderBy("id", "desc")
    .limit(20)
    .execute();
}
