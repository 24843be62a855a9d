// Finds a Chromium for the browser tests; where there is none, installs Debian's as root, or unpacks one that npm carries.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge-stable"];

function onPath() {
  for (const folder of (process.env.PATH ?? "").split(path.delimiter).filter(Boolean)) {
    for (const name of NAMES) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {}
    }
  }
  return undefined;
}

async function playwrightsOwn() {
  const { chromium } = await import("playwright");
  const file = chromium.executablePath();
  return existsSync(file) ? file : undefined;
}

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] }).status === 0;
}

/** The path of a browser, or undefined. `CHROMIUM_PATH` decides when it is set; a wrong one is an error. */
export async function findBrowser() {
  const given = process.env.CHROMIUM_PATH;
  if (given && !existsSync(given)) throw new Error(`CHROMIUM_PATH names ${given}, which is not there.`);
  return given || onPath() || (await playwrightsOwn());
}

// A Chromium inside an npm package, for Linux on x64: fetched on demand, because nobody with a browser should carry 65 MB more.
const PORTABLE = "@sparticuz/chromium@153.0.0";
const cache = path.resolve(import.meta.dirname, "..", ".cache", "chromium");

export async function portable() {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const entry = path.join(cache, "node_modules", "@sparticuz", "chromium");
  if (!existsSync(entry)) {
    console.log(`Fetching a browser for the tests (${PORTABLE})…`);
    mkdirSync(cache, { recursive: true });
    const args = [
      "install",
      "--prefix",
      cache,
      "--no-save",
      "--no-audit",
      "--no-fund",
      "--ignore-scripts",
      "--loglevel=error",
      PORTABLE,
    ];
    const { status } = spawnSync("npm", args, { cwd: cache, stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) return undefined;
  }
  // Told that it runs where no libraries are, it brings its own and sets LD_LIBRARY_PATH, which the tests inherit.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= "nodejs24.x";
  const file = createRequire(path.join(cache, "package.json")).resolve("@sparticuz/chromium");
  const { default: chromium } = await import(pathToFileURL(file).href);
  return await chromium.executablePath();
}

/** As findBrowser; where there is none, installs one if that can be had. */
export async function ensureBrowser() {
  const found = await findBrowser();
  if (found) return found;
  if (process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.log("Installing Chromium for the browser tests (apt-get install chromium)…");
    const installed = apt("update", "-qq") && apt("install", "-y", "-qq", "--no-install-recommends", "chromium");
    const own = installed ? onPath() : undefined;
    if (own) return own;
  }
  return await portable().catch((error) => {
    console.log(error.message);
  });
}
