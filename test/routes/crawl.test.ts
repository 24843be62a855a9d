// Two agencies: every route of both maps with every role and the other agency's ids. Nothing of Rivermark's answers to Northwind's people.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dashboardRoutes } from "../../src/routes/dashboard/index.ts";
import { portalRoutes } from "../../src/routes/portal/index.ts";
import { createWorld, type World, type WorldAgency } from "../support/world.ts";

let world: World;
/** Ids of everything that Rivermark has, by the name of the table. */
let theirs: string[];

beforeAll(async () => {
  world = await createWorld();
  theirs = await everythingOf(world.rivermark);
});
afterAll(() => world.close());

async function everythingOf(agency: WorldAgency): Promise<string[]> {
  const { owner } = world.database;
  const contact = agency.contacts.joined.id;
  const { rows: batch } = await owner.query(
    "insert into email_batches (agency_id, kind, total) values ($1, 'login-email', 1) returning id",
    [agency.id],
  );
  const { rows: email } = await owner.query(
    "insert into emails (agency_id, kind, contact_id, batch_id, to_email, lifetime_seconds, status) values ($1, 'login-email', $2, $3, 'x@y.example', 60, 'failed') returning id",
    [agency.id, contact, batch[0].id],
  );
  const { rows: link } = await owner.query(
    "insert into access_links (agency_id, contact_id, kind, lifetime_seconds, access_version, expires_at) values ($1, $2, 'magic', 60, 1, now() + interval '1 day') returning id",
    [agency.id, contact],
  );
  const { rows: session } = await owner.query(
    `insert into contact_sessions (agency_id, id_hash, contact_id, host, method, access_version, ends_at)
     values ($1, sha256('x'), $2, 'h', 'link', 1, now() + interval '1 day') returning id`,
    [agency.id, contact],
  );
  const { rows: sender } = await owner.query(
    `insert into sending_domains (agency_id, id, domain, public_key, private_key, verified_at)
     values ($1, gen_random_uuid(), $2, 'x', 'x', now()) returning id`,
    [agency.id, `${agency.slug}.example`],
  );
  return [contact, batch[0].id, email[0].id, link[0].id, session[0].id, sender[0].id];
}

const fill = (path: string, values: Record<string, string>) =>
  path.replace(/:(\w+)(\{[^}]*\})?/g, (_, name: string) => values[name] ?? "0199a0a0-0000-7000-8000-000000000000");

/** What a form could carry to reach somebody else's rows. */
const reachingFor = (ids: string[]) => ({
  contact: ids,
  id: ids[0] ?? "",
  emails: "",
  destination: "/",
  lifetime: "86400",
  uses: "once",
  name: "Taken over",
  company: "Taken over",
});

async function snapshot(agency: WorldAgency): Promise<unknown> {
  const tables = [
    "contacts",
    "emails",
    "email_batches",
    "access_links",
    "access_tokens",
    "contact_sessions",
    "jobs",
    "events",
    "suppressions",
    "hosts",
    "sending_domains",
  ];
  const found: Record<string, unknown> = {};
  for (const table of tables) {
    const { rows } = await world.database.owner.query(
      `select md5(coalesce(string_agg(t::text, '' order by t::text), '')) as all from ${table} t where agency_id = $1`,
      [agency.id],
    );
    found[table] = rows[0];
  }
  return found;
}

const ofAgency = dashboardRoutes.filter(({ path }) => path.startsWith("/:agency"));

