// All tests: the checks, a browser, then vitest over every project; arguments go on to vitest. The last line is "N passed, N failed, N skipped".
import { spawn } from "node:child_process";
import path from "node:path";
import { ensureBrowser } from "./browser.mjs";
import { ensureCaddy } from "./caddy.mjs";
import { runChecks } from "./check.mjs";

const root = path.resolve(import.meta.dirname, "..");
const args = process.argv.slice(2);

/** Runs vitest without its last line and resolves to that line's three numbers. */
function runVitest(environment, more) {
  return new Promise((resolve) => {
    const vitest = path.join(root, "node_modules", "vitest", "vitest.mjs");
    const child = spawn(process.execPath, [vitest, "run", ...more, ...args], {
      cwd: root,
      env: {
        ...process.env,
        ...environment,
        FORCE_COLOR: process.stdout.isTTY ? "1" : (process.env.FORCE_COLOR ?? "0"),
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
    let held = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text) => {
      // The last line is held back: it is printed below, with what happened before vitest added to it.
      const lines = (held + text).split("\n");
      held = lines.splice(-2).join("\n");
      if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
    });
    child.on("close", (code) => {
      const counts = /^(\d+) passed, (\d+) failed, (\d+) skipped\s*$/.exec(held);
      if (!counts && held) process.stdout.write(`${held}\n`);
      const [passed, failed, skipped] = counts ? counts.slice(1).map(Number) : [0, 1, 0];
      resolve({ passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped });
    });
  });
}

const failedChecks = await runChecks();
const browser = await ensureBrowser().catch((error) => {
  console.log(error.message);
});
console.log(browser ? `ok     browser ${browser}` : "none   browser");
const caddy = ensureCaddy();
console.log(caddy ? `ok     caddy ${caddy}` : "none   caddy: its tests are skipped");
if (caddy) process.env.PATH = [process.env.PATH, caddy].join(path.delimiter);

const withoutBrowser = browser ? [] : ["--project", "unit", "--project", "integration"];
const counts = await runVitest(browser ? { CHROMIUM_PATH: browser } : {}, withoutBrowser);
if (failedChecks.length > 0) console.log(`\nFailed before the tests: ${failedChecks.join(", ")}.`);
if (!browser) {
  console.log("\nThe browser tests did not run: there is no Chromium. Install one, or set CHROMIUM_PATH to it.");
}
const noBrowser = !browser && process.env.CI ? 1 : 0;
const failed = counts.failed + failedChecks.length + noBrowser;
const skipped = counts.skipped + (browser || noBrowser ? 0 : 1);
console.log(`${counts.passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
