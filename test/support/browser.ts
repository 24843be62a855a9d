// A real Chromium for the stories: the one on this machine, wherever it stands.
import { existsSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium } from "playwright";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge-stable"];

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => existsSync(file));
}

const quiet =
  "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split(
    " ",
  );
// The sandbox of Chromium does not start for root.
const flags = process.getuid?.() === 0 ? [...quiet, "--no-sandbox"] : quiet;

/** Whether there is a browser to drive; where a run must not skip (CI), the absence of one is an error instead. */
export function hasBrowser(): boolean {
  const found = Boolean(process.env.CHROMIUM_PATH ?? onPath()) || existsSync(chromium.executablePath());
  if (!found && process.env.CI) throw new Error("No browser was found, and this run must not skip the stories.");
  return found;
}

/** Starts the browser, headless; `more` are switches of its command line. */
export function openBrowser(more: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? onPath();
  return chromium.launch({ ...(executablePath ? { executablePath } : {}), args: [...flags, ...more] });
}
