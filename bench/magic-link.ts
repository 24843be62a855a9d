// Magic links: making one, the click that signs in, and the session check of every page after it, beside better-auth.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import pg from "pg";
import { createKeys } from "../src/web/keys.ts";
import { formTokenFor } from "../src/web/security.ts";
import { sealSessionId } from "../src/web/sessions.ts";
import { asInProduction, buildInto } from "./filled.ts";
import { load } from "./load.ts";
import { hash } from "./members.ts";
import { type Benchmark, compare, type Result, type RunOptions } from "./results.ts";
import { type Server, startProcess } from "./servers.ts";
import { havePeers, startBench } from "./steps.ts";

export const magicLink: Benchmark = {
  name: "magic-link",
  about: "making a magic link, clicking it, and checking the session on the next page, beside better-auth",
  run: measure,
};

type Stage = "make" | "click" | "check" | "proof";
type Side = {
  server: Server;
  close?: () => Promise<void>;
  requests: Record<Stage, () => Promise<Buffer[]>>;
  statuses: Record<Stage, string>;
};
type Run = { rate: number; app: number; database: number; both: number };

const SECRET = "a secret for benchmarks that is long and random 7f3b";
const PORTS = { ours: 4320, internal: 4321, peer: 4322 };
const CONNECTIONS = 16;
const PEOPLE = 20_000;
const COOKIES = 200;
/** More than one load can use; each is written beforehand, and what PostgreSQL still has to do about them counts against ours. */
const LINKS = 6_000;
const HOST = `northwind.portal.localhost:${PORTS.ours}`;
const stages = ["make", "click", "check", "proof"] as const;

const words: Record<Stage, string> = {
  make: "making a link",
  click: "clicking a link, to cookie and redirect",
  check: "a page that needs the session",
  proof: "the session alone, without a page",
};

async function measure({ quick }: RunOptions): Promise<Result[]> {
  const seconds = quick ? 1 : 3;
  const rounds = quick ? 1 : 3;
  const bench = await startBench();
  const sides: Side[] = [];
  try {
    sides.push(await ours(await bench.fresh("bench_links", true), bench.folder));
    if (havePeers("better-auth")) sides.push(await betterAuth(await bench.fresh("bench_auth", false), bench.folder));
    const seen = new Map(
      sides.map((side) => [side, { make: [] as Run[], click: [] as Run[], check: [] as Run[], proof: [] as Run[] }]),
    );
    for (let round = 0; round <= rounds; round++)
      for (const stage of stages)
        for (const side of sides) {
          const requests = await side.requests[stage]();
          const before = { app: side.server.cpu(), database: bench.cpu() };
          // a link opens once, so a click's load ends when there are no more of them
          const limit = stage === "click" ? { most: requests.length } : {};
          const done = await load({ port: side.server.port, connections: CONNECTIONS, seconds, requests, ...limit });
          const other = Object.keys(done.statuses).filter((status) => status !== side.statuses[stage]);
          if (other.length > 0) throw new Error(`${side.server.name}, ${stage}: ${JSON.stringify(done.statuses)}`);
          const us = (spent: number) => (spent / done.requests) * 1e6;
          const app = us(side.server.cpu() - before.app);
          const database = us(bench.cpu() - before.database);
          const run = { rate: done.requests / done.seconds, app, database, both: app + database };
          if (round > 0) seen.get(side)?.[stage].push(run);
        }
    const [mine, peer] = sides;
    const of = (side: Side | undefined, stage: Stage, key: keyof Run) =>
      (side ? (seen.get(side)?.[stage] ?? []) : []).map((run) => run[key]);
    return stages.flatMap((stage) => {
      const beside = (key: keyof Run) => ({ name: "better-auth", figure: of(peer, stage, key) });
      return [
        compare("magic-link", `${words[stage]}, /s`, "more", of(mine, stage, "rate"), beside("rate")),
        compare("magic-link", `${words[stage]}, application CPU us`, "less", of(mine, stage, "app"), beside("app")),
        compare(
          "magic-link",
          `${words[stage]}, database CPU us`,
          "less",
          of(mine, stage, "database"),
          beside("database"),
        ),
        compare("magic-link", `${words[stage]}, CPU us of both`, "less", of(mine, stage, "both"), beside("both")),
      ];
    });
  } finally {
    for (const { server, close } of sides) {
      await server.stop();
      await close?.();
    }
    await bench.stop();
  }
}

