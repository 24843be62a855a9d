// The internal listener: what load balancers, Prometheus and Caddy ask, with the database there and away.
import { expect, test } from "vitest";
import { createBounceIntake } from "../../src/bounces.ts";
import { newestMigration } from "../../src/db/migrate.ts";
import { createMetrics } from "../../src/metrics.ts";
import { createInternal } from "../../src/routes/internal.ts";
import { type World, worldForTest } from "../support/world.ts";

async function internalOf(world: World) {
  const { deps } = world;
  const metrics = createMetrics();
  metrics.watch({ pools: deps.pools, countJobs: () => deps.directory.isReady("").then(() => []) });
  const { hosts } = deps;
  // The first request to a portal reads the hosts.
  await hosts.find(world.northwind.host);
  let open = true;
  const routes = createInternal({
    isOpen: () => open,
    isReady: () => deps.directory.isReady(newestMigration()),
    metrics,
    hosts,
    bounces: createBounceIntake(deps),
  });
  return {
    ask: async (path: string) => (await routes.request(path)).status,
    read: async (path: string) => (await routes.request(path)).text(),
    metrics,
    stopping: () => {
      open = false;
    },
  };
}

const certificate = (host: string) => `/ask?domain=${encodeURIComponent(host)}`;

test("a process lives whatever happens to the database, and is ready only while it answers and is up to date", async () => {
  const world = await worldForTest();
  const { ask } = await internalOf(world);
  expect([await ask("/healthz"), await ask("/readyz")]).toEqual([200, 200]);
  await world.database.owner.query("delete from kysely_migration where name = $1", [newestMigration()]);
  expect([await ask("/healthz"), await ask("/readyz")]).toEqual([200, 503]);
});

test("a process that stops says so before it does", async () => {
  const { ask, stopping } = await internalOf(await worldForTest());
  stopping();
  expect([await ask("/healthz"), await ask("/readyz")]).toEqual([200, 503]);
});

test("certificates are for the dashboard, for portals that exist and for proven hosts, and for nothing else", async () => {
  const world = await worldForTest();
  await world.database.owner.query(
    `insert into hosts (agency_id, kind, name, verified_at, degraded_at, released_at) values
       ($1, 'custom', 'clients.northwind.example', now(), now(), null),
       ($1, 'custom', 'waiting.northwind.example', null, null, null),
       ($1, 'custom', 'gone.northwind.example', now(), null, now())`,
    [world.northwind.id],
  );
  const { ask } = await internalOf(world);
  for (const host of [
    "localhost",
    "northwind.portal.localhost",
    "Rivermark.Portal.Localhost.",
    "clients.northwind.example",
  ]) {
    expect([host, await ask(certificate(host))]).toEqual([host, 200]);
  }
  const others = [
    "",
    "nobody.portal.localhost",
    "a.northwind.portal.localhost",
    "waiting.northwind.example",
    "gone.northwind.example",
    "127.0.0.1",
    "x y",
  ];
  for (const host of others) expect([host, await ask(certificate(host))]).toEqual([host, 404]);
  expect(await ask("/ask")).toBe(404);
});

test("a new agency's portal may have its certificate as soon as the change is told", async () => {
  const world = await worldForTest();
  const { ask } = await internalOf(world);
  const browser = await world.member();
  const form = {
    agency: "Halden",
    slug: "halden",
    name: "Ingrid",
    email: "ingrid@halden.example",
    password: "a few words in a row",
  };
  expect((await browser.post("/sign-up", form)).status).toBe(303);
  world.deps.hosts.forget();
  await world.deps.hosts.find(world.northwind.host);
  expect(await ask(certificate("halden.portal.localhost"))).toBe(200);
});

test("before the database has answered once, nothing is known about a host, and that is no yes", async () => {
  const world = await worldForTest();
  const routes = createInternal({
    isOpen: () => true,
    isReady: async () => true,
    metrics: createMetrics(),
    hosts: world.deps.hosts,
    bounces: createBounceIntake(world.deps),
  });
  expect((await routes.request(certificate("northwind.portal.localhost"))).status).toBe(503);
});

test("while the database is away certificates are answered from memory, and the figures say that it is away", async () => {
  const world = await worldForTest();
  const { ask, read } = await internalOf(world);
  expect(await read("/metrics")).toContain("portico_database_up 1");
  await world.deps.pools.directory.end();
  world.deps.hosts.forget();
  expect(await ask(certificate("northwind.portal.localhost"))).toBe(200);
  expect(await ask(certificate("nobody.portal.localhost"))).toBe(404);
  expect(await ask("/readyz")).toBe(503);
  expect(await read("/metrics")).toContain("portico_database_up 0");
  // The world closes its pools once more; a pool ends only once.
  world.deps.pools.directory.end = async () => undefined;
});

test("requests, mails and jobs are counted by what they are, and no label comes from a stranger", async () => {
  const { metrics, read } = await internalOf(await worldForTest());
  metrics.request({ method: "GET", route: "/sign-in", status: 200, seconds: 0.02 });
  metrics.request({ method: "BREW", route: "/*", status: 404, seconds: 0.02 });
  metrics.attempt({ email: "invite", outcome: "accepted" });
  metrics.workerHooks.onRun?.({ kind: "send-email", outcome: "settled", seconds: 0.1, lateBy: 2 });
  const text = await read("/metrics");
  for (const line of [
    'portico_request_seconds_count{method="GET",route="/sign-in",status="200"} 1',
    'portico_request_seconds_count{method="other",route="/*",status="404"} 1',
    'portico_mail_attempts_total{email="invite",outcome="accepted"} 1',
    'portico_job_seconds_count{kind="send-email",outcome="settled"} 1',
    'portico_pool_connections{pool="app",state="in_use"}',
    "process_resident_memory_bytes",
  ]) {
    expect(text).toContain(line);
  }
});

test("the times of requests are a histogram whose buckets hold those below them", async () => {
  const { metrics, read } = await internalOf(await worldForTest());
  for (const seconds of [0.005, 0.0051, 0.3, 11])
    metrics.request({ method: "GET", route: '/l/:token{[^"]+}', status: 200, seconds });
  const lines = (await read("/metrics")).split("\n").filter((line) => line.includes("portico_request_seconds"));
  const labels = String.raw`method="GET",route="/l/:token{[^\"]+}",status="200"`;
  expect(lines).toContain("# TYPE portico_request_seconds histogram");
  const counts = { "0.005": 1, "0.01": 2, "0.25": 2, "0.5": 3, "10": 3, "+Inf": 4 };
  for (const [le, count] of Object.entries(counts))
    expect(lines).toContain(`portico_request_seconds_bucket{le="${le}",${labels}} ${count}`);
  expect(lines).toContain(`portico_request_seconds_count{${labels}} 4`);
  expect(lines.find((line) => line.startsWith("portico_request_seconds_sum"))).toMatch(/ 11\.310/);
});
