// What a test mail showed: how the message that left would be judged by whoever receives it.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { recordEvent } from "./events.ts";
import { activeColumns, type SendingIdentity, toIdentity } from "./sending-identity.ts";

/** One verdict, as a receiver writes it into Authentication-Results, with what it is about in words for the screen. */
export type AuthenticationResult = { result: "pass" | "fail" | "none" | "unknown"; detail: string };

/** A test mail: its sender, its verdicts and what became of it. `at` is ISO 8601. */
export type TestResult = {
  at: string;
  from: string;
  delivered: boolean;
  /** What the relay said, or why the message did not go, in words for the screen. */
  delivery: string;
  dkim: AuthenticationResult;
  spf: AuthenticationResult;
  dmarc: AuthenticationResult;
};

/** The sender that a test mail uses and the agency's name; undefined when the domain is gone or cannot be used any more. */
export async function findTestSender(
  db: AgencyReader,
  id: string,
): Promise<{ identity: SendingIdentity; agency: { name: string; color: string; timeZone: string } } | undefined> {
  const row = await db
    .selectFrom("sending_domains")
    .innerJoin("agencies", "agencies.id", "sending_domains.agency_id")
    .select(activeColumns)
    .select(["agencies.brand_color", "agencies.time_zone"])
    .select((eb) => eb.fn.coalesce("agencies.portal_name", "agencies.name").as("name"))
    .where("sending_domains.id", "=", id)
    .where("sending_domains.test_asked_at", "is not", null)
    .where("sending_domains.verified_at", "is not", null)
    .where("sending_domains.degraded_at", "is", null)
    .executeTakeFirst();
  if (!row) return undefined;
  return {
    identity: toIdentity(row),
    agency: { name: row.name, color: row.brand_color, timeZone: row.time_zone },
  };
}

/** Keeps a test's result; null when no test could be made. */
export async function settleTest(
  db: AgencyDb,
  id: string,
  memberId: string,
  result: Omit<TestResult, "at"> | null,
): Promise<void> {
  const row = await db
    .updateTable("sending_domains")
    .set({
      test_asked_at: null,
      ...(result
        ? { last_test: sql<string>`jsonb_set(${JSON.stringify(result)}::jsonb, '{at}', to_jsonb(now()))` }
        : {}),
    })
    .where("id", "=", id)
    .returning("domain")
    .executeTakeFirst();
  if (!row || !result) return;
  const verdicts = { dkim: result.dkim.result, spf: result.spf.result, dmarc: result.dmarc.result };
  await recordEvent(db, {
    kind: "sending-domain.tested",
    memberId,
    data: { domain: row.domain, delivered: result.delivered, ...verdicts },
  });
}
