// A PostgreSQL filled for the benchmarks of the dashboard: agencies of 1,000, 100,000 and 1,000,000 contacts, ours and the peers'.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { startEmbedded } from "../src/db/embedded.ts";
import { migrate } from "../src/db/migrate.ts";
import { createKeys } from "../src/web/keys.ts";
import { sealSessionId } from "../src/web/sessions.ts";
import { cpuOfServer } from "./cpu.ts";
import { hash } from "./members.ts";
import { freePort, type Server, startProcess } from "./servers.ts";

const SECRET = "a secret for benchmarks that is long and random 7f3b";
/** The agencies by their slugs: how many contacts each has. */
export const sizes = { "studio-1": 1_000, "studio-2": 100_000, "studio-3": 1_000_000 } as const;
export type Slug = keyof typeof sizes;

/** The agencies that a run looks at; a quick one looks at the million only where it is there already. */
export const slugsOf = (quick: boolean): Slug[] =>
  quick && !process.env.BENCH_DATA ? ["studio-1", "studio-2"] : ["studio-1", "studio-2", "studio-3"];

export type Filled = Awaited<ReturnType<typeof startFilled>>;

/**
 * Starts the server and fills what is missing, two minutes for a million. With BENCH_DATA, a folder, it is kept for the next run;
 * otherwise it goes with `stop`. Shared memory and the cost of a random page are set as for a server with fast disks.
 */
export async function startFilled({ quick }: { quick: boolean }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "portico-bench-"));
  const dataDir = process.env.BENCH_DATA ?? path.join(folder, randomBytes(8).toString("hex"));
  const server = await tuned(dataDir);
  const address = (name: string) => server.url.replace(/\/postgres$/, `/${name}`);
  const url = await fillOurs(server.url, address("bench"), slugsOf(quick));
  const peerUrl = await fillPeers(server.url, address("bench_peers"), slugsOf(quick));
  const { data_directory: running } = await one<{ data_directory: string }>(url, "show data_directory");
  return {
    folder,
    url,
    peerUrl,
    cpu: () => cpuOfServer(running),
    agencyId: async (slug: Slug) =>
      (await one<{ id: string }>(url, "select id from agencies where slug = $1", [slug])).id,
    cookie: (appUrl: string) => signIn(url, appUrl),
    async stop() {
      if (!process.env.BENCH_DATA) await server.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function tuned(dataDir: string) {
  const options = { throwaway: !process.env.BENCH_DURABLE };
  const server = await startEmbedded(dataDir, options);
  if ((await one<{ shared_buffers: string }>(server.url, "show shared_buffers")).shared_buffers === "1GB")
    return server;
  for (const setting of ["shared_buffers = '1GB'", "max_wal_size = '4GB'", "random_page_cost = 1.1"])
    await one(server.url, `alter system set ${setting}`);
  await server.stop();
  return startEmbedded(dataDir, options);
}

async function one<T extends object>(url: string, text: string, values: unknown[] = []): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(text, values);
    return rows?.[0] as T;
  } finally {
    await client.end();
  }
}

const has = async (base: string, name: string) =>
  (await one<{ n: number }>(base, "select count(*)::int as n from pg_database where datname = $1", [name])).n > 0;

async function fillOurs(base: string, url: string, slugs: readonly Slug[]): Promise<string> {
  if (!(await has(base, "bench"))) await one(base, "create database bench");
  await migrate(url);
  const { n } = await one<{ n: number }>(url, "select count(*)::int as n from agencies");
  const root = path.resolve(import.meta.dirname, "..");
  for (const slug of slugs.slice(n))
    execFileSync(
      process.execPath,
      ["--import", "tsx", "bin/seed.ts", "--agencies", "1", "--contacts", String(sizes[slug])],
      { cwd: root, env: { ...process.env, DATABASE_URL: url, NODE_ENV: "development" } },
    );
  if (slugs.length > n) await one(url, "vacuum (analyze)");
  return url;
}

