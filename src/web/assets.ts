// The static files: read once, named by the hash of their content, compressed in the background, cached by browsers for ever.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Handler } from "hono";
import { setAssets } from "../../views/ui/assets.ts";

type Encoding = "br" | "gzip";
type Asset = { body: Buffer; type: string; etag: string; compressed: Partial<Record<Encoding, Buffer>> };

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml; charset=utf-8",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};
const alreadyCompressed = new Set([".png", ".webp", ".woff2"]);
const order = ["tokens", "reset", "base", "layout", "components/", "portal", "utilities"];

const urls = new Map<string, string>();
const files = new Map<string, Asset>();

// Beside the sources in development; in the bundle's own folder in production.
function staticFolder(): string {
  const here = import.meta.dirname;
  return path.basename(here) === "web" ? path.resolve(here, "../../static") : path.join(here, "static");
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .toSorted();
}

/** All style sheets as one, in the order that the cascade within a layer relies on. */
function styleSheet(folder: string): Buffer {
  const names = filesIn(folder);
  const parts = order.flatMap((part) =>
    names.filter((name) => (part.endsWith("/") ? name.startsWith(part) : name === `${part}.css`)),
  );
  return Buffer.from(parts.map((name) => readFileSync(path.join(folder, name), "utf8")).join("\n"));
}

// A bundle has no packages beside it: its build puts a copy among the static files.
function htmx(folder: string): Buffer {
  const copy = path.join(folder, "js/vendor/htmx.min.js");
  return readFileSync(existsSync(copy) ? copy : createRequire(import.meta.url).resolve("htmx.org/dist/htmx.min.js"));
}

function add(name: string, body: Buffer): void {
  const extension = path.extname(name);
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 12);
  const url = `/static/${name.slice(0, -extension.length)}.${hash}${extension}`;
  const asset: Asset = {
    body,
    type: types[extension] ?? "application/octet-stream",
    etag: `"${hash}"`,
    compressed: {},
  };
  urls.set(name, url);
  files.set(url, asset);
  if (!alreadyCompressed.has(extension)) void compress(asset);
}

// In the background, so that starting does not wait for it; until it is done the file goes out as it is.
async function compress({ body, compressed }: Asset): Promise<void> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: body.length };
  compressed.gzip = await promisify(gzip)(body);
  compressed.br = await promisify(brotliCompress)(body, { params });
}

/** Reads every static file and hands their addresses to the views; once a process, later calls do nothing. */
export function loadAssets(folder: string = staticFolder()): void {
  if (files.size > 0) return;
  add("app.css", styleSheet(path.join(folder, "css")));
  add("js/htmx.js", htmx(folder));
  for (const kind of ["js", "img"])
    for (const name of filesIn(path.join(folder, kind)))
      add(`${kind}/${name}`, readFileSync(path.join(folder, kind, name)));
  setAssets(urls);
}

/** The address of a static file by its name under `static/`; throws for a name that is not served. */
export function asset(name: string): string {
  const url = urls.get(name);
  if (url === undefined) throw new Error(`No asset is called ${name}`);
  return url;
}

/** Whether an Accept-Encoding header takes a coding; a weight of zero refuses it (RFC 9110 §12.5.3). */
export function accepts(header: string | undefined, coding: Encoding): boolean {
  let any = false;
  for (const item of (header ?? "").toLowerCase().split(",")) {
    const [name, ...parameters] = item.split(";").map((part) => part.trim());
    const weight = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
    if (name === coding) return weight > 0;
    if (name === "*") any = weight > 0;
  }
  return any;
}

function choose(asset: Asset, header: string | undefined): { body: Buffer; encoding?: Encoding } {
  for (const encoding of ["br", "gzip"] as const) {
    const body = asset.compressed[encoding];
    if (body && body.length < asset.body.length && accepts(header, encoding)) return { body, encoding };
  }
  return { body: asset.body };
}

/** Whether an If-None-Match header names this entity (RFC 9110 §13.1.2, weak comparison). */
function known(header: string | undefined, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}

/** Serves what lies under `/static/`; 404 for every path that is not a current hashed name. */
export const serveAsset: Handler = (c) => {
  const found = files.get(c.req.path);
  if (!found) return c.notFound();
  const headers = {
    "content-type": found.type,
    etag: found.etag,
    "cache-control": "public, max-age=31536000, immutable",
    vary: "accept-encoding",
    "x-content-type-options": "nosniff",
  };
  if (known(c.req.header("if-none-match"), found.etag)) return c.body(null, 304, headers);
  const { body, encoding } = choose(found, c.req.header("accept-encoding"));
  return c.body(new Uint8Array(body), 200, encoding ? { ...headers, "content-encoding": encoding } : headers);
};
