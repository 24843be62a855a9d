// The only reader of process.env: every setting checked, every fault reported at once.
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { BlockList, isIP } from "node:net";
import path from "node:path";

/** What links to a portal are built from beside the agency's own rows. */
export type PortalOrigin = { scheme: "http" | "https"; portalDomain: string };

export type Config = {
  production: boolean;
  host: string;
  port: number;
  internalHost: string;
  internalPort: number;
  appUrl: URL;
  portalOrigin: PortalOrigin;
  databaseUrl: string | undefined;
  databasePool: number;
  dataDir: string;
  smtpUrl: string | undefined;
  /** Connections to the relay, and messages a second and e-mails a minute of one agency at most, for each worker process. */
  smtpMaxConnections: number;
  smtpMaxPerSecond: number | undefined;
  agencyMaxPerMinute: number | undefined;
  mailFrom: string;
  /** SPF mechanisms that name the servers our mail leaves from; none when the operator did not say. */
  spfInclude: readonly string[];
  /** Where bounces come in, when the platform has such a domain. */
  bounceDomain: string | undefined;
  /** Where this process takes bounces by SMTP; nowhere without a port. */
  bounceListener: { host: string; port: number } | undefined;
  /** Signs what is posted to `/bounces`; a key from SESSION_SECRET does without it. */
  bounceSecret: string | undefined;
  /** Newest first; the first seals, all open. */
  sessionSecrets: readonly string[];
  process: "web" | "worker" | "all";
  trustedProxies: BlockList;
  signups: "open" | "closed";
  dnsServers: readonly string[];
  /** Where a domain's check knocks, and whether it may do so at addresses that are not on the internet. */
  domainProbe: { httpsPort: number; httpPort: number; privateAddresses: boolean };
  /** Jobs that a worker does at once; of e-mails, messages that are at the relay at once. */
  workerConcurrency: number;
  logLevel: string;
};

/** All faults of the environment at once; `faults` are sentences. */
export class ConfigError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
    this.faults = faults;
  }
}

