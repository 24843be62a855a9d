// Uploaded images: what is taken and drawn anew, what is refused and why, and that no picture makes memory grow.
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import {
  deleteUnsavedBrandImages,
  drawBrandImage,
  findBrandImage,
  IMAGE_BYTES,
  keepBrandImage,
  saveBrandImages,
} from "../../src/models/brand-images.ts";
import { databaseForTest, insertAgency } from "../support/database.ts";
import { blank, disc, handmadePng, movingWebp, photographed, plain, pngChunk } from "../support/images.ts";

async function drawn(file: Uint8Array, use: "logo" | "favicon" = "logo") {
  const image = await drawBrandImage(file, use);
  if ("error" in image) throw new Error(image.error);
  return image;
}

describe("an image", () => {
  it.each(["png", "jpeg", "webp"] as const)("is taken as %s and becomes a PNG of ours", async (format) => {
    const image = await drawn(await plain(format));
    const { format: became, width, height } = await sharp(image.bytes).metadata();
    expect({ became, width, height }).toEqual({ became: "png", width: 120, height: 120 });
    expect(image).toMatchObject({ width: 120, height: 120, ground: null });
    expect(image.hash).toMatch(/^[\w-]{43}$/);
  });

  it("comes out of a printer's colours in those of a screen", async () => {
    const paper = await sharp(await plain("jpeg", { background: "#c81e1e" }))
      .toColourspace("cmyk")
      .jpeg()
      .toBuffer();
    expect((await sharp(paper).metadata()).space).toBe("cmyk");
    expect(await sharp((await drawn(paper)).bytes).metadata()).toMatchObject({ space: "srgb", channels: 4 });
  });

  it("is made small enough for a page, and square for a browser's tab", async () => {
    const file = await plain("png", { width: 2000, height: 500 });
    expect(await drawn(file)).toMatchObject({ width: 600, height: 150 });
    expect(await drawn(file, "favicon")).toMatchObject({ width: 96, height: 96 });
  });

  it("has the same name whenever it has the same pixels", async () => {
    const file = await plain("png");
    expect((await drawn(file)).hash).toBe((await drawn(file)).hash);
    expect((await drawn(file)).hash).not.toBe((await drawn(await plain("png", { background: "#00ff00" }))).hash);
  });

  it("loses what a camera wrote into it, after it was turned as that says", async () => {
    const file = await photographed();
    expect(file.toString("latin1")).toContain("Secret Owner");
    const image = await drawn(file);
    expect(image).toMatchObject({ width: 60, height: 120 });
    expect(image.bytes.toString("latin1")).not.toMatch(/Secret Owner|eXIf|iCCP|tEXt|GPS/);
  });

  it("loses what is hidden behind it", async () => {
    const file = Buffer.concat([await plain("png"), Buffer.from("<script>alert(1)</script>")]);
    expect((await drawn(file)).bytes.includes("<script>")).toBe(false);
  });

  it("with holes knows the ground on which it reads", async () => {
    expect((await drawn(disc(255))).ground).toBe("dark");
    expect((await drawn(disc(20))).ground).toBe("light");
  });
});

describe("an image is refused", () => {
  const ONE_OF_THREE = "Use a PNG, JPEG or WebP image.";
  it.each<[string, () => Uint8Array | Promise<Uint8Array>, string]>([
    ["when it is empty", () => new Uint8Array(), ONE_OF_THREE],
    ["when it is a GIF", () => Buffer.from("GIF89a\x01\x00\x01\x00"), ONE_OF_THREE],
    ["when it is a page", () => Buffer.from("<!doctype html><img>"), ONE_OF_THREE],
    [
      "when it is a TIFF",
      () =>
        sharp(blank(32, 32).subarray(0, 4096), { raw: { width: 32, height: 32, channels: 4 } })
          .tiff()
          .toBuffer(),
      ONE_OF_THREE,
    ],
    [
      "when it is drawn in SVG",
      () => Buffer.from('<?xml version="1.0"?>\n<svg onload="x()"/>'),
      "SVG can hold more than a picture.",
    ],
    ["when it only begins like a JPEG", () => Buffer.from("\xff\xd8\xff<svg onload=alert(1)>", "latin1"), "damaged"],
    ["when it is cut off", async () => (await plain("png", { width: 300 })).subarray(0, 80), "damaged"],
    ["when it moves, as a WebP", movingWebp, "does not move"],
    [
      "when it moves, as a PNG",
      () => handmadePng(64, 64, blank(64, 64), [pngChunk("acTL", Buffer.alloc(8, 1))]),
      "does not move",
    ],
    ["when a side is longer than 2048 px", () => plain("png", { width: 2049, height: 20 }), "this one is 2049 by 20"],
    ["when there is nothing but air in it", () => handmadePng(64, 64, blank(64, 64)), "nothing to see"],
    ["when it can hardly be seen", () => plain("png", { width: 15, height: 200 }), "16 px"],
    [
      "when it is larger than 1 MiB",
      () => Buffer.concat([handmadePng(64, 64, blank(64, 64)), Buffer.alloc(IMAGE_BYTES)]),
      "1 MB",
    ],
  ])("%s", async (_when, file, words) => {
    expect(await drawBrandImage(await file(), "logo")).toEqual({ error: expect.stringContaining(words) });
  });
});