const bytes = (lines: readonly string[], body?: string) =>
  Buffer.from(
    `${[...lines, ...(body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`])].join("\r\n")}\r\n\r\n${body ?? ""}`,
    "latin1",
  );

const FORM = "Content-Type: application/x-www-form-urlencoded";

async function ours(databaseUrl: string, folder: string): Promise<Side> {
  const owner = new pg.Client({ connectionString: databaseUrl });
  await owner.connect();
  const member = await fill(owner);
  const server = await startProcess(
    "Portico",
    buildInto(folder),
    PORTS.ours,
    {
      ...asInProduction,
      NODE_ENV: "production",
      PROCESS: "web",
      INTERNAL_PORT: String(PORTS.internal),
      APP_URL: `http://localhost:${PORTS.ours}`,
      PORTAL_DOMAIN: `portal.localhost:${PORTS.ours}`,
      DATABASE_URL: databaseUrl,
      DATA_DIR: folder,
      SMTP_URL: "smtp://127.0.0.1:1",
      MAIL_FROM: "Portico <no-reply@portico.example>",
      SESSION_SECRET: SECRET,
      // so that the load can come from as many addresses as there are people, under the product's own limits
      TRUSTED_PROXIES: "127.0.0.1",
    },
    { host: HOST, path: "/sign-in" },
  );
  const keys = createKeys([SECRET]);
  const config = { appUrl: new URL(`http://localhost:${PORTS.ours}`) };
  const [name, seal] = sealSessionId("member", member.sessionId, config, keys);
  const browser = randomBytes(32).toString("base64url");
  let visitor = 0;
  const from = () => {
    visitor += 1;
    return `X-Forwarded-For: 10.${(visitor >> 16) & 255}.${(visitor >> 8) & 255}.${visitor & 255}`;
  };
  const click = (token: string) =>
    bytes(
      [
        `POST /l/${token} HTTP/1.1`,
        `Host: ${HOST}`,
        "Sec-Fetch-Site: same-origin",
        FORM,
        `Cookie: browser=${browser}`,
        from(),
      ],
      new URLSearchParams({ form_token: formTokenFor(keys, HOST, browser) }).toString(),
    );
  let cookies: string[] | undefined;
  const asVisitors = async (target: string) => {
    cookies ??= await signIns((await links(owner, COOKIES)).map(click));
    return cookies.map((cookie) =>
      bytes([`GET ${target} HTTP/1.1`, `Host: ${HOST}`, `Cookie: browser=${browser}; ${cookie}`]),
    );
  };
  return {
    server,
    close: () => owner.end(),
    statuses: { make: "200", click: "303", check: "200", proof: "303" },
    requests: {
      make: async () =>
        member.contacts.map((contact) =>
          bytes(
            [
              "POST /northwind/magic-links HTTP/1.1",
              `Host: localhost:${PORTS.ours}`,
              "Sec-Fetch-Site: same-origin",
              FORM,
              `Cookie: ${name}=${seal}`,
              "HX-Request: true",
            ],
            new URLSearchParams({ contact, destination: "/", lifetime: "86400", uses: "once" }).toString(),
          ),
        ),
      click: async () => (await links(owner, LINKS)).map(click),
      check: () => asVisitors("/"),
      // the sign-in page sends on whoever is signed in
      proof: () => asVisitors("/sign-in"),
    },
  };
}

async function fill(owner: pg.Client): Promise<{ sessionId: string; contacts: string[] }> {
  const sessionId = randomBytes(32).toString("base64url");
  await owner.query(
    `with agency as (insert into agencies (slug, name) values ('northwind', 'Northwind') returning id),
     host as (insert into hosts (agency_id, kind, name, verified_at, active_at, selected_at)
       select id, 'default', 'northwind', now(), now(), now() from agency),
     member as (insert into members (email, name, password_hash) values ('sam@northwind.example', 'Sam', '-') returning id),
     staff as (insert into memberships (agency_id, member_id, role) select agency.id, member.id, 'owner' from agency, member)
     insert into member_sessions (id_hash, member_id, method, address, ends_at)
     select $1, id, 'password', '127.0.0.1', now() + interval '1 day' from member`,
    [hash(sessionId)],
  );
  const { rows } = await owner.query<{ id: string }>(
    `insert into contacts (agency_id, email, name, invited_at)
     select agencies.id, 'u' || n || '@client.example.test', 'User ' || n, now() from agencies, generate_series(1, $1::int) n
     returning id`,
    [PEOPLE],
  );
  // Only what was filled: of a table that was looked at while empty, PostgreSQL believes that it has no rows, until the next look.
  await owner.query("vacuum analyze agencies, hosts, members, memberships, member_sessions, contacts, portal_counts");
  return { sessionId, contacts: rows.map(({ id }) => id) };
}

