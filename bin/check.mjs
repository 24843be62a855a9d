// The checks before the tests: format and import order, lint with types, types; all at once, each one's complaints printed whole.
import { spawn } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const inModules = (...parts) => path.join(root, "node_modules", ...parts);

const colours = process.stdout.isTTY
  ? { FORCE_COLOR: "1" }
  : { FORCE_COLOR: undefined, CLICOLOR_FORCE: undefined, NO_COLOR: "1" };

const checks = [
  {
    name: "format",
    file: inModules("@biomejs", "biome", "bin", "biome"),
    args: ["ci", `--colors=${process.stdout.isTTY ? "force" : "off"}`, "--error-on-warnings", "."],
  },
  { name: "lint", file: inModules("oxlint", "bin", "oxlint"), args: ["--type-aware", "--deny-warnings"] },
  { name: "types", file: inModules("typescript", "bin", "tsc"), args: ["--noEmit"] },
];

function run({ name, file, args }) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...args], {
      cwd: root,
      env: { ...process.env, ...colours },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const parts = [];
    child.stdout.on("data", (part) => parts.push(part));
    child.stderr.on("data", (part) => parts.push(part));
    child.on("error", (error) => resolve({ name, ok: false, out: error.message, seconds: 0 }));
    child.on("close", (code) => {
      const out = Buffer.concat(parts).toString().trimEnd();
      resolve({ name, ok: code === 0, out, seconds: (performance.now() - started) / 1000 });
    });
  });
}

/** Runs every check and prints what each had to say; resolves to the names of those that failed. */
export async function runChecks() {
  const results = await Promise.all(checks.map(run));
  for (const { name, ok, out, seconds } of results) {
    if (!ok && out) console.log(`\n${out}\n`);
    console.log(`${ok ? "ok    " : "FAILED"} ${name.padEnd(6)} ${seconds.toFixed(1)} s`);
  }
  return results.filter(({ ok }) => !ok).map(({ name }) => name);
}

if (import.meta.main) {
  const failed = await runChecks();
  if (failed.includes("format")) console.log("\nnpm run format puts the format right.");
  process.exit(failed.length === 0 ? 0 : 1);
}