describe("the dashboard", () => {
  test("every route of an agency states a role in it", () => {
    expect(ofAgency.length).toBeGreaterThan(10);
    expect(ofAgency.filter(({ role }) => role === "anyone" || role === "signed-in")).toEqual([]);
  });

  test("no role at Northwind gets a 2xx under Rivermark's slug", async () => {
    for (const who of Object.values(world.northwind.members)) {
      const visitor = await world.member(who);
      await visitor.page("/northwind");
      for (const { method, path } of ofAgency) {
        const url = fill(path, { agency: "rivermark", id: theirs[0] ?? "" });
        const response = method === "get" ? await visitor.get(url) : await visitor.post(url, reachingFor(theirs));
        expect([who.email, method, path, response.status]).toEqual([who.email, method, path, 404]);
      }
    }
  });

  test("under Northwind's own slug another agency's ids are unknown, and nothing of Rivermark's changes", async () => {
    const before = await snapshot(world.rivermark);
    for (const who of Object.values(world.northwind.members)) {
      const visitor = await world.member(who);
      await visitor.page("/northwind");
      for (const { method, path } of ofAgency.filter(({ path }) => path.includes(":id"))) {
        for (const id of theirs) {
          const url = fill(path, { agency: "northwind", id });
          const response = method === "get" ? await visitor.get(url) : await visitor.post(url, reachingFor([id]));
          expect([who.email, method, path, response.status < 300]).toEqual([who.email, method, path, false]);
        }
      }
      for (const { path } of ofAgency.filter(({ method, path }) => method === "post" && !path.includes(":id"))) {
        await visitor.post(fill(path, { agency: "northwind" }), reachingFor(theirs));
      }
      for (const { path } of ofAgency.filter(({ method, path }) => method === "get" && !path.includes(":id"))) {
        const response = await visitor.get(`${fill(path, { agency: "northwind" })}?contact=${theirs[0]}`);
        expect(await response.text()).not.toMatch(/rivermark-client\.example/);
      }
    }
    expect(await snapshot(world.rivermark)).toEqual(before);
  });

  test("a role below the stated one gets 403, and somebody who is signed out is led to the sign-in page", async () => {
    const viewer = await world.member(world.northwind.members.viewer);
    const nobody = await world.member();
    await viewer.page("/northwind");
    await nobody.page("/sign-in");
    for (const { method, path, role } of ofAgency) {
      const url = fill(path, { agency: "northwind", id: world.northwind.contacts.joined.id });
      const ask = (visitor: typeof viewer) => (method === "get" ? visitor.get(url) : visitor.post(url, {}));
      if (role !== "viewer") expect([method, path, (await ask(viewer)).status]).toEqual([method, path, 403]);
      const out = await ask(nobody);
      expect([method, path, out.status]).toEqual([method, path, 303]);
      expect(out.headers.get("location")).toMatch(/^\/sign-in/);
    }
  });
});

describe("the portal", () => {
  test("what needs a contact leads everybody else to the sign-in page of the same host", async () => {
    const visitor = world.client(world.northwind);
    await visitor.page("/sign-in");
    const guarded = portalRoutes.filter(({ needs }) => needs === "contact");
    expect(guarded.length).toBeGreaterThan(3);
    for (const { method, path } of guarded) {
      const url = fill(path, { id: theirs.at(-1) ?? "" });
      const response = method === "get" ? await visitor.get(url) : await visitor.post(url, {});
      expect([method, path, response.status]).toEqual([method, path, 303]);
      expect(response.headers.get("location")).toMatch(/^\/sign-in/);
    }
  });

  test("a session of one agency's portal is nothing at another's", async () => {
    const { owner } = world.database;
    const visitor = world.client(world.rivermark);
    const { sealSessionId } = await import("../../src/web/sessions.ts");
    await owner.query(
      `insert into contact_sessions (agency_id, id_hash, contact_id, host, method, access_version, ends_at)
       values ($1, sha256('northwind-session'), $2, 'h', 'link', 1, now() + interval '1 day')`,
      [world.northwind.id, world.northwind.contacts.joined.id],
    );
    const [name, seal] = sealSessionId("contact", "northwind-session", world.config, world.deps.keys);
    visitor.cookies.set(name, seal);
    expect((await visitor.get("/profile")).status).toBe(303);
    const home = world.client(world.northwind);
    home.cookies.set(name, seal);
    expect((await home.get("/profile")).status).toBe(200);
  });
});
