// When the agency selects another host, who is signed in stays signed in there, and nobody else comes in that way.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { portal } from "../../../src/paths.ts";
import type { Visitor } from "../../support/visitor.ts";
import { createWorld, type World } from "../../support/world.ts";
import { makeLink, restore } from "./portal-world.ts";

const NEW = "clients.northwind.example";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => restore(world));

const run = (sql: string, ...values: unknown[]) => world.database.owner.query(sql, values);
const at = (host: string) => world.client({ ...world.northwind, host });

async function signedIn(): Promise<Visitor> {
  const visitor = world.client(world.northwind);
  const path = portal.link(await makeLink(world, world.northwind, world.northwind.contacts.joined.id));
  await visitor.get(path);
  expect((await visitor.post(path)).status).toBe(303);
  expect((await visitor.get("/profile")).status).toBe(200);
  return visitor;
}

async function select(host: string, agencyId = world.northwind.id): Promise<void> {
  await run("update hosts set selected_at = null where agency_id = $1", agencyId);
  await run(
    `insert into hosts (agency_id, kind, name, verified_at, active_at, selected_at)
     values ($1, 'custom', $2, now(), now(), now())`,
    agencyId,
    host,
  );
  world.deps.hosts.forget(agencyId);
}

const locationOf = (response: Response) => new URL(response.headers.get("location") ?? "", "http://nowhere.invalid");

/** Follows the redirects from the old host up to the page on the new one; returns that page's path with its query. */
async function walk(old: Visitor, fresh: Visitor, path = "/profile"): Promise<string> {
  const first = locationOf(await old.get(path));
  expect(first.origin).toBe(`http://${NEW}`);
  const second = locationOf(await fresh.get(first.pathname + first.search));
  expect(second.host).toBe(world.northwind.host);
  const third = locationOf(await old.get(second.pathname + second.search));
  expect(third.origin).toBe(`http://${NEW}`);
  return third.pathname + third.search;
}

const sessions = async () =>
  (await run("select id, host, encode(id_hash, 'hex') as hash from contact_sessions order by created_at")).rows as {
    id: string;
    host: string;
    hash: string;
  }[];

describe("a contact who is signed in", () => {
  it("goes on to the page he asked for on the new host, in the same session under a new id", async () => {
    const [old, fresh] = [await signedIn(), at(NEW)];
    const [before] = await sessions();
    await select(NEW);
    const page = await walk(old, fresh);
    expect(await fresh.page(page)).toContain("data-self-submit");
    expect(await sessions()).toEqual([before]);
    const taken = await fresh.post(page, { next: "/profile" });
    expect([taken.status, taken.headers.get("location")]).toEqual([303, "/profile"]);
    expect((await fresh.get("/profile")).status).toBe(200);
    const [after, ...more] = await sessions();
    expect(more).toEqual([]);
    expect(after).toMatchObject({ id: before?.id, host: NEW });
    expect(after?.hash).not.toBe(before?.hash);
    // On the old host the cookie is worth nothing now: no second hand-over begins.
    const toSignIn = locationOf(await old.get("/profile"));
    expect((await old.get(toSignIn.pathname + toSignIn.search)).headers.get("location")).toBe(
      `http://${NEW}${portal.signIn("/profile")}`,
    );
  });

  it("comes back the same way when the agency selects its default address again", async () => {
    const [old, fresh] = [await signedIn(), at(NEW)];
    await select(NEW);
    const page = await walk(old, fresh);
    await fresh.get(page);
    await fresh.post(page);
    await run(
      "update hosts set selected_at = case when kind = 'default' then now() end where agency_id = $1 and kind = 'custom'",
      world.northwind.id,
    );
    await run("update hosts set selected_at = now() where agency_id = $1 and kind = 'default'", world.northwind.id);
    world.deps.hosts.forget(world.northwind.id);
    expect((await fresh.get("/profile")).headers.get("location")).toBe(
      `http://${world.northwind.host}${portal.handOver(NEW, "/profile")}`,
    );
  });

  it("is not handed over by a link, a script, a form or a picture: those are only sent on", async () => {
    const old = await signedIn();
    await select(NEW);
    const token = "A".repeat(43);
    expect((await old.get(portal.link(token))).headers.get("location")).toBe(`http://${NEW}${portal.link(token)}`);
    const style = await old.get("/theme.css", { headers: { "sec-fetch-dest": "style" } });
    expect(style.headers.get("location")).toBe(`http://${NEW}/theme.css`);
    expect((await old.post("/profile", { name: "X" })).headers.get("location")).toBe(`http://${NEW}/profile`);
    const script = await old.get("/profile", {
      htmx: "devices",
      headers: { "hx-current-url": `http://${old.host}/profile` },
    });
    expect([script.status, script.headers.get("hx-redirect")]).toEqual([204, `http://${NEW}/profile`]);
  });

  it("stays where he is while the selected host does not answer, and on the selected host whatever our checks say", async () => {
    const old = await signedIn();
    await select(NEW);
    await run("update hosts set degraded_at = now() where name = $1", NEW);
    world.deps.hosts.forget(world.northwind.id);
    expect((await old.get("/profile")).status).toBe(200);
    expect((await at(NEW).get("/sign-in")).status).toBe(200);
  });
});

