// When a workflow's wait ends and when its quiet hours do: by the calendar and the clock of the agency's time zone, from a given now.
import type { Step } from "./workflow-definitions.ts";

/** A step that waits. */
export type Wait = Extract<Step, { do: "wait" | "wait-until" }>;

/** Hours of the day, 0 to 23, between which no workflow mail begins; equal ones mean none. */
export type QuietHours = { from: number; to: number };

/**
 * When a wait that begins at `now` ends. Minutes and hours are as long as they are everywhere; days, weeks and months go by the
 * calendar, so that the time of day stays when clocks change, and a month after the 31st is the last day of a shorter month. A
 * weekday and hour is the next one after `now`. An hour that a change of clocks leaves out is the one after it.
 */
export function endOfWait(wait: Wait, now: Date, timeZone: string): Date {
  const here = local(now, timeZone);
  if (wait.do === "wait") return dateOf(here.add({ [wait.unit]: wait.amount }));
  const today = here.startOfDay();
  const days = (wait.weekday - here.dayOfWeek + 7) % 7;
  const next = hourOf(today.add({ days }), wait.hour);
  return dateOf(isAfter(next, here) ? next : hourOf(today.add({ days: days + 7 }), wait.hour));
}

/** When the quiet hours end that `now` lies in; undefined outside of them. */
export function endOfQuietHours({ from, to }: QuietHours, now: Date, timeZone: string): Date | undefined {
  const here = local(now, timeZone);
  const quiet = from < to ? here.hour >= from && here.hour < to : from !== to && (here.hour >= from || here.hour < to);
  if (!quiet) return undefined;
  const end = hourOf(here.startOfDay(), to);
  return dateOf(isAfter(end, here) ? end : hourOf(here.startOfDay().add({ days: 1 }), to));
}

const local = (moment: Date, timeZone: string) =>
  Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(timeZone);
const dateOf = (moment: Temporal.ZonedDateTime) => new Date(moment.epochMilliseconds);
const isAfter = (one: Temporal.ZonedDateTime, other: Temporal.ZonedDateTime) =>
  Temporal.ZonedDateTime.compare(one, other) > 0;
const hourOf = (day: Temporal.ZonedDateTime, hour: number) => day.withPlainTime({ hour });
