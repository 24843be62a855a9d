// What clothes a portal: the style sheet of its agency's colour, and the agency's own images, each named by its hash.
import { createHash } from "node:crypto";
import { brandRules } from "../../models/brand-colors.ts";
import { findBrandImage } from "../../models/brand-images.ts";
import { NotFound } from "../../models/errors.ts";
import { portal } from "../../paths.ts";
import type { PortalContext, PortalRoute } from "../../web/route.ts";

const FOR_EVER = "max-age=31536000, immutable";

function theme(c: PortalContext): Response {
  const { brandColor, brandVersion } = c.get("portal");
  const css = brandRules(brandColor);
  const etag = `"${createHash("sha256").update(css).digest("base64url").slice(0, 12)}"`;
  // A page of a process that knows a newer brand may ask one that does not yet: what that one says must not be kept.
  const current = c.req.query("v") === String(brandVersion);
  const headers = {
    etag,
    "cache-control": current ? `private, ${FOR_EVER}` : "private, max-age=60",
    "content-type": "text/css; charset=utf-8",
  };
  if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
  return c.body(css, 200, headers);
}

/** The hash in the path of an image, or undefined when it is none. */
export function hashOf(file: string | undefined): string | undefined {
  return /^([\w-]{43})\.png$/.exec(file ?? "")?.[1];
}

async function image(c: PortalContext): Promise<Response> {
  const hash = hashOf(c.req.param("file"));
  const bytes = hash && (await c.get("store").read((db) => findBrandImage(db, hash, { saved: true })));
  if (!bytes) throw new NotFound("No image of this agency has this hash.");
  return c.body(new Uint8Array(bytes), 200, {
    "content-type": "image/png",
    "cache-control": `public, ${FOR_EVER}`,
    // E-mails show it too, and some mail programs are web pages.
    "cross-origin-resource-policy": "cross-origin",
    "content-security-policy": "default-src 'none'; sandbox",
  });
}

export const themeRoutes: readonly PortalRoute[] = [
  { method: "get", path: portal.theme(), needs: "anyone", handler: theme },
  { method: "get", path: "/brand/:file", needs: "anyone", handler: image },
];
