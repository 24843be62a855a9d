// Moments and lifetimes as e-mails say them, and the colours that a brand becomes.

import fc from "fast-check";
import { expect, test } from "vitest";
import { contrast, palette } from "../../emails/palette.ts";
import { lifetime, until, untilMoment } from "../../emails/words.ts";

test.each([
  [600, "10 minutes"],
  [1800, "30 minutes"],
  [3600, "1 hour"],
  [5400, "90 minutes"],
  [86_400, "24 hours"],
  [259_200, "3 days"],
  [1_209_600, "14 days"],
  [60, "1 minute"],
])("%d seconds are %s", (seconds, words) => {
  expect(lifetime(seconds)).toBe(words);
});

const now = new Date("2026-11-23T09:04:00Z");

test("a link that works for more than two days ends on a day, a shorter one at a moment in a named zone", () => {
  expect(until(new Date("2026-12-07T09:04:00Z"), now)).toBe("Monday 7 December");
  expect(until(new Date("2026-11-24T09:04:00Z"), now)).toBe("Tuesday 24 November, 09:04 UTC");
  expect(until(new Date("2026-11-24T09:04:00Z"), now, "Europe/London")).toBe("Tuesday 24 November, 09:04 GMT");
  expect(untilMoment(new Date("2026-11-23T23:30:00Z"), "Asia/Tokyo")).toMatch(/^Tuesday 24 November, 08:30 /);
});

test("whatever the brand colour, the button's label and the links can be read, light and dark", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffff }), (number) => {
      const colors = palette(`#${number.toString(16).padStart(6, "0")}`);
      expect(contrast(colors.onBrand, colors.brand)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colors.link, "#ffffff")).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colors.linkOnDark, "#1a1b1f")).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colors.edgeOnDark, "#1a1b1f")).toBeGreaterThanOrEqual(3);
      expect(contrast(colors.edge, "#ffffff")).toBeGreaterThanOrEqual(3);
    }),
    { numRuns: 2000 },
  );
});