describe("a hand-over", () => {
  it("is worth nothing in another browser, a second time, or after a minute", async () => {
    const [old, fresh, thief] = [await signedIn(), at(NEW), at(NEW)];
    await select(NEW);
    const page = await walk(old, fresh);
    await thief.get(page);
    expect((await thief.post(page)).headers.get("location")).toBe("/sign-in");
    expect((await thief.get("/profile")).status).toBe(303);
    await fresh.get(page);
    await run("update hand_overs set expires_at = now() - interval '1 second'");
    expect((await fresh.post(page)).headers.get("location")).toBe("/sign-in");
    const again = await walk(old, fresh);
    await fresh.get(again);
    expect((await fresh.post(again)).headers.get("location")).toBe("/");
    fresh.cookies.delete("contact");
    await fresh.get(again);
    expect((await fresh.post(again)).headers.get("location")).toBe("/sign-in");
  });

  it("of somebody whose access was revoked on the way moves nothing", async () => {
    const [old, fresh] = [await signedIn(), at(NEW)];
    await select(NEW);
    const page = await walk(old, fresh);
    await fresh.get(page);
    await run("update contacts set revoked_at = now() where id = $1", world.northwind.contacts.joined.id);
    expect((await fresh.post(page)).headers.get("location")).toBe("/sign-in");
    expect((await sessions())[0]?.host).toBe(world.northwind.host);
  });

  it("is asked of hosts of the same agency alone, and offered to its selected host alone", async () => {
    const [old, fresh] = [await signedIn(), at(NEW)];
    await select(NEW);
    for (const from of [world.rivermark.host, "evil.example", NEW, "127.0.0.1", ""]) {
      const answer = await fresh.get(portal.handOver(from, "/profile"));
      expect([from, answer.headers.get("location")]).toEqual([from, "/sign-in?next=%2Fprofile"]);
    }
    const rival = world.client(world.rivermark);
    expect((await rival.get(portal.handOver(world.northwind.host))).headers.get("location")).toBe("/sign-in");
    const offered = await old.get(`${portal.handOverOffer("A".repeat(43))}&to=evil.example`);
    expect(locationOf(offered).host).toBe(NEW);
    const page = locationOf(offered);
    expect((await rival.post(page.pathname)).status).not.toBe(200);
    expect(await sessions()).toHaveLength(1);
  });

  it("without the page's own cookie and field moves nothing, and no token is logged", async () => {
    const [old, fresh] = [await signedIn(), at(NEW)];
    await select(NEW);
    const page = await walk(old, fresh);
    const robot = at(NEW);
    for (const [name, value] of fresh.cookies) robot.cookies.set(name, value);
    expect((await robot.post(page)).headers.get("location")).toBe("/sign-in");
    expect((await sessions())[0]?.host).toBe(world.northwind.host);
    const token = /to\/([^?]+)/.exec(page)?.[1] ?? "";
    expect(token).toHaveLength(43);
    expect(world.logged.join("\n")).not.toContain(token);
  });
});

describe("the host marker", () => {
  const marker = async (host: string) => (await (await at(host).get(portal.hostMarker())).text()).trim();

  it("answers on every proven host, each with its own, selected or not, active or not", async () => {
    await run(
      "insert into hosts (agency_id, kind, name, verified_at) values ($1, 'custom', $2, now())",
      world.northwind.id,
      NEW,
    );
    world.deps.hosts.forget();
    const { keys } = world.deps;
    expect(keys.verify("host-marker", NEW, await marker(NEW))).toBe(true);
    expect(keys.verify("host-marker", "northwind.portal.localhost", await marker(world.northwind.host))).toBe(true);
    expect(await marker(NEW)).not.toBe(await marker(world.northwind.host));
  });

  it("answers on no name that nobody has proven", async () => {
    await run("insert into hosts (agency_id, kind, name) values ($1, 'custom', $2)", world.northwind.id, NEW);
    world.deps.hosts.forget();
    expect((await at(NEW).get(portal.hostMarker())).status).toBe(404);
    expect((await at("evil.example").get(portal.hostMarker())).status).toBe(404);
  });
});
