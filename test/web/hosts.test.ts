// Hosts in memory: complete, in step with the database, without a query for strangers, and there while the database is away.
import pg from "pg";
import { describe, expect, inject, onTestFinished, test, vi } from "vitest";
import { readConfig } from "../../src/config.ts";
import type { Directory } from "../../src/db/directory.ts";
import { followHosts } from "../../src/follow-hosts.ts";
import { Unavailable } from "../../src/models/errors.ts";
import { listHostChoices, portalUrlOf } from "../../src/models/host-selection.ts";
import { portalUrl } from "../../src/models/portal-url.ts";
import { createHosts } from "../../src/web/hosts.ts";
import { databaseForTest, insertAgency, type TestDatabase } from "../support/database.ts";

const config = readConfig({ SESSION_SECRET: "a secret for tests that is long and random enough 7f3b" });

/** The resolver over a database, and how often it asked it. */
function resolverOf(database: TestDatabase) {
  const asked: Parameters<Directory["listHosts"]>[0][] = [];
  const hosts = createHosts(config, {
    listHosts: (what) => {
      asked.push(what);
      return database.directory.listHosts(what);
    },
  });
  return { hosts, asked };
}

const custom = (database: TestDatabase, agencyId: string, name: string, columns = "verified_at, active_at") =>
  database.owner.query(
    `insert into hosts (agency_id, kind, name, ${columns}) values ($1, 'custom', $2, ${columns.replace(/\w+_at/g, "now()")})`,
    [agencyId, name],
  );

async function shutOut(database: TestDatabase, out: boolean): Promise<void> {
  const name = new URL(database.url).pathname.slice(1);
  const admin = new pg.Client({ connectionString: inject("postgresUrl") });
  await admin.connect();
  await admin.query(`alter database ${name} with allow_connections ${!out}`);
  if (out) await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  await admin.end();
}

describe("what is known", () => {
  test("any number of requests, for known names or strangers', costs the one reading at the start", async () => {
    const database = await databaseForTest();
    await insertAgency(database, "northwind", "Northwind");
    const { hosts, asked } = resolverOf(database);
    expect(await hosts.find("northwind.portal.localhost:3000")).toMatchObject({ portal: { name: "Northwind" } });
    for (let i = 0; i < 5_000; i++) {
      expect((await hosts.find(`x${i}.evil.example`)).kind).toBe("nothing");
      expect((await hosts.find(`x${i}.portal.localhost`)).kind).toBe("nothing");
    }
    expect((await hosts.find("northwind.portal.localhost:3000")).kind).toBe("portal");
    expect(asked).toHaveLength(1);
  });

  test("names that are proven are served, degraded ones too; pending and released ones are not", async () => {
    const database = await databaseForTest();
    const id = await insertAgency(database, "northwind", "Northwind");
    await custom(database, id, "verified.example", "verified_at");
    await custom(database, id, "active.example");
    await custom(database, id, "degraded.example", "verified_at, active_at, degraded_at");
    await custom(database, id, "pending.example", "created_at");
    await custom(database, id, "released.example", "verified_at, active_at, released_at");
    const { hosts } = resolverOf(database);
    expect(hosts.isServed("active.example")).toBeUndefined();
    await hosts.find("active.example");
    const served = (name: string) => hosts.isServed(name);
    for (const name of ["verified.example", "active.example", "DEGRADED.example.", "northwind.portal.localhost"])
      expect([name, served(name)]).toEqual([name, true]);
    for (const name of ["pending.example", "released.example", "portal.localhost", "rivermark.portal.localhost"])
      expect([name, served(name)]).toEqual([name, false]);
    expect([served("localhost"), served("127.0.0.1"), served("")]).toEqual([true, false, false]);
  });

  test("thousands of agencies are read in pages, and none is left out", async () => {
    const database = await databaseForTest();
    await database.owner.query(`
      with agency as (insert into agencies (slug, name) select 'a' || i, 'Agency ' || i from generate_series(1, 4500) i returning id, slug)
      insert into hosts (agency_id, kind, name, verified_at, selected_at) select id, 'default', slug, now(), now() from agency`);
    const { hosts, asked } = resolverOf(database);
    for (let i = 1; i <= 4_500; i++)
      expect(await hosts.find(`a${i}.portal.localhost`)).toMatchObject({ portal: { name: `Agency ${i}` } });
    expect(asked).toHaveLength(3);
  });

  test("the host that redirects lead to is the one that links are built on, in every state", async () => {
    const database = await databaseForTest();
    const id = await insertAgency(database, "northwind", "Northwind");
    const { hosts } = resolverOf(database);
    for (const verified of ["null", "now()"])
      for (const degraded of ["null", "now()"])
        for (const released of ["null", "now()"])
          for (const selected of [undefined, "default", "custom"]) {
            await database.owner.query("delete from hosts where kind = 'custom'");
            await database.owner.query(
              `insert into hosts (agency_id, kind, name, verified_at, degraded_at, released_at)
               values ($1, 'custom', 'clients.example', ${verified}, ${degraded}, ${released})`,
              [id],
            );
            await database.owner.query("update hosts set selected_at = null");
            await database.owner.query("update hosts set selected_at = now() where kind = $1", [selected]);
            hosts.forget(id);
            const door = await hosts.find("northwind.portal.localhost");
            const { kind, name } = door.kind === "portal" ? door.portal.home : { kind: "", name: "" };
            const home = kind === "default" ? `${name}.portal.localhost:3000` : name;
            const origin = config.portalOrigin;
            const asked = await database.store(id).read((db) => portalUrl(db, origin));
            expect(hosts.homeOf(id)).toBe(home);
            expect(`http://${home}`).toBe(asked);
            const choices = await database.store(id).read((db) => listHostChoices(db, origin));
            expect(portalUrlOf(choices, origin)).toBe(asked);
          }
  });
});

