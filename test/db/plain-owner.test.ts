// A login that owns its database and may make roles, and is no superuser, as hosted PostgreSQL gives one.
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { expect, inject, onTestFinished, test } from "vitest";
import { migrate } from "../../src/db/migrate.ts";
import { listContacts } from "../../src/models/contacts-list.ts";
import { getPortalCounts } from "../../src/models/portal-counts.ts";
import { insertAgency, openTestDatabase } from "../support/database.ts";

/** An empty database of such a login, with every door to it; dropped with the login when the test ends. */
async function plainDatabase() {
  const superuser = new pg.Client({ connectionString: inject("postgresUrl") });
  await superuser.connect();
  const name = `t_${randomBytes(8).toString("hex")}`;
  await superuser.query(`create role ${name} login createrole password 'plain'`);
  // the roles belong to the whole cluster, and the template's owner made them
  await superuser.query(`grant portico_app, portico_directory, portico_search to ${name}`);
  await superuser.query(`create database ${name} owner ${name}`);
  const url = new URL(inject("postgresUrl"));
  Object.assign(url, { pathname: `/${name}`, username: name, password: "plain" });
  const database = openTestDatabase(url.href);
  onTestFinished(async () => {
    await database.close();
    await superuser.query(`drop database ${name} with (force)`);
    await superuser.query(`drop role ${name}`);
    await superuser.end();
  });
  return { ...database, url: url.href };
}

test("it migrates an empty database, serves from it, and may delete an agency", async () => {
  const database = await plainDatabase();
  expect((await migrate(database.url)).length).toBeGreaterThan(20);
  const agencies = await Promise.all(
    ["northwind", "rivermark"].map(async (slug) => database.store(await insertAgency(database, slug, slug))),
  );
  for (const store of agencies)
    await store.write((db) =>
      db.insertInto("contacts").values({ email: "maya@acme.example", name: "Maya Okafor" }).execute(),
    );
  const named = async (at: number) => {
    const page = await agencies[at]?.read((db) => listContacts(db, { q: "okafor", sort: "name" }));
    return page?.rows.map(({ name }) => name);
  };
  expect([await named(0), await named(1)]).toEqual([["Maya Okafor"], ["Maya Okafor"]]);

  const { rowCount } = await database.owner.query("delete from agencies where slug = 'northwind'");
  expect(rowCount).toBe(1);
  expect([await named(0), await named(1)]).toEqual([[], ["Maya Okafor"]]);
  expect(await agencies[1]?.read((db) => getPortalCounts(db))).toMatchObject({ notInvited: 1 });
});

test("an update of it takes along the contacts that are there: each agency finds its own by search", async () => {
  const database = await plainDatabase();
  const folder = mkdtempSync(path.join(os.tmpdir(), "portico-migrations-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const all = path.resolve(import.meta.dirname, "../../migrations");
  for (const file of readdirSync(all).filter((name) => name < "0021"))
    symlinkSync(path.join(all, file), path.join(folder, file));
  await migrate(database.url, folder);
  const agencies = await Promise.all(["northwind", "rivermark"].map((slug) => insertAgency(database, slug, slug)));
  for (const [at, agencyId] of agencies.entries())
    await database.store(agencyId).write((db) =>
      db
        .insertInto("contacts")
        .values({ email: `maya${at}@acme.example`, name: "Maya Okafor" })
        .execute(),
    );

  await migrate(database.url);
  for (const [at, agencyId] of agencies.entries()) {
    const page = await database.store(agencyId).read((db) => listContacts(db, { q: "okafor", sort: "name" }));
    expect(page.rows.map(({ email }) => email)).toEqual([`maya${at}@acme.example`]);
  }
  const { rows } = await database.owner.query(
    "select relname from pg_class where relrowsecurity and not relforcerowsecurity and relkind = 'r'",
  );
  expect(rows).toEqual([]);
});
