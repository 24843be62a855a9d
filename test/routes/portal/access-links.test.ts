// The page of a link: robots may come in any order and change nothing; the person's click works, once, on the right portal.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findContactSession } from "../../../src/models/contact-sessions.ts";
import { portal } from "../../../src/paths.ts";
import { createWorld, type World } from "../../support/world.ts";
import { contactRow, countSessions, enter, makeLink, restore, storeOf } from "./portal-world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => restore(world));
afterAll(() => world.close());

const change = (text: string, ...values: unknown[]) => world.database.owner.query(text, values);

describe("robots", () => {
  it.each([
    [
      "HEAD, GETs, posts without the page's cookie",
      ["head", "get", "get", "blind", "get", "foreign", "get", "bare", "get"],
    ],
    ["posts first", ["bare", "blind", "foreign", "get", "head", "blind"]],
    ["only GETs from many places", ["get", "get", "get", "get", "get"]],
  ])("find nothing to do: %s; the person's click then works", async (_, visits) => {
    const { invited } = world.northwind.contacts;
    const token = await makeLink(world, world.northwind, invited.id, {
      kind: "invite",
      uses: "until-joined",
      emailed: true,
    });
    const path = portal.link(token);
    for (const visit of visits) {
      const robot = world.client(world.northwind);
      if (visit === "head") await robot.head(path);
      if (visit === "get") await robot.get(path);
      if (visit === "blind") await robot.post(path);
      if (visit === "foreign")
        await robot.post(path, {}, { headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example" } });
      if (visit === "bare") await robot.request("POST", path, "", {});
      expect([...robot.cookies.keys()]).not.toContain("contact");
    }
    expect(await countSessions(world, invited.id)).toBe(0);
    expect((await contactRow(world, invited.id))["joined_at"]).toBeNull();

    const person = world.client(world.northwind);
    expect(await person.page(path)).toContain(`Continue as ${invited.name}`);
    expect((await person.post(path)).status).toBe(303);
    expect(await countSessions(world, invited.id)).toBe(1);
    expect((await contactRow(world, invited.id))["joined_at"]).toBeInstanceOf(Date);
  });

  it("that post with the right origin but without the page's cookie get the page again", async () => {
    const { joined } = world.northwind.contacts;
    const token = await makeLink(world, world.northwind, joined.id);
    const response = await world.client(world.northwind).post(portal.link(token));
    expect(response.status).toBe(403);
    expect(await response.text()).toContain(`Continue as ${joined.name}`);
    expect(await countSessions(world, joined.id)).toBe(0);
  });

  it("leave the link's token in no log", async () => {
    const token = await makeLink(world, world.northwind, world.northwind.contacts.joined.id);
    const person = world.client(world.northwind);
    await person.get(portal.link(token));
    await person.post(portal.link(token));
    expect(world.logged.join("")).not.toContain(token);
    expect(world.logged.join("")).toContain("/l/");
  });
});

describe("while the limits cannot be counted", () => {
  it("a link is neither opened nor redeemed: 503, and it works afterwards", async () => {
    const { joined } = world.northwind.contacts;
    const path = portal.link(await makeLink(world, world.northwind, joined.id));
    const person = world.client(world.northwind);
    await person.page(path);
    await change("alter table limits rename to limits_away");
    try {
      const answers = [await person.get(path), await person.post(path), await person.post(`${path}/new`)];
      expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
      for (const { headers } of answers) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    } finally {
      await change("alter table limits_away rename to limits");
    }
    expect(await countSessions(world, joined.id)).toBe(0);
    expect((await person.post(path)).status).toBe(303);
  });
});

describe("the page of a live link", () => {
  it("names the agency and the masked account and has one button", async () => {
    const { joined } = world.northwind.contacts;
    const html = await world
      .client(world.northwind)
      .page(portal.link(await makeLink(world, world.northwind, joined.id)));
    expect(html).toContain("Northwind");
    expect(html).toContain("j•••@northwind-client.example");
    expect(html).not.toContain(joined.email);
    expect(html.match(/<button/g)).toHaveLength(1);
    expect(html).not.toContain("data-self-submit");
  });

  it("presses its button itself only in the browser that asked for this very link", async () => {
    const { joined } = world.northwind.contacts;
    const here = world.client(world.northwind);
    await here.get(portal.signIn());
    await here.post(portal.signInLink(), { email: joined.email, next: "/" });
    const { rows } = await change("select browser_hash from mail_requests");
    const token = await makeLink(world, world.northwind, joined.id, { askedBy: rows[0].browser_hash });
    const other = await makeLink(world, world.northwind, joined.id, { emailed: true });
    expect(await here.page(portal.link(token))).toContain("data-self-submit");
    expect(await here.page(portal.link(other))).not.toContain("data-self-submit");
    expect(await world.client(world.northwind).page(portal.link(token))).not.toContain("data-self-submit");
  });

  it("gives one session to 50 presses of the button at once", async () => {
    await change("update contacts set password_offered_at = now()");
    const { joined } = world.northwind.contacts;
    const token = await makeLink(world, world.northwind, joined.id);
    const person = world.client(world.northwind);
    await person.get(portal.link(token));
    const answers = await Promise.all(Array.from({ length: 50 }, () => person.post(portal.link(token))));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(await countSessions(world, joined.id)).toBe(1);
  });

  it("leads to its destination, by the offer of a password the first time", async () => {
    const { joined } = world.northwind.contacts;
    const press = async () => {
      const token = await makeLink(world, world.northwind, joined.id, { destination: "/profile" });
      const person = world.client(world.northwind);
      await person.get(portal.link(token));
      return (await person.post(portal.link(token))).headers.get("location");
    };
    expect(await press()).toBe("/welcome?next=%2Fprofile");
    expect(await press()).toBe("/profile");
  });
});

describe("somebody who is signed in", () => {
  it("as this contact goes straight in, whatever the link's state", async () => {
    const { joined } = world.northwind.contacts;
    const person = await enter(world, world.northwind, joined.id, world.client(world.northwind));
    const token = await makeLink(world, world.northwind, joined.id, { destination: "/profile" });
    expect((await person.get(portal.link(token))).headers.get("location")).toBe("/profile");
    expect((await person.post(portal.link(token))).headers.get("location")).toBe("/profile");
    const { rows } = await change("select use_count from access_links where destination = '/profile'");
    expect(rows).toEqual([{ use_count: 0 }]);
    await change("update access_links set expires_at = now(), revoked_at = now()");
    expect((await person.get(portal.link(token))).headers.get("location")).toBe("/profile");
  });

  it("as another contact sees both named, and switching is a second click that ends the first session", async () => {
    const { joined, invited } = world.northwind.contacts;
    const person = await enter(world, world.northwind, joined.id, world.client(world.northwind));
    const token = await makeLink(world, world.northwind, invited.id);
    const html = await person.page(portal.link(token));
    expect(html).toContain(joined.name);
    expect(html).toContain(`Continue as ${invited.name}`);
    expect(await person.page(portal.home())).toContain(joined.email);
    expect((await person.post(portal.link(token))).status).toBe(303);
    expect(await person.page(portal.home())).toContain(invited.email);
    expect(await countSessions(world, joined.id)).toBe(0);
  });

  it("still has to press the button of a reset link, which ends the other sessions", async () => {
    const { joined } = world.northwind.contacts;
    const person = await enter(world, world.northwind, joined.id, world.client(world.northwind));
    const token = await makeLink(world, world.northwind, joined.id, { kind: "reset", emailed: true });
    expect((await person.get(portal.link(token))).status).toBe(200);
    expect((await person.post(portal.link(token))).headers.get("location")).toBe("/welcome");
    expect(await countSessions(world, joined.id)).toBe(1);
  });
});

describe("a dead link", () => {
  it.each([
    ["This link has expired", "update access_links set expires_at = now()"],
    ["This link has been used", "update access_links set used_at = now()"],
    ["This link was withdrawn", "update access_links set revoked_at = now()"],
    ["This link was withdrawn", "update contacts set revoked_at = now()"],
    ["This link was withdrawn", "update contacts set access_version = access_version + 1"],
  ])("says %s and offers a new one (%s)", async (words, statement) => {
    const { joined } = world.northwind.contacts;
    const token = await makeLink(world, world.northwind, joined.id, { destination: "/profile" });
    await change(statement);
    const person = world.client(world.northwind);
    const html = await person.page(portal.link(token));
    expect(html).toContain(words);
    expect(html).toContain("Send me a new one");
    expect(html).not.toContain(joined.email);
    expect(await (await person.post(portal.link(token))).text()).toContain(words);
    expect(await countSessions(world, joined.id)).toBe(0);
  });

  it("is renewed to the stored address, with the same answer for everybody", async () => {
    const { joined, revoked } = world.northwind.contacts;
    const tokens = [await makeLink(world, world.northwind, joined.id, { destination: "/profile" })];
    await change("update contacts set revoked_at = null where id = $1", revoked.id);
    tokens.push(await makeLink(world, world.northwind, revoked.id));
    await change("update contacts set revoked_at = now() where id = $1", revoked.id);
    await change("update access_links set expires_at = now()");
    const answers: [number, string | null][] = [];
    for (const token of tokens) {
      const person = world.client(world.northwind);
      await person.get(portal.link(token));
      const response = await person.post(portal.newLink(token), { email: "thief@evil.example" });
      answers.push([response.status, response.headers.get("location")]);
      expect(await person.page(portal.signInCode())).toContain("•••@northwind-client.example");
    }
    expect(answers).toEqual([
      [303, "/sign-in/code"],
      [303, "/sign-in/code"],
    ]);
    const { rows } = await change("select email, destination from mail_requests order by created_at");
    expect(rows).toEqual([
      { email: joined.email, destination: "/profile" },
      { email: revoked.email, destination: "/" },
    ]);
  });

  it("does not exist on another agency's portal, nor does a made-up one", async () => {
    const token = await makeLink(world, world.northwind, world.northwind.contacts.joined.id);
    const rival = world.client(world.rivermark);
    const { northwind, ...none } = {
      northwind: portal.link(token),
      made: portal.link("A".repeat(43)),
      short: portal.link("abc"),
    };
    for (const path of [northwind, ...Object.values(none)]) {
      const response = await rival.get(path);
      expect(response.status).toBe(404);
      const html = await response.text();
      expect(html).toContain("This link is not for this portal");
      expect(html).not.toContain("orthwind");
      expect((await rival.post(path)).status).toBe(404);
      expect((await rival.post(`${path}/new`)).status).toBe(404);
    }
    expect(await countSessions(world, world.northwind.contacts.joined.id)).toBe(0);
    const person = world.client(world.northwind);
    await person.get(northwind);
    expect((await person.post(northwind)).status).toBe(303);
  });
});

describe("hosts and limits", () => {
  it("sends a link that was opened on another host of the agency to the selected one", async () => {
    const token = await makeLink(world, world.northwind, world.northwind.contacts.joined.id);
    await change("update hosts set selected_at = null where agency_id = $1", world.northwind.id);
    await change(
      `insert into hosts (agency_id, kind, name, verified_at, active_at, selected_at)
       values ($1, 'custom', 'clients.northwind.example', now(), now(), now())`,
      world.northwind.id,
    );
    world.deps.hosts.forget();
    const moved = await world.client(world.northwind).get(portal.link(token));
    expect(moved.status).toBe(303);
    expect(moved.headers.get("location")).toBe(`http://clients.northwind.example${portal.link(token)}`);
    const own = world.client({ ...world.northwind, host: "clients.northwind.example" });
    expect((await own.get(portal.link(token))).status).toBe(200);
    await change("update hosts set degraded_at = now() where kind = 'custom'");
    world.deps.hosts.forget();
    expect((await world.client(world.northwind).get(portal.link(token))).status).toBe(200);
  });

  it("answers 60 openings and 20 presses a minute from one address", async () => {
    const path = portal.link("A".repeat(43));
    const person = world.client(world.northwind);
    const statuses: number[] = [];
    for (let i = 0; i < 61; i++) statuses.push((await person.get(path)).status);
    expect(statuses.filter((status) => status === 404)).toHaveLength(60);
    const refused = await person.get(path);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    const presses: number[] = [];
    for (let i = 0; i < 21; i++) presses.push((await person.post(path)).status);
    expect(presses.filter((status) => status === 404)).toHaveLength(20);
    expect(presses.at(-1)).toBe(429);
  });

  it("answers with the headers that keep a token from leaking", async () => {
    const token = await makeLink(world, world.northwind, world.northwind.contacts.joined.id);
    const { headers } = await world.client(world.northwind).get(portal.link(token));
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("cache-control")).toBe("private, no-store");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  it("notes in the session where it began", async () => {
    const { joined } = world.northwind.contacts;
    const person = await enter(world, world.northwind, joined.id, world.client(world.northwind));
    expect(person.cookies.get("contact")).toBeDefined();
    const { rows } = await change(
      "select host, method, id_hash from contact_sessions where contact_id = $1",
      joined.id,
    );
    expect(rows).toMatchObject([{ host: world.northwind.host, method: "link" }]);
    expect(
      await storeOf(world, world.northwind).read((db) => findContactSession(db, person.cookies.get("contact") ?? "")),
    ).toBeUndefined();
  });
});
