// Colours: what is read as one, how it is measured, and that nothing else ever becomes style.
import fc from "fast-check";
import { expect, it } from "vitest";
import { brandRules, contrast, onBrand, parseColor, readColor } from "../../src/models/brand-colors.ts";

it.each([
  ["#1F4FCC", "#1f4fcc"],
  [" 1f4fcc ", "#1f4fcc"],
  ["#abc", "#aabbcc"],
  ["red", undefined],
  ["#1f4fc", undefined],
  ["#1f4fcc;}", undefined],
  ["#1f4fcc\n", "#1f4fcc"],
  ["rgb(0,0,0)", undefined],
  ["", undefined],
])("%j is read as %s", (text, color) => {
  expect(parseColor(text)).toBe(color);
});

it("is measured as WCAG has it", () => {
  expect(contrast("#ffffff", "#000000")).toBe(21);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
  expect(readColor("#f3c530")).toMatchObject({ text: "black" });
  expect(readColor("#1f4fcc")).toMatchObject({ text: "white" });
});

it("whatever it is, black or white reads on it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffff }), (value) => {
      const color = `#${value.toString(16).padStart(6, "0")}`;
      expect(contrast(color, onBrand(color))).toBeGreaterThanOrEqual(4.5);
    }),
  );
});

it("that is none becomes black, so that no text ever becomes a rule", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(brandRules(text)).toMatch(
        /^:root\{--brand:#[0-9a-f]{6}\}\n\[data-brand\]\{--on-brand:#(000000|ffffff)\}\n$/,
      );
    }),
  );
});
