// The words for moments.
import { describe, expect, it } from "vitest";
import { Moment, MomentOrNever, momentText } from "../../views/ui/moment.tsx";
import { drawn } from "../support/drawn.ts";

const now = new Date("2026-11-23T12:00:00Z");
const text = (at: string, options = {}) => momentText(new Date(at), { now, ...options });

describe("a moment", () => {
  it.each([
    ["2026-11-23T09:12:00Z", "Today, 09:12"],
    ["2026-11-22T16:40:00Z", "Yesterday, 16:40"],
    ["2026-11-24T00:05:00Z", "Tomorrow, 00:05"],
    ["2026-11-20T14:40:00Z", "20 Nov, 14:40"],
    ["2026-09-01T07:03:00Z", "1 Sep, 07:03"],
    ["2025-11-03T10:00:00Z", "3 Nov 2025"],
    ["2025-12-31T23:59:00Z", "31 Dec 2025"],
  ])("at %s reads %s", (at, words) => {
    expect(text(at)).toBe(words);
  });

  it("follows the reader's zone across midnight", () => {
    expect(text("2026-11-22T23:30:00Z", { zone: "Europe/Berlin" })).toBe("Today, 00:30");
    expect(text("2026-11-23T03:00:00Z", { zone: "America/New_York" })).toBe("Yesterday, 22:00");
  });

  it("counts days, not hours, where the clocks change", () => {
    const after = new Date("2026-10-25T22:30:00Z");
    expect(momentText(new Date("2026-10-24T22:30:00Z"), { now: after, zone: "Europe/Berlin" })).toBe("Today, 00:30");
    expect(momentText(new Date("2026-10-24T21:30:00Z"), { now: after, zone: "Europe/Berlin" })).toBe(
      "Yesterday, 23:30",
    );
  });

  it("leaves the time out where only the day matters", () => {
    expect(text("2026-11-20T14:40:00Z", { precision: "day" })).toBe("20 Nov");
    expect(text("2026-11-23T09:12:00Z", { precision: "day" })).toBe("Today");
  });

  it("names the weekday of what lies ahead", () => {
    expect(text("2026-11-23T14:50:00Z", { weekday: true })).toBe("Mon 23 Nov, 14:50");
  });

  it("is small inside a sentence", () => {
    expect(text("2026-11-22T16:40:00Z", { inSentence: true })).toBe("yesterday, 16:40");
    expect(text("2026-11-20T14:40:00Z", { inSentence: true })).toBe("20 Nov, 14:40");
  });

  it("refuses a zone that does not exist", () => {
    expect(() => text("2026-11-20T14:40:00Z", { zone: "Mars/Olympus" })).toThrow(RangeError);
  });

  it("carries its exact time for machines, and Never where there is none", async () => {
    expect(await drawn(<Moment at={now} now={now} />)).toBe('<time datetime="2026-11-23T12:00Z">Today, 12:00</time>');
    expect(await drawn(<MomentOrNever at={null} now={now} />)).toContain("Never");
  });
});
