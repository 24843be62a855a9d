// An agency's logo and favicon: what people upload is decoded under limits and drawn anew, so that nothing but pixels gets through.
import { createHash } from "node:crypto";
import { sql } from "kysely";
import pLimit from "p-limit";
import type { AgencyDb, AgencyReader, Logo } from "../db/schema.ts";
import { Busy } from "./errors.ts";

/** The largest file that is taken, in bytes, and the longest side in pixels (rules.md §9). */
export const IMAGE_BYTES = 1024 * 1024;
export const IMAGE_SIDE = 2048;
const SMALLEST_SIDE = 16;

const STILL = "Use an image that does not move.";

export type ImageUse = "logo" | "favicon";

/** A PNG of ours, named by its hash. */
export type BrandImage = Logo & { bytes: Buffer };

// Twice and more what any page shows.
const shapes = {
  logo: { width: 600, height: 200, fit: "inside", withoutEnlargement: true },
  favicon: { width: 96, height: 96, fit: "contain", background: { r: 0, g: 0, b: 0, alpha: 0 } },
} as const;

// One picture of the largest size takes some 16 MB while it is read.
const WAITING = 8;
const queue = pLimit(1);

const DAMAGED = "This image is damaged and could not be read.";

/**
 * Draws an uploaded file anew as a PNG without metadata, or says in words for the form why it is refused. Decoding runs one image
 * at a time, so memory does not grow with uploads; throws Busy when too many wait. Never inside a transaction.
 */
export async function drawBrandImage(file: Uint8Array, use: ImageUse): Promise<BrandImage | { error: string }> {
  const error = refuseFile(file);
  if (error) return { error };
  if (queue.pendingCount >= WAITING) throw new Busy("Too many images are being read at this moment.", 5);
  return queue(() => draw(file, use));
}

type Format = "png" | "jpeg" | "webp";
const ascii = (file: Uint8Array, from: number, to: number) => Buffer.from(file.subarray(from, to)).toString("latin1");

/** What a file says it is by its first bytes; its name and its declared type say nothing. */
function formatOf(file: Uint8Array): Format | undefined {
  if (ascii(file, 0, 8) === "\x89PNG\r\n\x1a\n") return "png";
  if (ascii(file, 0, 3) === "\xff\xd8\xff") return "jpeg";
  if (ascii(file, 0, 4) === "RIFF" && ascii(file, 8, 12) === "WEBP") return "webp";
  return undefined;
}

function refuseFile(file: Uint8Array): string | undefined {
  if (file.length > IMAGE_BYTES) return "Use an image of 1 MB or less.";
  const format = formatOf(file);
  if (!format && /<svg[\s>]/i.test(ascii(file, 0, 1000)))
    return "SVG can hold more than a picture. Use a PNG, JPEG or WebP image.";
  if (!format) return "Use a PNG, JPEG or WebP image.";
  // An animated PNG announces itself before its pixels; decoders show its first frame and say nothing.
  if (format === "png" && pngChunks(file).includes("acTL")) return STILL;
  return undefined;
}

function pngChunks(file: Uint8Array): string[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const names: string[] = [];
  for (let at = 8; at + 8 <= file.length; at += 12 + view.getUint32(at)) names.push(ascii(file, at + 4, at + 8));
  return names;
}

// A native library of many megabytes: only a process that is given an image pays for it.
type Sharp = typeof import("sharp").default;
let loading: Promise<Sharp> | undefined;

async function loadSharp(): Promise<Sharp> {
  const { default: sharp } = await import("sharp");
  sharp.cache(false);
  sharp.concurrency(1);
  // The library opens many formats by content; everything but these three stays shut, whatever the first bytes said.
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({
    operation: ["Png", "Jpeg", "Webp"].map((format) => `VipsForeignLoad${format}Buffer`),
  });
  return sharp;
}

