// What holds for all of an agency's workflows: the hours in which no workflow mail begins, and how many a contact gets in a day.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { Invalid } from "./errors.ts";
import { recordEvent } from "./events.ts";

/** Hours of the day in the agency's time zone, 0 to 23; equal ones mean no quiet hours. `mailsADay` counts in any 24 hours. */
export type WorkflowSettings = { quietFrom: number; quietTo: number; mailsADay: number };

export const MOST_MAILS_A_DAY = 20;

/** The settings as they are, with the time zone that the hours are in. */
export async function getWorkflowSettings(db: AgencyReader): Promise<WorkflowSettings & { timeZone: string }> {
  return await db
    .selectFrom("agencies")
    .select(["quiet_from as quietFrom", "quiet_to as quietTo", "workflow_mails_a_day as mailsADay"])
    .select("time_zone as timeZone")
    .executeTakeFirstOrThrow();
}

/** Changes them; returns false when they are so already. Throws Invalid at the setting's name. */
export async function saveWorkflowSettings(
  db: AgencyDb,
  settings: WorkflowSettings,
  memberId: string,
): Promise<boolean> {
  const { quietFrom, quietTo, mailsADay } = settings;
  const between = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  const errors = {
    ...(between(quietFrom, 0, 23) ? {} : { quietFrom: "Choose an hour from 0 to 23." }),
    ...(between(quietTo, 0, 23) ? {} : { quietTo: "Choose an hour from 0 to 23." }),
    ...(between(mailsADay, 1, MOST_MAILS_A_DAY) ? {} : { mailsADay: `Use 1 to ${MOST_MAILS_A_DAY}.` }),
  };
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
  const changed = await db
    .updateTable("agencies")
    .set({ quiet_from: quietFrom, quiet_to: quietTo, workflow_mails_a_day: mailsADay })
    .where(
      sql<boolean>`(quiet_from, quiet_to, workflow_mails_a_day) <> (${quietFrom}::int, ${quietTo}::int, ${mailsADay}::int)`,
    )
    .returning("id")
    .executeTakeFirst();
  if (!changed) return false;
  await recordEvent(db, { kind: "workflow-settings.changed", memberId, data: { quietFrom, quietTo, mailsADay } });
  return true;
}
