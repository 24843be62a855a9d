// The readable colours of one brand colour, computed here because mail clients know no color-mix().

import type { Palette } from "./types.ts";

const DEFAULT = "#00684e";
const WHITE = "#ffffff";
const BLACK = "#000000";
/** The card in dark mode, as the layout draws it. */
const DARK_CARD = "#1a1b1f";

type Rgb = readonly [number, number, number];

const channels = (hex: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
const hex = (rgb: Rgb) => `#${rgb.map((channel) => Math.round(channel).toString(16).padStart(2, "0")).join("")}`;

// WCAG 2.2, relative luminance
function luminance(color: string): number {
  const [r, g, b] = channels(color).map((channel) => {
    const part = channel / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG contrast ratio of two `#rrggbb` colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** `color` moved towards `towards` just until it reaches `ratio` on `ground`. */
function readable(color: string, ground: string, towards: string, ratio: number): string {
  const [from, to] = [channels(color), channels(towards)];
  for (let step = 0; step < 20; step++) {
    const mixed = hex(
      [0, 1, 2].map((at) => from[at]! + ((to[at]! - from[at]!) * step) / 20) as [number, number, number],
    );
    if (contrast(mixed, ground) >= ratio) return mixed;
  }
  return towards;
}

/** The brand colour in lower case; a value that is not `#rrggbb` is the default, so nothing else reaches a style attribute. */
export function brandColor(color: string | null): string {
  return color && /^#[0-9a-f]{6}$/i.test(color) ? color.toLowerCase() : DEFAULT;
}

/** The colours of a brand, from a colour that `brandColor` gave. */
export function palette(brand: string): Palette {
  return {
    brand,
    onBrand: contrast(WHITE, brand) >= contrast(BLACK, brand) ? WHITE : BLACK,
    edge: readable(brand, WHITE, BLACK, 3),
    edgeOnDark: readable(brand, DARK_CARD, WHITE, 3),
    link: readable(brand, WHITE, BLACK, 4.5),
    linkOnDark: readable(brand, DARK_CARD, WHITE, 4.5),
  };
}