async function draw(file: Uint8Array, use: ImageUse): Promise<BrandImage | { error: string }> {
  loading ??= loadSharp();
  const sharp = await loading;
  const opened = { failOn: "error", limitInputPixels: IMAGE_SIDE * IMAGE_SIDE, sequentialRead: true } as const;
  try {
    const { width, height, pages = 1 } = await sharp(file, { ...opened, limitInputPixels: false }).metadata();
    if (width > IMAGE_SIDE || height > IMAGE_SIDE)
      return { error: `Use an image of at most ${IMAGE_SIDE} px a side; this one is ${width} by ${height}.` };
    if (Math.min(width, height) < SMALLEST_SIDE)
      return { error: `Use an image of ${SMALLEST_SIDE} px a side or more.` };
    if (pages > 1) return { error: STILL };
    const pixels = await sharp(file, opened)
      .timeout({ seconds: 10 })
      .autoOrient()
      .resize(shapes[use])
      .toColourspace("srgb")
      .ensureAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    if (isInvisible(pixels.data)) return { error: "There is nothing to see in this image: it is all transparent." };
    // From bare pixels, so that there is nothing of the file to carry over.
    const raw = { width: pixels.info.width, height: pixels.info.height, channels: 4 } as const;
    const bytes = await sharp(pixels.data, { raw }).png({ compressionLevel: 9 }).toBuffer();
    const hash = createHash("sha256").update(bytes).digest("base64url");
    return { hash, bytes, width: raw.width, height: raw.height, ground: groundOf(pixels.data) };
  } catch {
    return { error: DAMAGED };
  }
}

function isInvisible(pixels: Uint8Array): boolean {
  for (let at = 3; at < pixels.length; at += 4) if (pixels[at]) return false;
  return true;
}

/** The ground on which an image with holes reads: dark under a light one. Null when it has next to none. */
function groundOf(pixels: Uint8Array): Logo["ground"] {
  let seen = 0;
  let light = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = pixels[at + 3] ?? 0;
    seen += alpha;
    light += alpha * (0.2126 * (pixels[at] ?? 0) + 0.7152 * (pixels[at + 1] ?? 0) + 0.0722 * (pixels[at + 2] ?? 0));
  }
  if (seen > 0.98 * 255 * (pixels.length / 4)) return null;
  return light > 0.6 * 255 * seen ? "dark" : "light";
}

/** Keeps an image under its hash until it is saved with a brand, or for a day. */
export async function keepBrandImage(db: AgencyDb, { hash, bytes, width, height, ground }: BrandImage): Promise<void> {
  await db
    .insertInto("brand_images")
    .values({ hash, bytes, width, height, ground })
    .onConflict((conflict) => conflict.columns(["agency_id", "hash"]).doUpdateSet({ created_at: sql<Date>`now()` }))
    .execute();
}

/** What a page needs to draw the image with this hash, or undefined. */
export async function findLogo(db: AgencyReader, hash: string): Promise<Logo | undefined> {
  return await db
    .selectFrom("brand_images")
    .select(["hash", "width", "height", "ground"])
    .where("hash", "=", hash)
    .executeTakeFirst();
}

/** The PNG with this hash, or undefined; with `saved` only one that clients have seen or could have. */
export async function findBrandImage(
  db: AgencyReader,
  hash: string,
  { saved }: { saved: boolean },
): Promise<Buffer | undefined> {
  const image = await db
    .selectFrom("brand_images")
    .select("bytes")
    .where("hash", "=", hash)
    .$if(saved, (query) => query.where("saved_at", "is not", null))
    .executeTakeFirst();
  return image?.bytes;
}

/** Marks images as saved with a brand: from now on they stay. */
export async function saveBrandImages(db: AgencyDb, hashes: readonly string[]): Promise<void> {
  if (hashes.length === 0) return;
  await db
    .updateTable("brand_images")
    .set({ saved_at: sql<Date>`now()` })
    .where("hash", "in", hashes)
    .where("saved_at", "is", null)
    .execute();
}

/** Deletes what was chosen a day ago and never saved. */
export async function deleteUnsavedBrandImages(db: AgencyDb): Promise<void> {
  await db
    .deleteFrom("brand_images")
    .where("saved_at", "is", null)
    .where("created_at", "<", sql<Date>`now() - interval '1 day'`)
    .execute();
}
