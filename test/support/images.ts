// Pictures for tests, good and hostile: drawn by the library that the product uses, or put together byte by byte.
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";

const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/** One chunk of a PNG with its length and checksum. */
export function pngChunk(name: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** A PNG whose header says `width` by `height`, with whatever pixels and chunks it is given. */
export function handmadePng(width: number, height: number, pixels: Uint8Array, chunks: readonly Buffer[] = []): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6], 8);
  const data = pngChunk("IDAT", deflateSync(pixels));
  return Buffer.concat([SIGNATURE, pngChunk("IHDR", header), ...chunks, data, pngChunk("IEND", Buffer.alloc(0))]);
}

/** Transparent pixels for a PNG of this size. */
export const blank = (width: number, height: number): Buffer => Buffer.alloc(height * (width * 4 + 1));

/** A picture of one colour. */
export function plain(
  format: "png" | "jpeg" | "webp",
  { width = 120, height = 120, background = "#1f4fcc" } = {},
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .toFormat(format)
    .toBuffer();
}

/** A JPEG that carries what a camera writes: a place, an owner, a colour profile, an orientation. */
export function photographed(): Promise<Buffer> {
  return sharp({ create: { width: 120, height: 60, channels: 3, background: "#336699" } })
    .withExif({ IFD0: { Copyright: "Secret Owner" }, IFD3: { GPSLatitude: "51/1 30/1 0/1" } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
}

/** A disc of one grey, 0 black to 255 white, on nothing. */
export function disc(grey: number): Buffer {
  const pixels = blank(96, 96);
  for (let y = 0; y < 96; y++)
    for (let x = 0; x < 96; x++)
      if ((x - 48) ** 2 + (y - 48) ** 2 < 1600) pixels.set([grey, grey, grey, 255], y * (96 * 4 + 1) + 1 + x * 4);
  return handmadePng(96, 96, pixels);
}

/** Two frames that move, as a WebP. */
export function movingWebp(): Promise<Buffer> {
  const pixels = Buffer.concat([Buffer.alloc(100 * 100 * 3, 1), Buffer.alloc(100 * 100 * 3, 200)]);
  return sharp(pixels, { raw: { width: 100, height: 200, channels: 3, pageHeight: 100 } })
    .webp({ loop: 0, delay: [100, 100] })
    .toBuffer();
}
