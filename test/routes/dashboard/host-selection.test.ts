// Choosing the portal's host: what is asked beforehand, what follows at once, and who may not.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { portalUrl } from "../../../src/models/portal-url.ts";
import { app } from "../../../src/paths.ts";
import { createWorld, type World } from "../../support/world.ts";
import { enter, makeLink, restore } from "../portal/portal-world.ts";

const NEW = "clients.northwind.example";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await restore(world);
  await run("delete from events");
});

const run = (sql: string, ...values: unknown[]) => world.database.owner.query(sql, values);

async function addHost(columns = "verified_at, active_at", name = NEW, agency = world.northwind): Promise<string> {
  const { rows } = await run(
    `insert into hosts (agency_id, kind, name, ${columns}) values ($1, 'custom', $2, ${columns.replace(/\w+_at/g, "now()")}) returning id`,
    agency.id,
    name,
  );
  world.deps.hosts.forget();
  return (rows[0] as { id: string }).id;
}
const defaultHost = async () =>
  (
    (await run("select id from hosts where kind = 'default' and agency_id = $1", world.northwind.id)).rows[0] as {
      id: string;
    }
  ).id;
const admin = () => world.member(world.northwind.members.admin);
const urlOf = (agency = world.northwind) =>
  world.deps.agencies.open(agency.id).read((db) => portalUrl(db, world.config.portalOrigin));

describe("the question", () => {
  it("says how many links and sign-ins it touches, and changes nothing", async () => {
    const id = await addHost();
    const joined = world.northwind.contacts.joined.id;
    await enter(world, world.northwind, joined, world.client(world.northwind));
    await makeLink(world, world.northwind, joined);
    await makeLink(world, world.northwind, joined, { uses: "until-expired" });
    await makeLink(world, world.northwind, world.northwind.contacts.revoked.id).catch(() => undefined);
    await makeLink(world, world.rivermark, world.rivermark.contacts.joined.id);
    const visitor = await admin();
    for (const path of [app.domainSelection("northwind", id), `${app.hostSelection("northwind")}?host=${id}`]) {
      const html = await visitor.page(path, { htmx: "dialog" });
      expect(html).toContain(`Use ${NEW}?`);
      expect(html).toContain("2 links that were sent already keep working");
      expect(html).toContain("1 sign-in moves along");
    }
    expect(await urlOf()).toBe(`http://${world.northwind.host}`);
    expect(await visitor.page(app.domainSelection("northwind", id))).toContain("<!doctype html>");
  });
});