// The same people for the peers: half of them invited, a quarter joined, newest first by an index.
async function fillPeers(base: string, url: string, slugs: readonly Slug[]): Promise<string> {
  if (!(await has(base, "bench_peers"))) {
    await one(base, "create database bench_peers");
    await one(
      url,
      `create table contact (id bigint generated always as identity primary key, tenant_id int not null, first_name text not null,
         last_name text not null, email text not null, phone text, invited_at timestamptz, joined_at timestamptz, created_at timestamptz not null)`,
    );
    await one(url, "create index contact_list on contact (tenant_id, created_at desc, id desc)");
    await one(url, "create index contact_invited on contact (tenant_id) where invited_at is not null");
    await one(url, "create index contact_joined on contact (tenant_id) where joined_at is not null");
  }
  const { n } = await one<{ n: number }>(url, "select coalesce(max(tenant_id), 0) as n from contact");
  for (const [i, slug] of slugs.entries())
    if (i >= n)
      await one(
        url,
        `insert into contact (tenant_id, first_name, last_name, email, phone, invited_at, joined_at, created_at)
         select $1, (array['Ada','Grace','Linus','Barbara','Edsger','Frances','Alan','Joan'])[1 + i % 8], 'Contact' || i,
           'contact' || i || '@client' || i % 97 || '.example.test', '+1555' || lpad(i::text, 7, '0'),
           case when i % 2 = 0 then timestamptz '2026-03-01' + i * interval '1 s' end,
           case when i % 4 = 0 then timestamptz '2026-03-02' + i * interval '1 s' end, timestamptz '2026-01-01' + i * interval '1 s'
         from generate_series(1, $2::int) i`,
        [i + 1, sizes[slug]],
      );
  if (slugs.length > n) await one(url, "vacuum (analyze)");
  return url;
}

/** The cookie of a member of all these agencies. */
async function signIn(url: string, appUrl: string): Promise<string> {
  const sessionId = randomBytes(32).toString("base64url");
  await one(
    url,
    `with member as (insert into members (email, name, password_hash) values ($2, 'Sam', '-') returning id),
     staff as (insert into memberships (agency_id, member_id, role) select agencies.id, member.id, 'owner' from agencies, member)
     insert into member_sessions (id_hash, member_id, method, address, ends_at)
     select $1, id, 'password', '127.0.0.1', now() + interval '1 day' from member`,
    [hash(sessionId), `sam-${randomBytes(4).toString("hex")}@staff.example`],
  );
  const [name, seal] = sealSessionId("member", sessionId, { appUrl: new URL(appUrl) }, createKeys([SECRET]));
  return `${name}=${seal}`;
}

/** What our web process needs to know, as in production. */
export const settings = (url: string, folder: string, port: number, internalPort: number) => ({
  NODE_ENV: "production",
  PROCESS: "web",
  INTERNAL_PORT: String(internalPort),
  APP_URL: `http://localhost:${port}`,
  PORTAL_DOMAIN: `portal.localhost:${port}`,
  DATABASE_URL: url,
  DATA_DIR: folder,
  SMTP_URL: "smtp://127.0.0.1:1",
  MAIL_FROM: "Portico <no-reply@portico.example>",
  SESSION_SECRET: SECRET,
});

/** As the Dockerfile starts it. */
export const asInProduction = {
  NODE_OPTIONS: "--max-old-space-size=512 --max-semi-space-size=12",
  MALLOC_ARENA_MAX: "2",
};

/** Builds what runs in production into `folder`; returns its main module. */
export function buildInto(folder: string): string {
  const built = path.join(folder, "dist");
  execFileSync(process.execPath, ["bin/build.mjs", "--out", built], { cwd: path.resolve(import.meta.dirname, "..") });
  return path.join(built, "main.mjs");
}

/** Builds our program and starts its web process on a free port, with a signed-in member's cookie. */
export async function startOurs(filled: Filled): Promise<{ server: Server; host: string; cookie: string }> {
  const port = await freePort();
  const host = `localhost:${port}`;
  const env = { ...settings(filled.url, filled.folder, port, await freePort()), ...asInProduction };
  const server = await startProcess("Portico", buildInto(filled.folder), port, env, { host, path: "/sign-in" });
  return { server, host, cookie: await filled.cookie(env.APP_URL) };
}
