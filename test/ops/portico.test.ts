// The operator's command line, run as operators run it.
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { databaseForTest, insertAgency, type TestDatabase } from "../support/database.ts";
import { startSmtp } from "../support/smtp.ts";

const root = path.resolve(import.meta.dirname, "../..");

type Said = { code: number | null; out: string; err: string };

function portico(database: Pick<TestDatabase, "url">, args: string[], env: Record<string, string> = {}): Promise<Said> {
  const child = spawn(process.execPath, ["--import", "tsx", "bin/portico.ts", ...args], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: database.url,
      SESSION_SECRET: "a secret for tests that is long and random enough 7f3b",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (part: Buffer) => {
    said.out += part.toString();
  });
  child.stderr.on("data", (part: Buffer) => {
    said.err += part.toString();
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...said }));
  });
}

test("help lists every command, and a wrong call says how it is called rightly", async () => {
  const nowhere = { url: "postgres://nobody@127.0.0.1:9/none" };
  const help = await portico(nowhere, ["--help"]);
  expect(help.code).toBe(0);
  for (const name of [
    "agency create",
    "agency list",
    "member invite",
    "contact import",
    "job list",
    "job rerun",
    "doctor",
  ])
    expect(help.out).toContain(name);
  const wrong = await portico(nowhere, ["agency", "create", "--name", "Halden"]);
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("Missing: --owner-email, --owner-name.") });
  expect(wrong.err).toContain("Usage: portico agency create --name <name>");
  expect((await portico(nowhere, ["agency", "destroy"])).code).toBe(2);
});

test("contacts come from a file, each row answered for, and a second time nobody comes twice", async () => {
  const database = await databaseForTest();
  const agencyId = await insertAgency(database, "northwind", "Northwind");
  await insertAgency(database, "rivermark", "Rivermark");
  const file = path.join(mkdtempSync(path.join(tmpdir(), "portico-import-")), "contacts.csv");
  writeFileSync(
    file,
    '\uFEFFName,Email,Company\r\n"Lind, Maya",Maya@Acme.example,"Brightwater ""Foods"""\r\n\r\nNobody,not an address,\r\n,jöhn@müller.example\r\n,maya@acme.example,\r\n',
  );
  const first = await portico(database, ["contact", "import", "--agency", "northwind", file]);
  expect(first).toMatchObject({ code: 1, err: "" });
  expect(first.out).toMatch(
    /^line 4: .+\nline 6: maya@acme\.example stands here twice.+\n2 added, 0 known already, 2 refused\.\n$/,
  );
  expect((await portico(database, ["contact", "import", "--agency", "northwind", file])).out).toContain(
    "0 added, 2 known",
  );
  const { rows } = await database.owner.query(
    "select agency_id, email, name, company, status from contacts order by email",
  );
  expect(rows).toEqual([
    { agency_id: agencyId, email: "jöhn@xn--mller-kva.example", name: "", company: "", status: "not-invited" },
    {
      agency_id: agencyId,
      email: "maya@acme.example",
      name: "Lind, Maya",
      company: 'Brightwater "Foods"',
      status: "not-invited",
    },
  ]);
  expect(await portico(database, ["contact", "import", "--agency", "nobody", file])).toMatchObject({ code: 2 });
  expect(await portico(database, ["contact", "import", "--agency", "northwind", `${file}.none`])).toMatchObject({
    code: 2,
  });
});

test("a member is added once, with a link that only a new one gets", async () => {
  const database = await databaseForTest();
  await insertAgency(database, "northwind", "Northwind");
  await insertAgency(database, "rivermark", "Rivermark");
  const invite = (agency: string) =>
    portico(database, [
      "member",
      "invite",
      "--agency",
      agency,
      "--email",
      "New@Example.com",
      "--name",
      "New",
      "--role",
      "viewer",
    ]);
  const first = await invite("northwind");
  expect(first.out).toContain("new@example.com may now enter northwind as viewer.");
  expect(first.out).toMatch(/http:\/\/localhost:3000\/reset-password\/[\w-]{43} /);
  expect((await invite("northwind")).out).toContain("belongs to northwind already");
  const second = await invite("rivermark");
  expect(second.out).toContain("may now enter rivermark as viewer.");
  expect(second.out).not.toContain("reset-password");
  expect((await invite("nowhere")).code).toBe(2);
  const { rows } = await database.owner.query(
    "select slug, role from memberships join agencies on id = agency_id order by slug",
  );
  expect(rows).toEqual([
    { slug: "northwind", role: "viewer" },
    { slug: "rivermark", role: "viewer" },
  ]);
});

test("a job that was set aside is listed with its reason and runs again when told to", async () => {
  const database = await databaseForTest();
  const agencyId = await insertAgency(database, "northwind", "Northwind");
  const { rows } = await database.owner.query(
    "insert into jobs (agency_id, kind, lane, quarantined_at, last_error) values ($1, 'send-email', 'bulk', now(), 'It broke.') returning id",
    [agencyId],
  );
  const { id } = rows[0] as { id: string };
  const list = await portico(database, ["job", "list", "--quarantined"]);
  for (const word of [id, "northwind", "send-email", "quarantined", "It broke."]) expect(list.out).toContain(word);
  expect((await portico(database, ["job", "rerun", id])).out).toContain("1 job runs again.");
  expect((await portico(database, ["job", "rerun", id])).code).toBe(1);
});

test("the doctor finds everything well, or names what is not", async () => {
  const database = await databaseForTest();
  const smtp = await startSmtp();
  const well = await portico(database, ["doctor"], { SMTP_URL: smtp.url });
  await smtp.close();
  expect(well.out).not.toMatch(/^(fail|warn)/m);
  expect(well.code).toBe(0);
  await database.owner.query("delete from kysely_migration where name = (select max(name) from kysely_migration)");
  const ill = await portico(database, ["doctor"], { SMTP_URL: smtp.url });
  expect(ill.code).toBe(1);
  expect(ill.out).toMatch(/^fail\s+migrations /m);
  expect(ill.out).toMatch(/^fail\s+mail /m);
  const bare = await portico({ url: "" }, ["doctor"], { NODE_ENV: "production", SESSION_SECRET: "short" });
  expect(bare.out.match(/^fail\s+settings /gm)?.length).toBeGreaterThan(3);
});
