// The steps of an e-mail that are out of the ordinary: what its row alone could not tell afterwards.
import { sql } from "kysely";
import type { AgencyDb, EmailStepKind } from "../db/schema.ts";

/** What a server said, without links or addresses: its code, such as `550 5.1.1`, and its words. */
export type ServerAnswer = { code: string | null; response: string | null };

export type NewStep = {
  emailId: string;
  kind: EmailStepKind;
  /** The number of the attempt that it is about; the latest unless given. */
  attempt?: number | undefined;
  memberId?: string | undefined;
  reason?: string | undefined;
} & Partial<ServerAnswer>;

/** Notes a step of an e-mail; nothing happens for one that is not there. */
export async function addStep(db: AgencyDb, step: NewStep): Promise<void> {
  await sql`
    insert into email_steps (email_id, kind, attempt, member_id, reason, smtp_status, response)
    select id, ${step.kind}, coalesce(${step.attempt ?? null}::int, attempts), ${step.memberId ?? null}::uuid,
           ${step.reason ?? null}, ${step.code ?? null}, ${step.response ?? null}
    from emails where id = ${step.emailId}::uuid`.execute(db);
}
