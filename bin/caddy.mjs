// Finds a Caddy for the tests of certificates; where there is none, unpacks Debian's package beside the browser, without installing it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";

const cache = path.resolve(import.meta.dirname, "..", ".cache", "caddy");
const unpacked = path.join(cache, "usr", "bin");

const onPath = () =>
  (process.env.PATH ?? "")
    .split(path.delimiter)
    .filter(Boolean)
    .find((folder) => existsSync(path.join(folder, "caddy")));

const run = (command, ...args) =>
  spawnSync(command, args, { cwd: cache, stdio: "ignore", timeout: 120_000 }).status === 0;

// Installed, the package would start a server on port 80.
function unpack() {
  mkdirSync(cache, { recursive: true });
  if (!run("apt-get", "download", "caddy")) {
    // As root the lists can be had; without them there is nothing to download from.
    if (process.getuid?.() !== 0 || !run("apt-get", "update") || !run("apt-get", "download", "caddy")) return;
  }
  const file = readdirSync(cache).find((name) => name.endsWith(".deb"));
  if (file) run("dpkg", "-x", file, cache);
}

/** The folder that holds `caddy`, or undefined where neither the PATH nor apt has one. */
export function ensureCaddy() {
  const found = onPath();
  if (found) return found;
  if (process.platform === "linux" && !existsSync(path.join(unpacked, "caddy"))) unpack();
  return existsSync(path.join(unpacked, "caddy")) ? unpacked : undefined;
}
