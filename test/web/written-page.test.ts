// A page that is written straight to its connection is the one that would be drawn: as it is now, for this reader, with the same headers.
import http from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { app as paths } from "../../src/paths.ts";
import { type Listening, startServer } from "../../src/server.ts";
import type { Visitor } from "../support/visitor.ts";
import { createWorld, type World } from "../support/world.ts";

let world: World;
let server: Listening;
beforeAll(async () => {
  world = await createWorld();
  const { app } = world;
  server = await startServer((request, env) => app.fetch(request, env), { host: "127.0.0.1", port: 0 }, app.atHand);
});
afterAll(async () => {
  await server.stop(0);
  await world.close();
});

type Answer = { status: number; headers: http.IncomingHttpHeaders; body: string };

/** Asks over a connection with the cookies of a visitor. */
const ask = (visitor: Visitor, path: string, method = "GET", headers: Record<string, string> = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const request = http.request({
      host: "127.0.0.1",
      port: server.port,
      path,
      method,
      headers: { host: visitor.host, cookie, ...headers },
    });
    request.on("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (chunk: Buffer) => parts.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString("utf8"),
        }),
      );
    });
    request.on("error", reject);
    request.end();
  });

const withoutTokens = (html: string) => html.replace(/(?<=name="form_token" value=")[^"]+/g, "");
const tokensOf = (html: string) => new Set(html.match(/(?<=name="form_token" value=")[^"]+/g));
const page = () => paths.portal(world.northwind.slug);

