// The Client portal page for agencies of 1,000 to 1,000,000 contacts and deep in the list, beside Fastify with EJS and Next.js.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { writeCursor } from "../src/models/contacts-cursor.ts";
import { type Filled, slugsOf, startFilled, startOurs } from "./filled.ts";
import { get, load } from "./load.ts";
import { pageOf } from "./members.ts";
import { alone, type Benchmark, compare, percentile, type Result, type RunOptions } from "./results.ts";
import { freePort, type Server, startProcess } from "./servers.ts";
import { memoryOf } from "./start-up.ts";
import { havePeers } from "./steps.ts";

export const dashboard: Benchmark = {
  name: "dashboard",
  about: "the Client portal page at 1k, 100k and 1M contacts and deep in the list, beside Fastify with EJS and Next.js",
  run: measure,
};

/** Before anything is counted: until the compiler knows each server's busiest functions. */
const WARM = { connections: 32, seconds: 10, most: 1_500 };

type Side = { name: string; server: Server; request: Buffer };
type Run = { rate: number; p50: number; app: number; database: number };

async function measure({ quick }: RunOptions): Promise<Result[]> {
  const filled = await startFilled({ quick });
  const servers: Server[] = [];
  try {
    const ours = await startOurs(filled);
    servers.push(ours.server);
    const page = (path: string) => ({ server: ours.server, request: pageOf(ours.host, path, ours.cookie) });
    const slugs = slugsOf(quick);
    const largest = slugs.at(-1) ?? "studio-1";
    const deep = await cursorOf(filled.url, largest);
    const sides: Side[] = [
      ...slugs.map((slug) => ({ name: slug, ...page(`/${slug}`) })),
      { name: "deep", ...page(`/${largest}?after=${deep}`) },
    ];
    if (havePeers("fastify")) {
      const server = await startPeer("Fastify + EJS", "bench/peers/dashboard/fastify.mjs", filled);
      servers.push(server);
      sides.push(
        ...slugs.map((slug, i) => ({ name: `peer ${slug}`, server, request: get("localhost", `/t/${i + 1}`) })),
      );
    }
    if (havePeers("next")) {
      const server = await startPeer("Next.js", builtNext(), filled);
      servers.push(server);
      sides.push({ name: "next", server, request: get("localhost", "/t/1") });
    }
    for (const { server, request } of sides) await load({ ...WARM, port: server.port, requests: [request] });
    return [
      ...told("1 connection", slugs, await rounds(filled, sides, 1, quick)),
      ...told("32 connections", slugs, await rounds(filled, sides, 32, quick)),
      alone("dashboard", "memory after the load, MiB", memoryOf(ours.server.pid)),
    ];
  } finally {
    for (const server of servers) await server.stop();
    await filled.stop();
  }
}

async function startPeer(name: string, script: string, filled: Filled): Promise<Server> {
  const env = { NODE_ENV: "production", DATABASE_URL: filled.peerUrl, HOSTNAME: "127.0.0.1" };
  return startProcess(name, script, await freePort(), env, { host: "localhost", path: "/" });
}

/** The peer's standalone server, built when it is not there yet (half a minute). */
function builtNext(): string {
  const folder = path.join(import.meta.dirname, "peers/dashboard/next");
  const server = path.join(folder, ".next/standalone/dashboard/next/server.js");
  // Building needs no database, but the page's module opens a pool.
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", DATABASE_URL: "postgres://localhost:1/none" };
  const next = path.join(import.meta.dirname, "peers/node_modules/next/dist/bin/next");
  if (!existsSync(server)) execFileSync(process.execPath, [next, "build"], { cwd: folder, env });
  return server;
}

/** The cursor of page 10,001, or of the page in the middle of a shorter list. */
async function cursorOf(url: string, slug: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ id: string; value: string | null; position: string }>(
    `with mine as (select contacts.* from contacts join agencies on agencies.id = contacts.agency_id where slug = $1),
       middle as (select least(500000, count(*) / 2) as position from mine)
     select id, (extract(epoch from invited_at) * 1000000)::bigint as value, position from mine, middle
     order by (case when invited_at is null then '-infinity'::timestamptz else invited_at end) desc, id desc
     offset (select position - 1 from middle) limit 1`,
    [slug],
  );
  await client.end();
  const [row] = rows;
  if (!row) throw new Error(`${slug} has no contacts.`);
  const value = row.value === null ? null : Number(row.value);
  return writeCursor("-invited", { value, id: row.id, position: Number(row.position) });
}

// Within a round every page is asked for once, one after another, so that a busy moment of the machine falls on all of them.
async function rounds(filled: Filled, sides: readonly Side[], connections: number, quick: boolean) {
  const seen = new Map<string, Run[]>(sides.map(({ name }) => [name, []]));
  for (let round = 0; round <= (quick ? 2 : 5); round++)
    for (const { name, server, request } of sides) {
      const before = { app: server.cpu(), database: filled.cpu() };
      const done = await load({ port: server.port, connections, seconds: quick ? 0.7 : 2, requests: [request] });
      if (Object.keys(done.statuses).some((status) => status !== "200"))
        throw new Error(`${name}: ${JSON.stringify(done.statuses)}`);
      const us = (spent: number) => (spent / done.requests) * 1e6;
      const run = {
        rate: done.requests / done.seconds,
        p50: percentile(done.latencies, 0.5),
        app: us(server.cpu() - before.app),
        database: us(filled.cpu() - before.database),
      };
      if (round > 0) seen.get(name)?.push(run);
    }
  return (name: string, key: keyof Run) => (seen.get(name) ?? []).map((run) => run[key]);
}

const words: Record<keyof Run, string> = {
  rate: "requests/s",
  p50: "p50 ms",
  app: "application CPU us/request",
  database: "database CPU us/request",
};
const names = { "studio-1": "1k", "studio-2": "100k", "studio-3": "1M" } as const;

function told(
  load: string,
  slugs: ReturnType<typeof slugsOf>,
  of: (name: string, key: keyof Run) => number[],
): Result[] {
  const largest = slugs.at(-1) ?? "studio-1";
  const beside = (what: string, mine: string, name: string, other: string) =>
    (Object.keys(words) as (keyof Run)[]).map((key) =>
      compare("dashboard", `${what}, ${load}, ${words[key]}`, key === "rate" ? "more" : "less", of(mine, key), {
        name,
        figure: of(other, key),
      }),
    );
  return [
    ...beside(names[largest], largest, "ours at 1k", "studio-1"),
    ...beside(`deep in ${names[largest]}`, "deep", "its first page", largest),
    ...slugs.flatMap((slug) => beside(names[slug], slug, "Fastify + EJS", `peer ${slug}`)),
    ...beside(names["studio-1"], "studio-1", "Next.js", "next"),
  ];
}