describe("a pixel bomb", () => {
  const zeros = deflateSync(Buffer.alloc(900_000_000));
  const bombs: readonly (readonly [string, () => Buffer | Promise<Buffer>])[] = [
    ["says that it is 50,000 pixels a side", () => handmadePng(50_000, 50_000, Buffer.alloc(1000))],
    ["is 9,000 pixels a side", () => plain("webp", { width: 9000, height: 9000 })],
    [
      "unpacks to 900 MB of pixels",
      () =>
        Buffer.concat([
          handmadePng(64, 64, blank(64, 64)).subarray(0, 33),
          pngChunk("IDAT", zeros),
          pngChunk("IEND", Buffer.alloc(0)),
        ]),
    ],
    [
      "unpacks to 900 MB of text",
      () => handmadePng(64, 64, blank(64, 64), [pngChunk("zTXt", Buffer.concat([Buffer.from("k\0\0"), zeros]))]),
    ],
    [
      "unpacks to a colour profile of 900 MB",
      () => handmadePng(64, 64, blank(64, 64), [pngChunk("iCCP", Buffer.concat([Buffer.from("k\0\0"), zeros]))]),
    ],
  ];

  it.each(bombs)("that %s costs no memory", async (_name, bomb) => {
    await drawn(await plain("png", { width: 2048, height: 2048 }));
    const file = await bomb();
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 2);
    await drawBrandImage(file, "logo").finally(() => clearInterval(watch));
    expect((Math.max(most, process.memoryUsage().rss) - before) / 1e6).toBeLessThan(64);
  });

  it("among twenty at once is read one after the other, or told to wait", async () => {
    const file = await plain("jpeg", { width: 2048, height: 2048 });
    await drawn(file);
    const before = process.memoryUsage().rss;
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => drawBrandImage(file, "logo")));
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(64);
    const told = results.filter((result) => result.status === "rejected");
    expect(told.length).toBeGreaterThan(0);
    expect(told.every(({ reason }) => (reason as Error).name === "Busy")).toBe(true);
    expect(await drawn(file)).toMatchObject({ width: 200, height: 200 });
  });
});

describe("a kept image", () => {
  it("is for its own agency; unsaved it goes after a day, saved it stays", async () => {
    const database = await databaseForTest();
    const [northwind, rivermark] = [
      await insertAgency(database, "northwind", "Northwind"),
      await insertAgency(database, "rivermark", "Rivermark"),
    ].map((id) => database.store(id));
    const [saved, unsaved] = [await drawn(await plain("png")), await drawn(disc(90))];
    await northwind?.write(async (db) => {
      await keepBrandImage(db, saved);
      await keepBrandImage(db, unsaved);
      await saveBrandImages(db, [saved.hash]);
    });
    const find = (store: typeof northwind, hash: string, only: boolean) =>
      store?.read((db) => findBrandImage(db, hash, { saved: only }));
    expect((await find(northwind, saved.hash, true))?.equals(saved.bytes)).toBe(true);
    expect(await find(northwind, unsaved.hash, true)).toBeUndefined();
    expect(await find(northwind, unsaved.hash, false)).toBeDefined();
    expect(await find(rivermark, saved.hash, false)).toBeUndefined();
    await database.owner.query("update brand_images set created_at = now() - interval '25 hours'");
    await northwind?.write((db) => deleteUnsavedBrandImages(db));
    expect(await find(northwind, unsaved.hash, false)).toBeUndefined();
    expect(await find(northwind, saved.hash, false)).toBeDefined();
  });
});