describe("the choice", () => {
  it("moves portal URL, Copy, QR code, new links and the redirects of the other host at once, and is recorded", async () => {
    const id = await addHost();
    const token = await makeLink(world, world.northwind, world.northwind.contacts.joined.id);
    const visitor = await admin();
    await visitor.get(app.portal("northwind"));
    const answer = await visitor.post(app.domainSelection("northwind", id), { from: "portal" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/northwind"]);
    const page = await visitor.page("/northwind");
    expect(page).toContain(`The portal is at ${NEW} now`);
    expect(page).toContain(`http://${NEW}`);
    expect(page).not.toContain(`http://${world.northwind.host}`);
    expect(await urlOf()).toBe(`http://${NEW}`);
    const old = await world.client(world.northwind).get(`/l/${token}`);
    expect(old.headers.get("location")).toBe(`http://${NEW}/l/${token}`);
    expect((await world.client({ ...world.northwind, host: NEW }).get(`/l/${token}`)).status).toBe(200);
    const { rows } = await run("select kind, member_id, data from events where kind like 'domain.%'");
    expect(rows).toEqual([
      {
        kind: "domain.selected",
        member_id: world.northwind.members.admin.id,
        data: { before: world.northwind.host, after: NEW },
      },
    ]);
    await visitor.post(app.domainSelection("northwind", await defaultHost()));
    expect(await urlOf()).toBe(`http://${world.northwind.host}`);
    expect(await urlOf(world.rivermark)).toBe(`http://${world.rivermark.host}`);
  });

  it("made twice, or by two at once, leaves one host selected", async () => {
    const [one, two] = [await addHost(), await addHost("verified_at, active_at", "hub.northwind.example")];
    const visitor = await admin();
    await visitor.get("/northwind");
    const answers = await Promise.all(
      [one, two, one, two, one].map((id) => visitor.post(app.domainSelection("northwind", id))),
    );
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303, 303]);
    expect(
      (await run("select 1 from hosts where selected_at is not null and agency_id = $1", world.northwind.id)).rowCount,
    ).toBe(1);
  });

  it("is refused for a host that is not active, with the reason", async () => {
    const visitor = await admin();
    await visitor.get("/northwind");
    const cases = [
      ["created_at", "Its DNS records are not proven yet."],
      ["verified_at", "It is proven, but does not answer over HTTPS yet."],
      ["verified_at, active_at, degraded_at", "It does not answer."],
    ] as const;
    for (const [columns, reason] of cases) {
      const id = await addHost(columns, `${columns.replace(/[^a-z]/g, "")}.example`);
      const answer = await visitor.post(app.domainSelection("northwind", id), {}, { htmx: "dialog" });
      expect([columns, answer.status]).toEqual([columns, 422]);
      expect(await answer.text()).toContain(reason);
    }
    expect(await urlOf()).toBe(`http://${world.northwind.host}`);
  });

  it("is an admin's; of another agency's host nobody hears", async () => {
    const [own, theirs] = [await addHost(), await addHost("verified_at, active_at", "hub.example", world.rivermark)];
    for (const role of ["viewer", "member"] as const) {
      const visitor = await world.member(world.northwind.members[role]);
      const page = await visitor.page("/northwind");
      expect(page).not.toContain('name="host"');
      expect((await visitor.get(app.domainSelection("northwind", own))).status).toBe(403);
      expect((await visitor.post(app.domainSelection("northwind", own))).status).toBe(403);
    }
    const visitor = await admin();
    await visitor.get("/northwind");
    for (const id of [theirs, "0199a0a0-0000-7000-8000-000000000000", "x"]) {
      expect((await visitor.get(app.domainSelection("northwind", id))).status).toBe(404);
      expect((await visitor.post(app.domainSelection("northwind", id))).status).toBe(404);
    }
    expect(await urlOf(world.rivermark)).toBe(`http://${world.rivermark.host}`);
  });
});

describe("on the dashboard", () => {
  it("the select stands beside the portal URL only where there is a choice", async () => {
    const visitor = await admin();
    expect(await visitor.page("/northwind")).not.toContain('name="host"');
    await addHost("created_at");
    const page = await visitor.page("/northwind");
    expect(page).toContain(`${NEW} (waiting for DNS)`);
    expect(page).toContain(`${world.northwind.host} (default)`);
  });

  it("a selected host that fails is said, links fall back to the default one, and both end by themselves", async () => {
    const id = await addHost();
    const visitor = await admin();
    await visitor.get("/northwind");
    await visitor.post(app.domainSelection("northwind", id));
    await run("update hosts set degraded_at = now() where id = $1", id);
    world.deps.hosts.forget();
    expect(await urlOf()).toBe(`http://${world.northwind.host}`);
    const failing = await visitor.page("/northwind");
    expect(failing).toContain(`${NEW} does not answer`);
    expect(failing).toContain(`new links use ${world.northwind.host}`);
    expect((await world.client(world.northwind).get("/sign-in")).status).toBe(200);
    await run("update hosts set degraded_at = null where id = $1", id);
    world.deps.hosts.forget();
    expect(await urlOf()).toBe(`http://${NEW}`);
    expect(await visitor.page("/northwind")).not.toContain("does not answer");
    expect((await world.client(world.northwind).get("/sign-in")).headers.get("location")).toBe(`http://${NEW}/sign-in`);
  });
});
