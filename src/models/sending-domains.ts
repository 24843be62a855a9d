// The domains that an agency sends from: claiming one, choosing the sender, asking for a check or a test mail, letting go.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { enqueueJob, wakeJob } from "../jobs/queue.ts";
import { shown } from "./domain-names.ts";
import { Invalid, NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";
import type { Findings } from "./sending-records.ts";
import { type SendingState, sendingStateOf } from "./sending-states.ts";
import type { TestResult } from "./sending-tests.ts";

export type { Finding, Findings, RecordFound, RecordKind, SendingRecord } from "./sending-records.ts";
export type { SendingState } from "./sending-states.ts";
export type { AuthenticationResult, TestResult } from "./sending-tests.ts";

/** A domain that the agency sends from, or wants to. */
export type SendingDomain = {
  id: string;
  domain: string;
  /** The domain as people write it, with the letters that an encoded one (xn--) stands for. */
  shownDomain: string;
  localPart: string;
  selector: string;
  publicKey: string;
  proofValue: string;
  state: SendingState;
  /** The agency chose it as its sender; it is used while it is verified and not degraded. */
  selected: boolean;
  createdAt: Date;
  verifiedAt: Date | null;
  degradedAt: Date | null;
  degradedReason: string | null;
  checkedAt: Date | null;
  /** A check was asked for and has not ended. */
  checking: boolean;
  /** Seconds until the next check; 0 when it is due or running. */
  nextCheckIn: number;
  lastCheck: SendingCheck | null;
  /** A test mail was asked for and has not been sent. */
  testing: boolean;
  lastTest: TestResult | null;
};

/** What the last check found; `held`: another agency has proven the domain. */
export type SendingCheck = { findings: Findings; held: boolean };

/** As many sending domains as an agency may have. */
export const MAX_SENDING_DOMAINS = 10;

/** A claim: the id, made beforehand because the seal of the key is bound to it, and the key. */
export type NewSendingDomain = {
  id: string;
  domain: string;
  localPart: string;
  publicKey: string;
  sealedKey: Buffer;
  memberId: string;
};

/**
 * Claims a domain: a row that is pending and a first check at once. The agency's first one is its sender as soon as it is
 * verified. Throws Invalid at `domain` when the agency has it already or has too many.
 */
export async function addSendingDomain(db: AgencyDb, claim: NewSendingDomain): Promise<void> {
  const { id, domain, localPart, publicKey, sealedKey, memberId } = claim;
  const { count, chosen } = await db
    .selectFrom("sending_domains")
    .select(({ fn }) => [fn.countAll<number>().as("count"), fn.count<number>("selected_at").as("chosen")])
    .executeTakeFirstOrThrow();
  if (Number(count) >= MAX_SENDING_DOMAINS)
    throw new Invalid({ domain: `${MAX_SENDING_DOMAINS} sending domains are the most. Remove one first.` });
  const added = await db
    .insertInto("sending_domains")
    .values({
      id,
      domain,
      local_part: localPart,
      public_key: publicKey,
      private_key: sealedKey,
      check_asked_at: sql<Date>`now()`,
      selected_at: Number(chosen) === 0 ? sql<Date>`now()` : null,
    })
    .onConflict((conflict) => conflict.columns(["agency_id", "domain"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  if (!added) throw new Invalid({ domain: "This domain is on the list already." });
  await recordEvent(db, {
    kind: "sending-domain.added",
    memberId,
    data: { domain, before: null, after: "pending", from: `${localPart}@${domain}` },
  });
  await wakeCheck(db, id);
}

/** The agency's sending domains, oldest first; the private keys stay where they are. */
export async function listSendingDomains(db: AgencyReader): Promise<SendingDomain[]> {
  return (await rowsOf(db).orderBy("created_at").orderBy("id").execute()).map(toSendingDomain);
}

/** One sending domain. Throws NotFound. */
export async function getSendingDomain(db: AgencyReader, id: string): Promise<SendingDomain> {
  const row = await rowsOf(db).where("id", "=", id).executeTakeFirst();
  if (!row) throw new NotFound("The agency has no such sending domain.");
  return toSendingDomain(row);
}

// A test that has not ended by then was lost with its job; somebody waits, and may ask again.
const underWay = sql<boolean>`coalesce(test_asked_at > now() - interval '2 minutes', false)`;

function rowsOf(db: AgencyReader) {
  return db
    .selectFrom("sending_domains")
    .select(["id", "domain", "local_part", "selector", "public_key", "proof_value", "created_at", "verified_at"])
    .select(["degraded_at", "degraded_reason", "selected_at", "checked_at", "last_check", "last_test"])
    .select([
      sql<boolean>`check_asked_at is not null`.as("checking"),
      underWay.as("testing"),
      sql<number>`greatest(0, extract(epoch from next_check_at - now()))::float8`.as("next_check_in"),
    ]);
}

type SendingRow = Awaited<ReturnType<ReturnType<typeof rowsOf>["execute"]>>[number];

function toSendingDomain(row: SendingRow): SendingDomain {
  return {
    id: row.id,
    domain: row.domain,
    shownDomain: shown(row.domain),
    localPart: row.local_part,
    selector: row.selector,
    publicKey: row.public_key,
    proofValue: row.proof_value,
    state: sendingStateOf(row),
    selected: row.selected_at !== null,
    createdAt: row.created_at,
    verifiedAt: row.verified_at,
    degradedAt: row.degraded_at,
    degradedReason: row.degraded_reason,
    checkedAt: row.checked_at,
    checking: row.checking,
    nextCheckIn: row.next_check_in,
    lastCheck: row.last_check as SendingCheck | null,
    testing: row.testing,
    lastTest: row.last_test as TestResult | null,
  };
}

/** Chooses the domain that the agency sends from, or the platform's sender (null). Throws NotFound. */
export async function selectSendingDomain(db: AgencyDb, id: string | null, memberId: string): Promise<void> {
  // In one order, so that two members who choose at once wait for each other.
  const rows = await db
    .selectFrom("sending_domains")
    .select(["id", "domain", "selected_at"])
    .orderBy("id")
    .forUpdate()
    .execute();
  const [before, after] = [rows.find((row) => row.selected_at !== null), rows.find((row) => row.id === id)];
  if (id !== null && !after) throw new NotFound("The agency has no such sending domain.");
  if (before?.id === after?.id) return;
  if (before) await db.updateTable("sending_domains").set({ selected_at: null }).where("id", "=", before.id).execute();
  if (after)
    await db.updateTable("sending_domains").set({ selected_at: sql<Date>`now()` }).where("id", "=", after.id).execute();
  await recordEvent(db, {
    kind: "sending-domain.selected",
    memberId,
    data: { before: before?.domain ?? null, after: after?.domain ?? null },
  });
}

/** Changes the part before the @. Throws NotFound. */
export async function changeLocalPart(db: AgencyDb, id: string, localPart: string, memberId: string): Promise<void> {
  const row = await db
    .selectFrom("sending_domains")
    .select(["domain", "local_part"])
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new NotFound("The agency has no such sending domain.");
  if (row.local_part === localPart) return;
  await db.updateTable("sending_domains").set({ local_part: localPart }).where("id", "=", id).execute();
  const data = { domain: row.domain, before: row.local_part, after: localPart };
  await recordEvent(db, { kind: "sending-domain.changed", memberId, data });
}

/** Has a domain checked now instead of when it is due. Throws NotFound. */
export async function requestSendingCheck(db: AgencyDb, id: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("sending_domains")
    .set({ check_asked_at: sql<Date>`now()`, next_check_at: sql<Date>`now()` })
    .where("id", "=", id)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new NotFound("The agency has no such sending domain.");
  await wakeCheck(db, id);
}

// A domain's job has the domain's id, so there is one at most, which puts itself off after each check.
function wakeCheck(db: AgencyDb, domainId: string): Promise<void> {
  return wakeJob(db, domainId, { kind: "check-sending-domain", lane: "interactive", payload: { domainId } });
}

/** Has a test mail sent from a verified domain to the member who asks; while one is on its way nothing more happens. Throws NotFound, Invalid. */
export async function requestTestMail(db: AgencyDb, id: string, memberId: string): Promise<void> {
  const row = await db
    .selectFrom("sending_domains")
    .select(["domain", "verified_at", "degraded_at", underWay.as("testing")])
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new NotFound("The agency has no such sending domain.");
  if (sendingStateOf(row) !== "verified")
    throw new Invalid({ form: "A test mail can be sent once the domain is verified." });
  if (row.testing) return;
  await db.updateTable("sending_domains").set({ test_asked_at: sql<Date>`now()` }).where("id", "=", id).execute();
  await enqueueJob(db, { kind: "send-test-mail", lane: "interactive", payload: { domainId: id, memberId } });
}

/** Lets a domain go; its key goes with it, and mail comes from the platform's sender again. Returns its name. Throws NotFound. */
export async function removeSendingDomain(db: AgencyDb, id: string, memberId: string): Promise<string> {
  const row = await db
    .deleteFrom("sending_domains")
    .where("id", "=", id)
    .returning(["domain", "local_part", "verified_at", "degraded_at", "selected_at"])
    .executeTakeFirst();
  if (!row) throw new NotFound("The agency has no such sending domain.");
  await db.deleteFrom("jobs").where("id", "=", id).where("lease_id", "is", null).execute();
  await recordEvent(db, {
    kind: "sending-domain.removed",
    memberId,
    data: { domain: row.domain, before: sendingStateOf(row), after: null, selected: row.selected_at !== null },
  });
  return row.domain;
}
