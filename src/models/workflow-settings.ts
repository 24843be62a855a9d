// What holds for all of an agency's workflows: the hours in which no workflow mail begins and the zone they are in, and how many a contact gets in a day.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { Invalid } from "./errors.ts";
import { recordEvent } from "./events.ts";

/** Hours of the day in the agency's time zone, 0 to 23; equal ones mean no quiet hours. `mailsADay` counts in any 24 hours. */
export type WorkflowSettings = { quietFrom: number; quietTo: number; mailsADay: number };

export const MOST_MAILS_A_DAY = 20;

/** The time zones that an agency may be in, by the names of the IANA database. */
export const timeZones: readonly string[] = [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];

/** The settings as they are, with the time zone that the hours are in. */
export async function getWorkflowSettings(db: AgencyReader): Promise<WorkflowSettings & { timeZone: string }> {
  return await db
    .selectFrom("agencies")
    .select(["quiet_from as quietFrom", "quiet_to as quietTo", "workflow_mails_a_day as mailsADay"])
    .select("time_zone as timeZone")
    .executeTakeFirstOrThrow();
}

/**
 * Changes them, and the agency's time zone with it where one is given; returns false when they are so already. What waits keeps the
 * moment that it waits for. Throws Invalid at the setting's name.
 */
export async function saveWorkflowSettings(
  db: AgencyDb,
  { timeZone: typedZone, ...settings }: WorkflowSettings & { timeZone?: string | undefined },
  memberId: string,
): Promise<boolean> {
  const { quietFrom, quietTo, mailsADay } = settings;
  const { time_zone } = await db.selectFrom("agencies").select("time_zone").executeTakeFirstOrThrow();
  const timeZone = typedZone ?? time_zone;
  const between = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  const errors = {
    ...(between(quietFrom, 0, 23) ? {} : { quietFrom: "Choose an hour from 0 to 23." }),
    ...(between(quietTo, 0, 23) ? {} : { quietTo: "Choose an hour from 0 to 23." }),
    ...(between(mailsADay, 1, MOST_MAILS_A_DAY) ? {} : { mailsADay: `Use 1 to ${MOST_MAILS_A_DAY}.` }),
    ...(timeZone === time_zone || timeZones.includes(timeZone) ? {} : { timeZone: "Choose a time zone of the list." }),
  };
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
  const changed = await db
    .updateTable("agencies")
    .set({ quiet_from: quietFrom, quiet_to: quietTo, workflow_mails_a_day: mailsADay, time_zone: timeZone })
    .where(
      sql<boolean>`(quiet_from, quiet_to, workflow_mails_a_day, time_zone)
        <> (${quietFrom}::int, ${quietTo}::int, ${mailsADay}::int, ${timeZone}::text)`,
    )
    .returning("id")
    .executeTakeFirst();
  if (!changed) return false;
  const data = { quietFrom, quietTo, mailsADay, ...(timeZone === time_zone ? {} : { timeZone }) };
  await recordEvent(db, { kind: "workflow-settings.changed", memberId, data });
  return true;
}
