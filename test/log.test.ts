// The log: one JSON line an event, and no address, link or token in it wherever it came from.
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
