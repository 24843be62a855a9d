// Settings: every fault at once in production, sensible defaults in development, secrets from files.
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { ConfigError, readConfig } from "../src/config.ts";

const folder = () => mkdtempSync(path.join(os.tmpdir(), "portico-config-"));
const secret = "f0b2c9d4e8a1730596bd4c2e1f8a7d3b";
const production = {
  NODE_ENV: "production",
  DATABASE_URL: "postgres://db.example/portico",
  SMTP_URL: "smtps://relay.example",
  APP_URL: "https://app.example.com",
  PORTAL_DOMAIN: "portal.example.com",
  MAIL_FROM: "Portico <no-reply@example.com>",
  SESSION_SECRET: secret,
};

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env, folder());
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test("in development nothing needs to be set", () => {
  const config = readConfig({}, folder());
  expect(config).toMatchObject({
    port: 3000,
    host: "127.0.0.1",
    signups: "open",
    process: "all",
    databaseUrl: undefined,
  });
  expect(config.appUrl.origin).toBe("http://localhost:3000");
  expect(config.portalOrigin).toEqual({ scheme: "http", portalDomain: "portal.localhost:3000" });
});

test("the development secret is made once, kept, and readable by its owner alone", () => {
  const root = folder();
  const first = readConfig({}, root).sessionSecrets;
  expect(readConfig({}, root).sessionSecrets).toEqual(first);
  const file = path.join(root, "data/session-secret");
  expect(readFileSync(file, "utf8").length).toBeGreaterThanOrEqual(32);
  expect(statSync(file).mode & 0o077).toBe(0);
});

test("a complete production environment is accepted, with sign-ups closed", () => {
  expect(faultsOf(production)).toEqual([]);
  expect(readConfig(production, folder())).toMatchObject({
    production: true,
    signups: "closed",
    portalOrigin: { scheme: "https" },
  });
});

test("in production every missing and weak value is named at once", () => {
  const faults = faultsOf({ NODE_ENV: "production", SESSION_SECRET: "short", PORT: "many" }).join("\n");
  for (const name of ["DATABASE_URL", "SMTP_URL", "APP_URL", "PORTAL_DOMAIN", "MAIL_FROM", "SESSION_SECRET", "PORT"])
    expect(faults).toContain(name);
});

test.each([
  ["SESSION_SECRET", "a".repeat(40)],
  ["APP_URL", "https://app.example.com/path"],
  ["PORTAL_DOMAIN", "https://portal.example.com"],
  ["TRUSTED_PROXIES", "10.0.0.0/40"],
  ["PROCESS", "both"],
  ["LOG_LEVEL", "loud"],
  ["DATABASE_URL", "mysql://x"],
  ["MAIL_FROM", "Portico"],
])("%s=%s is a fault", (name, value) => {
  expect(faultsOf({ ...production, [name]: value }).join()).toContain(name);
});

test("secrets can come from files, and a file that cannot be read is a fault", () => {
  const file = path.join(folder(), "secret");
  writeFileSync(file, `${secret}\n`);
  const { SESSION_SECRET: _, ...rest } = production;
  expect(readConfig({ ...rest, SESSION_SECRET_FILE: file }, folder()).sessionSecrets).toEqual([secret]);
  expect(faultsOf({ ...rest, SESSION_SECRET_FILE: "/nowhere/secret" }).join()).toContain("SESSION_SECRET_FILE");
});

test("SPF mechanisms are read in every spelling, and what is none is refused, like a bounce domain that is no name", () => {
  const read = (SPF_INCLUDE: string) => readConfig({ SPF_INCLUDE }, folder()).spfInclude;
  expect(read("_spf.example.com")).toEqual(["include:_spf.example.com"]);
  expect(read("192.0.2.7, 2001:db8::/32 ip4:198.51.100.0/24 A:Mail.example.com")).toEqual([
    "ip4:192.0.2.7",
    "ip6:2001:db8::/32",
    "ip4:198.51.100.0/24",
    "a:mail.example.com",
  ]);
  expect(read("")).toEqual([]);
  for (const SPF_INCLUDE of ["all", "+all", "v=spf1", "redirect=_spf.example.com", "include:", "ip4:x y"])
    expect([SPF_INCLUDE, faultsOf({ SPF_INCLUDE })]).toEqual([
      SPF_INCLUDE,
      expect.arrayContaining([expect.stringContaining("SPF_INCLUDE")]),
    ]);
  expect(readConfig({ BOUNCE_DOMAIN: "Bounces.Example.com." }, folder()).bounceDomain).toBe("bounces.example.com");
  expect(faultsOf({ BOUNCE_DOMAIN: "bounces@example.com" })).toHaveLength(1);
  expect(faultsOf({ BOUNCE_PORT: "2525" })).toEqual([expect.stringContaining("BOUNCE_PORT needs BOUNCE_DOMAIN")]);
  expect(faultsOf({ BOUNCE_SECRET: "short" })).toEqual([expect.stringContaining("BOUNCE_SECRET")]);
  const listening = readConfig({ BOUNCE_DOMAIN: "bounces.example.com", BOUNCE_PORT: "2525" }, folder());
  expect(listening.bounceListener).toEqual({ host: "127.0.0.1", port: 2525 });
  expect(readConfig({}, folder())).toMatchObject({ bounceListener: undefined, bounceSecret: undefined });
});

test("what the relay and an agency get is not limited unless somebody says so, but for connections: as many as jobs at once", () => {
  expect(readConfig({}, folder())).toMatchObject({ workerConcurrency: 5, smtpMaxConnections: 5 });
  expect(readConfig({ WORKER_CONCURRENCY: "20" }, folder())).toMatchObject({
    smtpMaxConnections: 20,
    smtpMaxPerSecond: undefined,
    agencyMaxPerMinute: undefined,
  });
  const limits = { SMTP_MAX_CONNECTIONS: "3", SMTP_MAX_PER_SECOND: "14", AGENCY_MAX_PER_MINUTE: "600" };
  expect(readConfig(limits, folder())).toMatchObject({
    smtpMaxConnections: 3,
    smtpMaxPerSecond: 14,
    agencyMaxPerMinute: 600,
  });
  expect(faultsOf({ SMTP_MAX_PER_SECOND: "many", AGENCY_MAX_PER_MINUTE: "0", WORKER_CONCURRENCY: "-1" })).toHaveLength(
    3,
  );
});
