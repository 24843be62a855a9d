// A brand's colour: read from what people type, and measured against black and white.

const WHITE = "#ffffff";
const BLACK = "#000000";

/** The colour as `#rrggbb` in lower case, from the same with or without `#`, in three digits or six; undefined when it is none. */
export function parseColor(text: string): string | undefined {
  const digits = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1]?.toLowerCase();
  if (!digits) return undefined;
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits}`;
}

// WCAG 2.2, relative luminance.
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The WCAG contrast ratio of two `#rrggbb` colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Black or white, whichever reads better on a `#rrggbb` colour: always 4.5:1 or more. */
export function onBrand(brand: string): string {
  return contrast(WHITE, brand) >= contrast(BLACK, brand) ? WHITE : BLACK;
}

/** What a page says of a colour: the text that goes on it, the ratio of the two, and the ratio of the colour to a white page. */
export type ColorReading = { color: string; text: "white" | "black"; ratio: number; onWhite: number };

/** Measures a `#rrggbb` colour. */
export function readColor(color: string): ColorReading {
  const text = onBrand(color);
  return {
    color,
    text: text === WHITE ? "white" : "black",
    ratio: contrast(text, color),
    onWhite: contrast(color, WHITE),
  };
}

/** The rules that put a colour on what `scope` holds; an empty one brands the document. A value that is no colour becomes black. */
export function brandRules(color: string, scope = ""): string {
  // What a column's check lets through is checked again where it becomes style.
  const brand = /^#[0-9a-f]{6}$/.test(color) ? color : BLACK;
  const branded = scope ? `${scope}[data-brand],${scope} [data-brand]` : "[data-brand]";
  return `${scope || ":root"}{--brand:${brand}}\n${branded}{--on-brand:${onBrand(brand)}}\n`;
}