/** Writes links of contacts, as the product does but all at once, and returns their tokens. */
async function links(owner: pg.Client, count: number): Promise<string[]> {
  const tokens = Array.from({ length: count }, () => randomBytes(32).toString("base64url"));
  await owner.query(
    `with person as (select agency_id, id, access_version, row_number() over () as n from contacts),
     made as (
       insert into access_links (agency_id, contact_id, kind, uses, lifetime_seconds, access_version, expires_at)
       select agency_id, id, 'magic', 'once', 86400, access_version, now() + interval '1 day' from person where n <= $2
       returning agency_id, id)
     insert into access_tokens (agency_id, token_hash, link_id)
     select agency_id, token_hash, id from (select made.*, row_number() over () as n from made) as made
     join unnest($1::bytea[]) with ordinality as token (token_hash, n) using (n)`,
    [tokens.map(hash), count],
  );
  return tokens;
}

/** Sends each request alone and returns the cookies that came back. */
async function signIns(requests: readonly Buffer[]): Promise<string[]> {
  const cookies: string[] = [];
  for (const request of requests) {
    const [head = "", body = ""] = request.toString("latin1").split("\r\n\r\n");
    const [first = "", ...lines] = head.split("\r\n");
    const [method = "", target = ""] = first.split(" ");
    const headers = Object.fromEntries(lines.map((line) => line.split(": ") as [string, string]));
    cookies.push(await cookiesOf({ port: PORTS.ours, method, path: target, headers }, body));
  }
  return cookies;
}

const cookiesOf = (options: http.RequestOptions, body: string) =>
  new Promise<string>((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", ...options }, (response) => {
      response.resume();
      const set = (response.headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0] ?? "");
      response.on("end", () => resolve(set.join("; ")));
    });
    request.on("error", reject);
    request.end(body);
  });

async function betterAuth(databaseUrl: string, folder: string): Promise<Side> {
  const file = path.join(folder, "links");
  const server = await startProcess(
    "better-auth",
    "bench/peers/better-auth.mjs",
    PORTS.peer,
    { ...asInProduction, NODE_ENV: "production", DATABASE_URL: databaseUrl, LINKS: file },
    { host: `127.0.0.1:${PORTS.peer}`, path: "/portal" },
  );
  const owner = new pg.Client({ connectionString: databaseUrl });
  await owner.connect();
  await owner.query(
    `insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
     select 'u' || i, 'User ' || i, 'u' || i || '@client.example.test', true, now(), now() from generate_series(1, $1::int) i`,
    [PEOPLE],
  );
  await owner.query('vacuum analyze "user"');
  await owner.end();
  const host = `Host: 127.0.0.1:${PORTS.peer}`;
  const origin = `Origin: http://127.0.0.1:${PORTS.peer}`;
  const make = (i: number) =>
    bytes(
      ["POST /api/auth/sign-in/magic-link HTTP/1.1", host, origin, "Content-Type: application/json"],
      JSON.stringify({ email: `u${i}@client.example.test`, callbackURL: "/portal" }),
    );
  let used = 0;
  const fresh = () => {
    const all = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
    const tokens = all.slice(used);
    used = all.length;
    return tokens;
  };
  const click = (token: string) => `/api/auth/magic-link/verify?token=${token}&callbackURL=%2Fportal`;
  let cookies: string[] | undefined;
  const asVisitors = async (target: string) => {
    if (!cookies) {
      fresh();
      await load({
        port: PORTS.peer,
        connections: 1,
        seconds: 60,
        requests: Array.from({ length: COOKIES }, (_, i) => make(i + 1)),
        most: COOKIES,
      });
      cookies = [];
      for (const token of fresh())
        cookies.push(await cookiesOf({ port: PORTS.peer, method: "GET", path: click(token), headers: {} }, ""));
    }
    return cookies.map((cookie) => bytes([`GET ${target} HTTP/1.1`, host, `Cookie: ${cookie}`]));
  };
  return {
    server,
    statuses: { make: "200", click: "302", check: "200", proof: "200" },
    requests: {
      make: async () => Array.from({ length: PEOPLE }, (_, i) => make(i + 1)),
      // the links that the stage before has made
      click: async () => fresh().map((token) => bytes([`GET ${click(token)} HTTP/1.1`, host])),
      check: () => asVisitors("/portal"),
      proof: () => asVisitors("/api/auth/get-session"),
    },
  };
}
