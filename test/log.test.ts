// The log: one JSON line an event, and no address, link or token in it wherever it came from.
import { execFile } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createLogger } from "../src/log.ts";

const token = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF";

function linesOf(write: (log: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = [];
  write(createLogger("info", (line) => lines.push(line)));
  return lines;
}

test("an event is one line of JSON with its level and moment", () => {
  const [line = ""] = linesOf((log) => log.info({ status: 200 }, "request"));
  expect(JSON.parse(line)).toMatchObject({ level: "info", status: 200, msg: "request" });
  expect(line.trimEnd()).not.toContain("\n");
});

test("a token that begins or ends with a hyphen is cut out too", () => {
  const hyphens = `-${token.slice(1, -1)}-`;
  expect(linesOf((log) => log.info({ token: hyphens }, `got ${hyphens}`)).join("")).not.toContain(token.slice(1, -1));
});

test("links, tokens and addresses are cut out of messages, fields and errors", () => {
  const lines = linesOf((log) => {
    log.info({ path: `/l/${token}`, deep: { url: `http://northwind.example/l/${token}?x=1` } }, `opened /l/${token}`);
    log.error({ err: new Error(`no such user maya.okafor@brightwater.example, token ${token}`) });
    log.warn({ to: "Maya <maya@brightwater.example>", path: `/reset-password/${token}` });
  });
  const all = lines.join("");
  expect(all).not.toContain(token);
  expect(all).not.toMatch(/maya\.okafor|maya@/);
  expect(all).toContain("m•••@brightwater.example");
});

test("standard output gets every line whole and in order, the longest and the last before the end too", async () => {
  const script = `
    import { createLogger } from ${JSON.stringify(pathToFileURL(path.resolve(import.meta.dirname, "../src/log.ts")).href)};
    const log = createLogger("info");
    const answered = { method: "GET", path: "/sign-in", route: "/sign-in", status: 200, ms: 1, queries: 0, address: "::1" };
    for (let i = 0; i < 2000; i++) {
      log.answered({ ...answered, request: "r" + i, path: i % 2 ? "/sign-in" : "/sign-ïn/" + i });
      if (i === 1000) log.info("ž".repeat(100_000));
      if (i === 1200) await new Promise((resolve) => setTimeout(resolve, 30));
    }
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    maxBuffer: 1 << 24,
  });
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string>);
  expect(lines).toHaveLength(2_001);
  expect(lines.splice(1_001, 1)[0]?.msg).toHaveLength(100_000);
  for (const [i, { request, path: asked, route, msg }] of lines.entries())
    expect({ request, asked, route, msg }).toEqual({
      request: `r${i}`,
      asked: i % 2 ? "/sign-in" : `/sign-ïn/${i}`,
      route: "/sign-in",
      msg: "request",
    });
});
