// The world of every route test: two agencies with staff in every role and contacts in every state, behind the real app.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { createApp, type PublicApp } from "../../src/app.ts";
import { type Config, readConfig } from "../../src/config.ts";
import type { ContactStatus, Role } from "../../src/db/schema.ts";
import { createDeps, type Deps } from "../../src/deps.ts";
import { createLogger } from "../../src/log.ts";
import { hashPassword } from "../../src/models/passwords.ts";
import { createTestDatabase, insertAgency, insertContact, type TestDatabase } from "./database.ts";
import { Visitor } from "./visitor.ts";

export const PASSWORD = "correct-horse-battery";

/** One agency of the world. Contacts by state; `members` by role. */
export type WorldAgency = {
  id: string;
  slug: string;
  name: string;
  /** The portal's host as a Host header has it. */
  host: string;
  members: Record<Role, { id: string; email: string; name: string }>;
  contacts: Record<ContactStatus, { id: string; email: string; name: string }>;
};

export type World = {
  database: TestDatabase;
  config: Config;
  deps: Deps;
  app: PublicApp;
  northwind: WorldAgency;
  rivermark: WorldAgency;
  /** Every line that was logged, to look for what must not be there. */
  logged: string[];
  /** A browser at the app host, signed in as this member or not at all. */
  member(who?: { id: string }): Promise<Visitor>;
  /** A browser at this agency's portal, signed in as nobody. */
  client(agency: WorldAgency): Visitor;
  close(): Promise<void>;
};

let hash: Promise<string> | undefined;

/** Builds the world. `env` overrides settings, as an operator would. */
export async function createWorld(env: Record<string, string> = {}): Promise<World> {
  const database = await createTestDatabase();
  const dataDir = mkdtempSync(path.join(os.tmpdir(), "portico-world-"));
  const config = readConfig({
    PORT: "3000",
    LOG_LEVEL: "info",
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    SESSION_SECRET: "a secret for tests that is long and random enough 7f3b",
    ...env,
  });
  const logged: string[] = [];
  const deps = createDeps(
    config,
    database.url,
    createLogger(config.logLevel, (line) => logged.push(line)),
    { request: () => undefined },
  );
  const app = createApp(deps);
  hash ??= hashPassword(PASSWORD);
  const passwordHash = await hash;
  const northwind = await insertWorldAgency(database, config, "northwind", "Northwind", passwordHash);
  const rivermark = await insertWorldAgency(database, config, "rivermark", "Rivermark", passwordHash);
  return {
    database,
    config,
    deps,
    app,
    northwind,
    rivermark,
    logged,
    member: async (who) => {
      const visitor = new Visitor(app, config.appUrl.host);
      if (who) await visitor.signInAs(deps, who.id);
      return visitor;
    },
    client: (agency) => new Visitor(app, agency.host),
    close: async () => {
      await deps.close();
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** As createWorld, closed when the running test ends. */
export async function worldForTest(env: Record<string, string> = {}): Promise<World> {
  const world = await createWorld(env);
  onTestFinished(() => world.close());
  return world;
}

const roles: readonly Role[] = ["owner", "admin", "member", "viewer"];

async function insertWorldAgency(
  database: TestDatabase,
  config: Config,
  slug: string,
  name: string,
  passwordHash: string,
): Promise<WorldAgency> {
  const id = await insertAgency(database, slug, name);
  const members = {} as WorldAgency["members"];
  for (const role of roles) {
    const member = { id: randomUUID(), email: `${role}@${slug}.example`, name: `${name} ${role}` };
    await database.owner.query("insert into members (id, email, name, password_hash) values ($1, $2, $3, $4)", [
      member.id,
      member.email,
      member.name,
      passwordHash,
    ]);
    await database.owner.query("insert into memberships (agency_id, member_id, role) values ($1, $2, $3)", [
      id,
      member.id,
      role,
    ]);
    members[role] = member;
  }
  const contacts = {} as WorldAgency["contacts"];
  const moments: Record<ContactStatus, Record<string, unknown>> = {
    "not-invited": {},
    invited: { invited_at: new Date("2026-11-01T09:00:00Z") },
    joined: {
      invited_at: new Date("2026-11-01T09:00:00Z"),
      joined_at: new Date("2026-11-02T10:00:00Z"),
      email_proven_at: new Date("2026-11-02T10:00:00Z"),
    },
    revoked: {
      invited_at: new Date("2026-11-01T09:00:00Z"),
      joined_at: new Date("2026-11-02T10:00:00Z"),
      revoked_at: new Date("2026-11-03T10:00:00Z"),
    },
  };
  for (const [status, columns] of Object.entries(moments) as [ContactStatus, Record<string, unknown>][]) {
    const contact = { email: `${status}@${slug}-client.example`, name: `${name} ${status} client` };
    contacts[status] = {
      ...contact,
      id: await insertContact(database, id, { ...contact, company: `${name} Client Ltd`, ...columns }),
    };
  }
  return { id, slug, name, host: `${slug}.${config.portalOrigin.portalDomain}`, members, contacts };
}

/** How many rows of a table an agency has, seen from behind row-level security; to show that nothing was left behind. */
export async function countRows(world: World, table: string, agencyId: string): Promise<number> {
  const { rows } = await world.database.owner.query(`select count(*)::int as n from ${table} where agency_id = $1`, [
    agencyId,
  ]);
  return (rows[0] as { n: number }).n;
}
