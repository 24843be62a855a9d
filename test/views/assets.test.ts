// The static files as browsers get them.
import { brotliDecompressSync } from "node:zlib";
import { Hono } from "hono";
import { beforeAll, describe, expect, it } from "vitest";
import { accepts, asset, loadAssets, serveAsset } from "../../src/web/assets.ts";
import { iconNames } from "../../views/ui/icon.tsx";

const app = new Hono().get("/static/*", serveAsset);
const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });

beforeAll(() => loadAssets());

describe("a static file", () => {
  it("is named by its content and may be kept for ever", async () => {
    const url = asset("app.css");
    expect(url).toMatch(/^\/static\/app\.[\w-]{12}\.css$/);
    const response = await get(url);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("is not sent again to who has it", async () => {
    const url = asset("js/portico.js");
    const etag = (await get(url)).headers.get("etag") ?? "";
    const response = await get(url, { "if-none-match": `"other", W/${etag}` });
    expect(response.status).toBe(304);
    expect(await response.text()).toBe("");
    expect((await get(url, { "if-none-match": '"other"' })).status).toBe(200);
  });

  it("goes out compressed to who takes it, and is the same file", async () => {
    const url = asset("js/htmx.js");
    const plain = Buffer.from(await (await get(url)).arrayBuffer());
    await expect
      .poll(async () => (await get(url, { "accept-encoding": "gzip, br" })).headers.get("content-encoding"))
      .toBe("br");
    const response = await get(url, { "accept-encoding": "gzip, br" });
    expect(response.headers.get("vary")).toBe("accept-encoding");
    expect(brotliDecompressSync(Buffer.from(await response.arrayBuffer())).equals(plain)).toBe(true);
    expect((await get(url, { "accept-encoding": "br;q=0, gzip" })).headers.get("content-encoding")).toBe("gzip");
    expect((await get(url, { "accept-encoding": "identity" })).headers.get("content-encoding")).toBeNull();
  });

  it.each([
    "/static/app.css",
    "/static/../package.json",
    "/static/%2e%2e/package.json",
    "/static/..%2fpackage.json",
    "/static/js/portico.AAAAAAAAAAAA.js",
    "/static/",
  ])("is nothing else: %s", async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it("has every block of the style sheet in its layer, the order of layers first", async () => {
    const css = await (await get(asset("app.css"))).text();
    expect(css.indexOf("@layer reset, tokens, base, layout, components, portal, utilities;")).toBeLessThan(
      css.indexOf("@layer tokens {"),
    );
    expect(css.indexOf(".btn {")).toBeGreaterThan(0);
    expect(css.indexOf(".sr-only {")).toBeGreaterThan(css.indexOf(".tabbar"));
  });

  it("draws every icon that has a name", async () => {
    const svg = await (await get(asset("img/icons.svg"))).text();
    const drawn = [...svg.matchAll(/<symbol id="i-(\w+)"/g)].map(([, name]) => name);
    expect(new Set(drawn)).toEqual(new Set(iconNames));
    expect(drawn).toHaveLength(iconNames.length);
  });
});

describe("Accept-Encoding", () => {
  it.each([
    [undefined, false],
    ["br", true],
    ["gzip, deflate, br", true],
    ["br;q=0", false],
    ["br;q=0.0, *", false],
    ["*;q=0", false],
    ["*", true],
    ["BR ; Q=0.5", true],
    ["brotli", false],
  ])("%s takes brotli: %s", (header, taken) => {
    expect(accepts(header, "br")).toBe(taken);
  });
});
