// When waits and quiet hours end, in time zones whose clocks change.
import { describe, expect, test } from "vitest";
import { endOfQuietHours, endOfWait, type Wait } from "../../src/models/workflow-times.ts";

const BERLIN = "Europe/Berlin";
const NEW_YORK = "America/New_York";

const after = (wait: Wait, now: string, timeZone = BERLIN) => endOfWait(wait, new Date(now), timeZone).toISOString();
const wait = (amount: number, unit: Extract<Wait, { do: "wait" }>["unit"]): Wait => ({ do: "wait", amount, unit });
const until = (weekday: number, hour: number): Wait => ({ do: "wait-until", weekday, hour });

describe("a wait", () => {
  test("in minutes or hours is as long as it says, whatever the clocks do", () => {
    expect(after(wait(45, "minutes"), "2026-03-29T00:30:00Z")).toBe("2026-03-29T01:15:00.000Z");
    expect(after(wait(24, "hours"), "2026-03-28T12:00:00Z")).toBe("2026-03-29T12:00:00.000Z");
  });

  test("in days or weeks ends at the same time of day when clocks have changed meanwhile", () => {
    // 13:00 in Berlin both times: an hour less in spring, an hour more in autumn
    expect(after(wait(1, "days"), "2026-03-28T12:00:00Z")).toBe("2026-03-29T11:00:00.000Z");
    expect(after(wait(1, "weeks"), "2026-10-20T11:00:00Z")).toBe("2026-10-27T12:00:00.000Z");
  });

  test("that would end at an hour which the clocks leave out ends an hour later", () => {
    expect(after(wait(1, "days"), "2026-03-28T01:30:00Z")).toBe("2026-03-29T01:30:00.000Z");
  });

  test("in months goes by the calendar and knows short months and leap years", () => {
    expect(after(wait(1, "months"), "2026-11-23T09:00:00Z")).toBe("2026-12-23T09:00:00.000Z");
    expect(after(wait(1, "months"), "2027-01-31T09:00:00Z")).toBe("2027-02-28T09:00:00.000Z");
    expect(after(wait(1, "months"), "2028-01-31T09:00:00Z")).toBe("2028-02-29T09:00:00.000Z");
    expect(after(wait(12, "months"), "2028-02-29T09:00:00Z")).toBe("2029-02-28T09:00:00.000Z");
  });

  test("goes by the agency's calendar, not by that of UTC", () => {
    // still the 31st of January in New York
    expect(after(wait(1, "months"), "2027-02-01T03:00:00Z", NEW_YORK)).toBe("2027-03-01T03:00:00.000Z");
    expect(after(wait(1, "months"), "2027-02-01T03:00:00Z")).toBe("2027-03-01T03:00:00.000Z");
    expect(after(wait(1, "months"), "2026-12-31T23:30:00Z")).toBe("2027-01-31T23:30:00.000Z");
  });
});

describe("a wait until a weekday and hour", () => {
  test("ends at the next such moment in the agency's time zone", () => {
    // Monday 23 November 2026, 12:00 UTC
    expect(after(until(1, 15), "2026-11-23T12:00:00Z")).toBe("2026-11-23T14:00:00.000Z");
    expect(after(until(1, 9), "2026-11-23T12:00:00Z")).toBe("2026-11-30T08:00:00.000Z");
    expect(after(until(7, 0), "2026-11-23T12:00:00Z")).toBe("2026-11-28T23:00:00.000Z");
    expect(after(until(1, 9), "2026-11-23T12:00:00Z", NEW_YORK)).toBe("2026-11-23T14:00:00.000Z");
  });

  test("takes the weekday from the agency's calendar", () => {
    // Monday in Tokyo already, where it is 9:00 in an hour
    expect(after(until(1, 9), "2026-11-22T23:00:00Z", "Asia/Tokyo")).toBe("2026-11-23T00:00:00.000Z");
  });

  test("that begins at such a moment ends a week later", () => {
    expect(after(until(1, 9), "2026-11-23T08:00:00Z")).toBe("2026-11-30T08:00:00.000Z");
  });

  test("ends at the hour on the clock across a change of clocks", () => {
    expect(after(until(1, 9), "2026-03-27T12:00:00Z")).toBe("2026-03-30T07:00:00.000Z");
    expect(after(until(1, 9), "2026-10-23T12:00:00Z")).toBe("2026-10-26T08:00:00.000Z");
  });

  test("takes the hour after one that the clocks leave out, and the first of one that comes twice", () => {
    expect(after(until(7, 2), "2026-03-28T12:00:00Z")).toBe("2026-03-29T01:00:00.000Z");
    expect(after(until(7, 2), "2026-10-24T12:00:00Z")).toBe("2026-10-25T00:00:00.000Z");
    // between the two of them it is the one of next week
    expect(after(until(7, 2), "2026-10-25T00:30:00Z")).toBe("2026-11-01T01:00:00.000Z");
  });
});

describe("quiet hours", () => {
  const quiet = (from: number, to: number, now: string, timeZone = BERLIN) =>
    endOfQuietHours({ from, to }, new Date(now), timeZone)?.toISOString();

  test("of equal hours are none", () => {
    expect(quiet(0, 0, "2026-11-23T00:00:00Z")).toBeUndefined();
    expect(quiet(9, 9, "2026-11-23T08:10:00Z")).toBeUndefined();
  });

  test("within a day end on that day", () => {
    expect(quiet(12, 14, "2026-11-23T11:30:00Z")).toBe("2026-11-23T13:00:00.000Z");
    expect(quiet(12, 14, "2026-11-23T13:00:00Z")).toBeUndefined();
    expect(quiet(12, 14, "2026-11-23T10:59:00Z")).toBeUndefined();
  });

  test("over midnight end in the morning, whichever side of midnight it is", () => {
    expect(quiet(20, 8, "2026-11-23T21:00:00Z")).toBe("2026-11-24T07:00:00.000Z");
    expect(quiet(20, 8, "2026-11-24T02:00:00Z")).toBe("2026-11-24T07:00:00.000Z");
    expect(quiet(20, 8, "2026-11-23T19:00:00Z")).toBe("2026-11-24T07:00:00.000Z");
    expect(quiet(20, 8, "2026-11-23T18:59:00Z")).toBeUndefined();
    expect(quiet(20, 8, "2026-11-24T07:00:00Z")).toBeUndefined();
  });

  test("until midnight end with the day", () => {
    expect(quiet(20, 0, "2026-11-23T20:00:00Z")).toBe("2026-11-23T23:00:00.000Z");
  });

  test("end at the hour on the clock in the night in which clocks change, always later than now", () => {
    expect(quiet(20, 8, "2026-03-28T22:00:00Z")).toBe("2026-03-29T06:00:00.000Z");
    expect(quiet(20, 8, "2026-10-24T22:00:00Z")).toBe("2026-10-25T07:00:00.000Z");
    for (let minute = 0; minute < 48 * 60; minute += 7)
      for (let to = 0; to < 24; to++) {
        const now = new Date(Date.UTC(2026, 9, 24, 0, minute));
        const end = endOfQuietHours({ from: 12, to }, now, BERLIN);
        if (end) expect(end.getTime()).toBeGreaterThan(now.getTime());
      }
  });
});
