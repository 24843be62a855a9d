// Finds a Chromium for the browser tests, and on a bare Debian where we are root installs one.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";

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

/** As findBrowser, and where there is none and we may, installs Debian's own package first. */
export async function ensureBrowser() {
  const found = await findBrowser();
  const mayInstall = process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (found || !mayInstall) return found;
  console.log("Installing Chromium for the browser tests (apt-get install chromium)…");
  if (!(apt("update", "-qq") && apt("install", "-y", "-qq", "--no-install-recommends", "chromium")))
    console.log("apt-get could not install it.");
  return await findBrowser();
}
