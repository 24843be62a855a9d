// Looks at everything that Portico needs and says of each thing whether it is well.
import net from "node:net";
import tls from "node:tls";
import pg from "pg";
import { type Config, ConfigError } from "../../src/config.ts";
import { newestMigration } from "../../src/db/migrate.ts";
import { openDatabase } from "../../src/db/open.ts";
import type { EarlyCommand } from "./command.ts";

type Finding = { state: "ok" | "warn" | "fail"; what: string; said: string };

const PATIENCE_MS = 5_000;

export const doctor: EarlyCommand = {
  name: "doctor",
  summary: "Checks the settings, the database, its migrations, the clock, the mail relay and jobs that were set aside.",
  options: {},
  async runEarly(read) {
    const findings = await examine(read);
    for (const { state, what, said } of findings) console.log(`${state.padEnd(5)} ${what.padEnd(11)} ${said}`);
    return findings.some(({ state }) => state === "fail") ? 1 : 0;
  },
};

async function examine(read: () => Config): Promise<Finding[]> {
  const found: Finding[] = [{ state: "ok", what: "node", said: process.version }];
  let config: Config;
  try {
    config = read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [...found, ...error.faults.map((said): Finding => ({ state: "fail", what: "settings", said }))];
  }
  found.push({
    state: "ok",
    what: "settings",
    said: `${config.appUrl.origin}, portals under ${config.portalOrigin.portalDomain}`,
  });
  if (config.appUrl.protocol === "http:" && config.production)
    found.push({
      state: "warn",
      what: "settings",
      said: "APP_URL is plain http: cookies and links can be read on their way.",
    });
  found.push(...(await database(config)), await relay(config));
  return found;
}

async function database(config: Config): Promise<Finding[]> {
  let opened: Awaited<ReturnType<typeof openDatabase>> | undefined;
  try {
    opened = await openDatabase(config);
    const client = new pg.Client({ connectionString: opened.url, connectionTimeoutMillis: PATIENCE_MS });
    await client.connect();
    try {
      return await questions(client);
    } finally {
      await client.end();
    }
  } catch (error) {
    return [{ state: "fail", what: "database", said: error instanceof Error ? error.message : String(error) }];
  } finally {
    await opened?.stop();
  }
}

async function questions(client: pg.Client): Promise<Finding[]> {
  const asked = Date.now();
  const { rows } = await client.query(
    "select current_setting('server_version') as version, current_setting('server_version_num')::int as number, now() as now, to_regclass('kysely_migration') is not null as begun",
  );
  const { version, number, now, begun } = rows[0] as { version: string; number: number; now: Date; begun: boolean };
  const off = Math.abs(now.getTime() - (asked + Date.now()) / 2) / 1000;
  const found: Finding[] = [
    {
      state: number >= 180_000 ? "ok" : "fail",
      what: "database",
      said: `PostgreSQL ${version}${number >= 180_000 ? "" : "; 18 or newer is needed"}`,
    },
    {
      state: off < 5 ? "ok" : "warn",
      what: "clock",
      said: off < 5 ? "agrees with the database's" : `differs from the database's by ${off.toFixed(0)} s`,
    },
  ];
  const newest = newestMigration();
  const ran = begun && (await client.query("select from kysely_migration where name = $1", [newest])).rowCount === 1;
  found.push({
    state: ran ? "ok" : "fail",
    what: "migrations",
    said: ran ? `up to ${newest}` : `${newest} has not run: npm run migrate`,
  });
  if (!ran) return found;
  const aside = (await client.query("select count(*)::int as n from jobs where quarantined_at is not null"))
    .rows[0] as { n: number };
  found.push({
    state: aside.n === 0 ? "ok" : "warn",
    what: "jobs",
    said: aside.n === 0 ? "none was set aside" : `${aside.n} were set aside: portico job list --quarantined`,
  });
  return found;
}

async function relay({ smtpUrl, production }: Config): Promise<Finding> {
  if (!smtpUrl)
    return {
      state: production ? "fail" : "ok",
      what: "mail",
      said: "no SMTP_URL: mail is kept and shown at /dev/mail",
    };
  const { protocol, hostname, port } = new URL(smtpUrl);
  const secure = protocol === "smtps:";
  const target = { host: hostname, port: Number(port) || (secure ? 465 : 587) };
  try {
    const greeting = await firstLine(secure ? tls.connect({ ...target, servername: hostname }) : net.connect(target));
    if (!greeting.startsWith("220")) throw new Error(`it greeted with "${greeting.slice(0, 80)}"`);
    return { state: "ok", what: "mail", said: `${target.host}:${target.port} answers` };
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    return { state: "fail", what: "mail", said: `${target.host}:${target.port} does not answer: ${reason}` };
  }
}

/** The first line that the other side says; rejects when it says nothing in time. */
function firstLine(socket: net.Socket): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    let said = "";
    socket.setTimeout(PATIENCE_MS, () => reject(new Error("it said nothing in 5 s")));
    socket.on("error", reject);
    socket.on("end", () => reject(new Error("it hung up")));
    socket.on("data", (part) => {
      said += part.toString("latin1");
      if (said.includes("\n")) resolve(said.split(/\r?\n/, 1)[0] ?? "");
    });
  }).finally(() => socket.destroy());
}