describe("changes", () => {
  test("reach every process by an announcement, and only what changed is read again", async () => {
    const database = await databaseForTest();
    const id = await insertAgency(database, "northwind", "Northwind");
    const processes = [resolverOf(database), resolverOf(database)];
    for (const { hosts } of processes) {
      const following = followHosts(hosts, database.url);
      onTestFinished(() => following.stop());
      await vi.waitFor(() => expect(hosts.isServed("northwind.portal.localhost")).toBe(true), 10_000);
    }
    for (const { asked } of processes) asked.length = 0;
    await custom(database, id, "clients.example");
    for (const { hosts, asked } of processes) {
      await vi.waitFor(() => expect(hosts.isServed("clients.example")).toBe(true), 10_000);
      expect(asked).toEqual([{ agencyIds: [id] }]);
    }
    await database.owner.query("update agencies set name = 'Northwind & Sons' where id = $1", [id]);
    for (const { hosts } of processes)
      await vi.waitFor(
        async () => expect(await hosts.find("clients.example")).toMatchObject({ portal: { name: "Northwind & Sons" } }),
        10_000,
      );
    await database.owner.query("delete from agencies where id = $1", [id]);
    for (const { hosts } of processes)
      await vi.waitFor(() => expect(hosts.isServed("northwind.portal.localhost")).toBe(false), 10_000);
  });

  test("a check that finds nothing new is not announced", async () => {
    const database = await databaseForTest();
    const id = await insertAgency(database, "northwind", "Northwind");
    await custom(database, id, "clients.example");
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    onTestFinished(() => client.end());
    const heard: (string | undefined)[] = [];
    client.on("notification", ({ payload }) => heard.push(payload));
    await client.query("listen hosts_changed");
    await database.owner.query("update hosts set active_at = now() where kind = 'custom'");
    await database.owner.query("update hosts set degraded_at = now() where kind = 'custom'");
    await database.owner.query("update agencies set name = name");
    await client.query("select 1");
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(0), 10_000);
    expect(heard).toEqual([id]);
  });

  test("that change nothing leave the entries as they are, so that what was drawn for them stays good", async () => {
    const database = await databaseForTest();
    const id = await insertAgency(database, "northwind", "Northwind");
    const { hosts } = resolverOf(database);
    const entry = async () => {
      const door = await hosts.find("northwind.portal.localhost");
      return door.kind === "portal" ? door.portal : undefined;
    };
    const before = await entry();
    for (const agencyId of [undefined, id]) {
      hosts.forget(agencyId);
      expect(await entry()).toBe(before);
    }
    await database.owner.query("update agencies set time_zone = 'Europe/Berlin'");
    hosts.forget();
    expect(await entry()).toMatchObject({ timeZone: "Europe/Berlin" });
  });

  test("that come while others are being read are not lost", async () => {
    const database = await databaseForTest();
    const id = await insertAgency(database, "northwind", "Northwind");
    const { hosts } = resolverOf(database);
    await hosts.find("localhost.example");
    const names = Array.from({ length: 60 }, (_, i) => `h${i}.example`);
    await Promise.all(
      names.map(async (name, i) => {
        await custom(database, id, name);
        if (i % 3 === 0) await database.owner.query("update hosts set released_at = now() where name = $1", [name]);
        hosts.forget(i % 2 === 0 ? id : undefined);
      }),
    );
    await hosts.find("x.example");
    expect(names.filter((name) => hosts.isServed(name))).toEqual(names.filter((_, i) => i % 3 !== 0));
  });
});

describe("while the database is away", () => {
  test("what was known is served, also when something was announced just before", async () => {
    const database = await databaseForTest();
    await insertAgency(database, "northwind", "Northwind");
    const { hosts } = resolverOf(database);
    await hosts.find("northwind.portal.localhost");
    await shutOut(database, true);
    hosts.forget();
    expect((await hosts.find("northwind.portal.localhost")).kind).toBe("portal");
    expect((await hosts.find("evil.example")).kind).toBe("nothing");
    expect([hosts.isServed("northwind.portal.localhost"), hosts.isServed("evil.example")]).toEqual([true, false]);
  });

  test("a process that has never had an answer knows nothing yet, and finds its way by itself", async () => {
    const database = await databaseForTest();
    await insertAgency(database, "northwind", "Northwind");
    await shutOut(database, true);
    const { hosts } = resolverOf(database);
    await expect(hosts.find("northwind.portal.localhost")).rejects.toThrow(Unavailable);
    expect(hosts.isServed("northwind.portal.localhost")).toBeUndefined();
    expect((await hosts.find("localhost:3000")).kind).toBe("app");
    await shutOut(database, false);
    expect((await hosts.find("northwind.portal.localhost")).kind).toBe("portal");
  });
});