type Env = Record<string, string | undefined>;

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/** Reads the settings from `env`. Throws ConfigError with every fault. In development a missing secret is made once and kept in `data/`. */
export function readConfig(env: Env = process.env, root = path.resolve(import.meta.dirname, "..")): Config {
  const faults: string[] = [];
  const production = env.NODE_ENV === "production";
  const dataDir = path.resolve(root, env.DATA_DIR || "data");

  const secret = (name: string): string | undefined => {
    const file = env[`${name}_FILE`];
    if (!file) return env[name] || undefined;
    try {
      return fs.readFileSync(file, "utf8").trim() || undefined;
    } catch {
      faults.push(`${name}_FILE names ${file}, which cannot be read.`);
      return undefined;
    }
  };
  const number = (name: string, fallback: number, min: number, max: number): number => {
    const text = env[name];
    if (!text) return fallback;
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    faults.push(`${name} must be a whole number from ${min} to ${max}, not "${text}".`);
    return fallback;
  };
  const limit = (name: string): number | undefined => number(name, 0, 1, 1_000_000) || undefined;
  const choice = <T extends string>(name: string, fallback: T, choices: readonly T[]): T => {
    const text = env[name];
    if (!text) return fallback;
    const found = choices.find((one) => one === text);
    if (!found) faults.push(`${name} must be one of ${choices.join(", ")}, not "${text}".`);
    return found ?? fallback;
  };

  const port = number("PORT", 3000, 0, 65535);
  const appUrl = readAppUrl(env.APP_URL, port, faults);
  const portalDomain = (env.PORTAL_DOMAIN || `portal.localhost:${port}`).toLowerCase();
  if (!/^[a-z0-9.-]+(:\d{1,5})?$/.test(portalDomain))
    faults.push(`PORTAL_DOMAIN must be a host name with an optional port, not "${portalDomain}".`);
  if (appUrl.host === portalDomain) faults.push("PORTAL_DOMAIN must differ from the host of APP_URL.");
  const databaseUrl = secret("DATABASE_URL");
  const smtpUrl = secret("SMTP_URL");
  if (databaseUrl && !/^postgres(ql)?:\/\//.test(databaseUrl)) faults.push("DATABASE_URL must begin with postgres://.");
  if (smtpUrl && !/^smtps?:\/\//.test(smtpUrl)) faults.push("SMTP_URL must begin with smtp:// or smtps://.");
  const mailFrom = env.MAIL_FROM || "Portico <no-reply@localhost>";
  if (!/^[^<>\r\n]*<[^<>\s@]+@[^<>\s@]+>$|^[^<>\s@]+@[^<>\s@]+$/.test(mailFrom))
    faults.push(`MAIL_FROM must be an address, or a name and <an address>, not "${mailFrom}".`);
  if (production) {
    if (!databaseUrl) faults.push("DATABASE_URL is missing.");
    if (!smtpUrl) faults.push("SMTP_URL is missing: without it no client would get mail.");
    if (!env.APP_URL) faults.push("APP_URL is missing.");
    if (!env.PORTAL_DOMAIN) faults.push("PORTAL_DOMAIN is missing.");
    if (!env.MAIL_FROM) faults.push("MAIL_FROM is missing.");
  }
  const workerConcurrency = number("WORKER_CONCURRENCY", 5, 1, 200);
  const config: Config = {
    production,
    host: env.HOST || "127.0.0.1",
    port,
    internalHost: env.INTERNAL_HOST || "127.0.0.1",
    internalPort: number("INTERNAL_PORT", 3001, 0, 65535),
    appUrl,
    portalOrigin: { scheme: appUrl.protocol === "https:" ? "https" : "http", portalDomain },
    databaseUrl,
    databasePool: number("DATABASE_POOL", 10, 2, 500),
    dataDir,
    smtpUrl,
    smtpMaxConnections: number("SMTP_MAX_CONNECTIONS", workerConcurrency, 1, 200),
    smtpMaxPerSecond: limit("SMTP_MAX_PER_SECOND"),
    agencyMaxPerMinute: limit("AGENCY_MAX_PER_MINUTE"),
    mailFrom,
    spfInclude: readSpfInclude(env.SPF_INCLUDE, faults),
    bounceDomain: readBounceDomain(env.BOUNCE_DOMAIN, faults),
    bounceListener: env.BOUNCE_PORT
      ? { host: env.BOUNCE_HOST || "127.0.0.1", port: number("BOUNCE_PORT", 0, 0, 65535) }
      : undefined,
    bounceSecret: readBounceSecret(secret("BOUNCE_SECRET"), faults),
    sessionSecrets: readSecrets(secret("SESSION_SECRET"), production, dataDir, faults),
    process: choice("PROCESS", "all", ["web", "worker", "all"] as const),
    trustedProxies: readProxies(env.TRUSTED_PROXIES, faults),
    signups: choice("SIGNUPS", production ? "closed" : "open", ["open", "closed"] as const),
    dnsServers: (env.DNS_SERVERS ?? "")
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean),
    domainProbe: {
      httpsPort: number("DOMAIN_HTTPS_PORT", 443, 1, 65535),
      httpPort: number("DOMAIN_HTTP_PORT", 80, 1, 65535),
      privateAddresses: choice("DOMAIN_PRIVATE_ADDRESSES", production ? "no" : "yes", ["yes", "no"] as const) === "yes",
    },
    workerConcurrency,
    logLevel: choice("LOG_LEVEL", "info", LEVELS),
  };
  if (config.bounceListener && !config.bounceDomain)
    faults.push("BOUNCE_PORT needs BOUNCE_DOMAIN: without it no message asks for its bounces.");
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

function readAppUrl(text: string | undefined, port: number, faults: string[]): URL {
  const fallback = new URL(`http://localhost:${port}`);
  if (!text) return fallback;
  try {
    const url = new URL(text);
    if (!/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search || url.username)
      throw new Error("not an origin");
    return url;
  } catch {
    faults.push(`APP_URL must be an origin such as https://app.example.com, not "${text}".`);
    return fallback;
  }
}

// `include:spf.example`, `ip4:192.0.2.0/24`, `a:mail.example`; a bare name means include:, a bare address ip4: or ip6:.
function readSpfInclude(text: string | undefined, faults: string[]): string[] {
  const mechanisms: string[] = [];
  for (const one of (text ?? "").split(/[\s,]+/).filter(Boolean)) {
    const family = isIP(one.split("/")[0] ?? "");
    const bare = /^[a-z0-9_][a-z0-9._-]*\.[a-z0-9-]+$/i.test(one) ? `include:${one}` : one;
    const mechanism = (family ? `ip${family}:${one}` : bare).toLowerCase();
    if (/^(?:(?:include|a|mx|exists):[a-z0-9._-]+|ip[46]:[0-9a-f.:]+)(?:\/\d{1,3})?$/.test(mechanism))
      mechanisms.push(mechanism);
    else faults.push(`SPF_INCLUDE must hold SPF mechanisms such as include:spf.example.com, not "${one}".`);
  }
  return mechanisms;
}

function readBounceDomain(text: string | undefined, faults: string[]): string | undefined {
  if (!text) return undefined;
  const name = text.toLowerCase().replace(/\.$/, "");
  if (/^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*$/.test(name)) return name;
  faults.push(`BOUNCE_DOMAIN must be a host name, not "${text}".`);
  return undefined;
}

function readBounceSecret(text: string | undefined, faults: string[]): string | undefined {
  if (text !== undefined && text.length < 32) faults.push("BOUNCE_SECRET must have 32 characters or more.");
  return text;
}

function readSecrets(text: string | undefined, production: boolean, dataDir: string, faults: string[]): string[] {
  const secrets = (text ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);
  for (const one of secrets) {
    if (one.length < 32) faults.push("SESSION_SECRET must have 32 characters or more (each, when there are several).");
    else if (new Set(one).size < 8) faults.push("SESSION_SECRET is too easy to guess: use random characters.");
  }
  if (secrets.length > 0) return secrets;
  if (production) {
    faults.push("SESSION_SECRET is missing: 32 random characters or more.");
    return ["-"];
  }
  return [developmentSecret(dataDir)];
}

// Kept in a file, so that a restart in development does not sign everybody out.
function developmentSecret(dataDir: string): string {
  const file = path.join(dataDir, "session-secret");
  fs.mkdirSync(dataDir, { recursive: true });
  try {
    fs.writeFileSync(file, randomBytes(32).toString("base64url"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return fs.readFileSync(file, "utf8").trim();
}

function readProxies(text: string | undefined, faults: string[]): BlockList {
  const list = new BlockList();
  for (const one of (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)) {
    const [address = "", bits] = one.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    const prefix = bits === undefined ? (family === "ipv6" ? 128 : 32) : Number(bits);
    if (isIP(address) === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (family === "ipv6" ? 128 : 32)) {
      faults.push(`TRUSTED_PROXIES must hold addresses or CIDRs, not "${one}".`);
    } else list.addSubnet(address, prefix, family);
  }
  return list;
}
