// The style sheet of one agency's portal: its colour, and black or white on it, whichever reads better.
import { createHash } from "node:crypto";
import { portal } from "../../paths.ts";
import type { PortalContext, PortalRoute } from "../../web/route.ts";

const WHITE = "#ffffff";
const BLACK = "#000000";

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

function theme(c: PortalContext): Response {
  const { brandColor } = c.get("portal");
  // What a column's check lets through is checked again where it becomes style.
  const brand = /^#[0-9a-f]{6}$/.test(brandColor) ? brandColor : BLACK;
  const css = `:root{--brand:${brand}}\n[data-brand]{--on-brand:${onBrand(brand)}}\n`;
  const etag = `"${createHash("sha256").update(css).digest("base64url").slice(0, 12)}"`;
  const headers = { etag, "cache-control": "private, max-age=300", "content-type": "text/css; charset=utf-8" };
  if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
  return c.body(css, 200, headers);
}

export const themeRoutes: readonly PortalRoute[] = [
  { method: "get", path: portal.theme(), needs: "anyone", handler: theme },
];