describe("the Client portal page over a connection", () => {
  it("is the same as without one, headers and all, and has a length, a request id and a browser of its own", async () => {
    const visitor = await world.member(world.northwind.members.owner);
    await world.database.owner.query("update contacts set name = 'Zoë 💛 Ζωή' where id = $1", [
      world.northwind.contacts.joined.id,
    ]);
    const written = await ask(visitor, page());
    const drawn = await visitor.get(page());
    const text = await drawn.text();
    expect(written.status).toBe(200);
    expect(written.body).toContain("Zoë 💛 Ζωή");
    expect(withoutTokens(written.body)).toBe(withoutTokens(text));
    expect(tokensOf(written.body).size).toBe(1);
    const own = new Set(["content-length", "date", "connection", "keep-alive", "x-request-id", "set-cookie"]);
    const fixed = (headers: Iterable<[string, unknown]>) =>
      Object.fromEntries([...headers].filter(([name]) => !own.has(name)));
    expect(fixed(Object.entries(written.headers))).toEqual(fixed(drawn.headers));
    expect(written.headers["content-length"]).toBe(String(Buffer.byteLength(written.body)));
    expect(written.headers["x-request-id"]).toMatch(/^[0-9a-f]{32}$/);
    expect(written.headers["set-cookie"]).toEqual([expect.stringMatching(/^browser=[\w-]{43}; .*HttpOnly/)]);
    const line = world.logged.find((entry) => entry.includes(String(written.headers["x-request-id"]))) ?? "{}";
    expect(JSON.parse(line)).toMatchObject({ route: "/:agency", status: 200, queries: 2 });
  });

  it("carries the form token of whoever asks, and sets no cookie that the browser has", async () => {
    const [one, other] = [
      await world.member(world.northwind.members.owner),
      await world.member(world.northwind.members.owner),
    ];
    await one.get(page());
    await other.get(page());
    const [mine, again, theirs] = [await ask(one, page()), await ask(one, page()), await ask(other, page())];
    expect(tokensOf(mine.body)).toEqual(tokensOf(again.body));
    expect(tokensOf(mine.body)).not.toEqual(tokensOf(theirs.body));
    expect(mine.headers["set-cookie"]).toBeUndefined();
  });

  it("answers HEAD with the headers alone, and the next request on the same connection", async () => {
    const visitor = await world.member(world.northwind.members.owner);
    const head = await ask(visitor, page(), "HEAD");
    expect([head.status, head.body]).toEqual([200, ""]);
    expect(head.headers["content-type"]).toBe("text/html; charset=UTF-8");
    expect((await ask(visitor, page())).status).toBe(200);
  });

  it("shows words left behind once, and forgets them", async () => {
    const visitor = await world.member(world.northwind.members.owner);
    const { id } = world.northwind.contacts.revoked;
    await visitor.get(page());
    expect((await visitor.post(paths.restorations(world.northwind.slug), { contact: id })).status).toBe(303);
    expect(visitor.cookies.has("flash")).toBe(true);
    const shown = await ask(visitor, page());
    expect(shown.body).toContain('class="toast toast--good"');
    expect(shown.headers["set-cookie"]?.join()).toContain("flash=; Max-Age=0");
    visitor.cookies.delete("flash");
    expect((await ask(visitor, page())).body).not.toContain('class="toast toast--good"');
  });

  it("is never older than what was committed before it was asked for", async () => {
    const { id, slug, contacts } = world.northwind;
    const visitor = await world.member(world.northwind.members.owner);
    const { owner } = world.database;
    const contact = contacts.invited.id;
    const changes: [string, unknown[], RegExp][] = [
      ["update contacts set name = 'Renamed Person' where id = $1", [contact], /Renamed Person/],
      ["update contacts set company = 'Another Company' where id = $1", [contact], /Another Company/],
      ["update contacts set email = 'moved@acme.example' where id = $1", [contact], /moved@acme\.example/],
      [
        "insert into contact_tags (agency_id, contact_id, tag) values ($2, $1, 'fresh')",
        [contact, id],
        /Tag: <\/span>fresh/,
      ],
      [
        "insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds, status, reason) values ($2, 'invite', $1, 'a@b.example', 60, 'bounced', 'No such box.')",
        [contact, id],
        /No such box\./,
      ],
      ["update emails set reason = 'Box is full.' where contact_id = $1", [contact], /Box is full\./],
      ["update contacts set joined_at = now(), last_sign_in_at = now() where id = $1", [contact], /Signed in today/],
      ["update contacts set revoked_at = now() where id = $1", [contact], /Last here today/],
      [
        "update agencies set sending_paused_at = now(), sending_paused_reason = 'Refused: 535.' where id = $1",
        [id],
        /Refused: 535\./,
      ],
      ["update agencies set sending_paused_at = null where id = $1", [id], /^(?!.*Sending is paused)/s],
      ["delete from contacts where id = $1", [contact], new RegExp(`^(?!.*${contact})`, "s")],
    ];
    for (const [text, values, shown] of changes) {
      expect((await ask(visitor, paths.portal(slug))).body).not.toMatch(shown);
      await owner.query(text, values);
      expect((await ask(visitor, paths.portal(slug))).body).toMatch(shown);
    }
  });

  it("shows each reader what his role allows, and nobody another agency", async () => {
    const { northwind, rivermark } = world;
    const [owner, viewer, theirs] = await Promise.all(
      [northwind.members.owner, northwind.members.viewer, rivermark.members.owner].map((member) =>
        world.member(member),
      ),
    );
    if (!owner || !viewer || !theirs) throw new Error("Three came.");
    for (let times = 0; times < 2; times++) {
      expect((await ask(owner, page())).body).toContain('class="box" type="checkbox" name="contact"');
      const looked = (await ask(viewer, page())).body;
      expect(looked).not.toContain('name="contact"');
      expect(looked).toContain(northwind.members.viewer.email);
      expect(looked).not.toContain(northwind.members.owner.email);
      expect((await ask(theirs, page())).status).toBe(404);
      const own = (await ask(theirs, paths.portal(rivermark.slug))).body;
      for (const { id } of Object.values(northwind.contacts)) expect(own).not.toContain(id);
    }
    // a role that was taken away counts on the next request
    await world.database.owner.query("update memberships set role = 'viewer' where member_id = $1", [
      northwind.members.owner.id,
    ]);
    expect((await ask(owner, page())).body).not.toContain('name="contact"');
    await world.database.owner.query("delete from memberships where member_id = $1", [northwind.members.owner.id]);
    expect((await ask(owner, page())).status).toBe(404);
  });
});
