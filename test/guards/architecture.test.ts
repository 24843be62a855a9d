// Reads the import lines of every source file and holds them against the rule of the house (architecture.md).
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

type Line = { from: string; to: string; typeOnly: boolean };

function sources(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

function imports(file: string): Line[] {
  const text = readFileSync(path.join(root, file), "utf8");
  const found = text.matchAll(
    /(?:^|\n)\s*(import|export)\s+(type\s+)?([^"';]*?)\s*from\s*"(\.[^"]+)"|import\(\s*"(\.[^"]+)"\s*\)/g,
  );
  return [...found].map(([, , typed, names = "", to = "", dynamic = ""]) => {
    const inner = /^\{([^}]*)\}$/.exec(names.trim())?.[1];
    const allTyped =
      inner !== undefined &&
      inner
        .split(",")
        .filter((name) => name.trim())
        .every((name) => name.trim().startsWith("type "));
    return { from: file, to: path.join(path.dirname(file), to || dynamic), typeOnly: Boolean(typed) || allTyped };
  });
}

const all = ["src", "views", "emails"].flatMap(sources);
const lines = all.flatMap(imports);
const layerOf = (file: string) =>
  /^(src\/(?:db|dns|models|jobs|mail|web|routes)|views|emails)\//.exec(file)?.[1] ?? file;

type Allowed = (line: Line) => boolean;
const inside =
  (...folders: string[]) =>
  (line: Line) =>
    folders.some((folder) => line.to.startsWith(`${folder}/`) || line.to === folder);
const types =
  (...folders: string[]) =>
  (line: Line) =>
    line.typeOnly && inside(...folders)(line);
const any =
  (...checks: Allowed[]) =>
  (line: Line) =>
    checks.some((check) => check(line));

// The table of architecture.md, row by row. src/db/schema.ts holds types and the one constant PLATFORM.
const paths = inside("src/paths.ts");
const schema = inside("src/db/schema.ts");
const rules: Record<string, Allowed> = {
  "src/routes": any(
    inside("src/models", "views", "src/web", "src/routes"),
    paths,
    types("src/db", "src/deps.ts", "src/mail"),
  ),
  "src/models": any(inside("src/models", "src/jobs/queue.ts"), paths, schema, types("src/db", "src/dns")),
  "src/jobs": any(
    inside("src/models", "src/jobs", "src/mail", "src/dns", "emails"),
    paths,
    schema,
    types("src/db", "src/deps.ts", "src/log.ts"),
    (line) => line.from === "src/jobs/start-worker.ts" && inside("src/db")(line),
  ),
  "src/mail": any(inside("src/mail"), paths),
  "src/dns": inside("src/dns"),
  views: any(inside("views"), paths, types("src/models")),
  emails: any(inside("emails"), paths),
  "src/web": any(
    inside(
      "src/web",
      "views/layouts",
      "views/ui",
      "views/errors",
      "src/models/people.ts",
      "src/models/contact-sessions.ts",
      "src/models/errors.ts",
      "src/db/budget.ts",
    ),
    paths,
    types("src/db", "src/deps.ts", "src/config.ts", "src/log.ts"),
  ),
  "src/db": any(
    inside("src/db", "src/models/errors.ts"),
    (line) => line.from.startsWith("src/db/seed") && inside("src/models")(line),
    types("src/config.ts"),
  ),
};

test("every import keeps to the rule: routes ask models and views, models see neither HTTP nor HTML, views see no database", () => {
  const broken = lines.filter((line) => {
    const rule = rules[layerOf(line.from)];
    return rule !== undefined && !rule(line);
  });
  expect(broken.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});

test("nobody imports a route but the two maps and the app", () => {
  const wiring = /^src\/(app|main|internal)\.tsx?$|^src\/routes\//;
  expect(
    lines
      .filter(({ from, to }) => to.startsWith("src/routes/") && !wiring.test(from))
      .map(({ from, to }) => `${from} → ${to}`),
  ).toEqual([]);
});

test("paths.ts imports nothing", () => {
  expect(imports("src/paths.ts")).toEqual([]);
});

test("the environment is read in config.ts alone", () => {
  const readers = all.filter(
    (file) => /process\.env\b/.test(readFileSync(path.join(root, file), "utf8")) && file !== "src/db/embedded.ts",
  );
  expect(readers).toEqual(["src/config.ts"]);
});

test("Kysely<Database> is named in src/db and deps.ts alone", () => {
  const namers = all.filter((file) =>
    /Kysely<(Database|AgencyTables|GlobalTables)>/.test(readFileSync(path.join(root, file), "utf8")),
  );
  expect(namers.filter((file) => !file.startsWith("src/db/") && file !== "src/deps.ts")).toEqual([]);
});

test("only the store, the wiring and the tests of them open an agency's door", () => {
  const openers = lines
    .filter(({ to, typeOnly }) => to === "src/db/agency-store.ts" && !typeOnly)
    .map(({ from }) => from);
  expect(openers).toEqual(["src/deps.ts"]);
});

test("the directory, which looks across agencies, is opened by the wiring alone", () => {
  const openers = lines
    .filter(({ to, typeOnly }) => /^src\/db\/(directory|directory-jobs|global-store)\.ts$/.test(to) && !typeOnly)
    .map(({ from }) => from);
  expect(
    openers.filter((file) => !/^src\/(deps|main|jobs\/start-worker)\.ts$/.test(file) && !file.startsWith("src/db/")),
  ).toEqual([]);
});

test("no file is named utils, helpers, services or common", () => {
  expect(all.filter((file) => /\b(utils?|helpers?|services?|common)\.tsx?$/.test(file))).toEqual([]);
});

test("every file says its role in its first line", () => {
  const silent = all.filter(
    (file) => !/^(\/\*\* @jsxImportSource react \*\/\n)?\/\/ \S/.test(readFileSync(path.join(root, file), "utf8")),
  );
  expect(silent).toEqual([]);
});

test("no view or script holds an inline style or handler", () => {
  const marked = all.filter(
    (file) =>
      file.startsWith("views/") &&
      /\s(style|on[a-z]+|hx-on[:a-z-]*)=[{"]/.test(readFileSync(path.join(root, file), "utf8")),
  );
  expect(marked).toEqual([]);
});
