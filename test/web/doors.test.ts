// The doors: which host leads where, what every answer carries, and what an unsafe request must bring.
import pg from "pg";
import { describe, expect, inject, test } from "vitest";
import { PASSWORD, worldForTest } from "../support/world.ts";

describe("hosts", () => {
  test("an unknown host is a dead end: 404, no cookie, no redirect, no name of ours", async () => {
    const { app } = await worldForTest();
    for (const host of [
      "evil.example",
      "other.portal.localhost:3000",
      "www.portal.localhost:3000",
      "a.b.portal.localhost:3000",
    ]) {
      const response = await app.fetch(new Request(`http://${host}/sign-in`, { headers: { host } }));
      expect([host, response.status]).toEqual([host, 404]);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(response.headers.get("location")).toBeNull();
      expect(await response.text()).not.toMatch(/portico|northwind/i);
    }
  });

  test("a host that is no host name is a bad request", async () => {
    const { app } = await worldForTest();
    for (const host of [
      "127.0.0.1:3000",
      "[::1]:3000",
      "a@localhost",
      "localhost, localhost",
      "-x.localhost",
      "exa mple",
    ]) {
      const request = {
        url: "http://localhost/sign-in",
        method: "GET",
        headers: { get: () => host },
      } as unknown as Request;
      expect([host, (await app.fetch(request)).status]).toEqual([host, 400]);
    }
  });

  test("a doubled Host header, or a target that names another authority, is a bad request", async () => {
    const { app } = await worldForTest();
    const ask = (rawHeaders: string[], url: string) =>
      app.fetch(new Request("http://localhost:3000/sign-in", { headers: { host: "localhost:3000" } }), {
        incoming: { rawHeaders, url } as never,
      });
    expect((await ask(["Host", "localhost:3000", "Host", "evil.example"], "/sign-in")).status).toBe(400);
    expect((await ask(["Host", "localhost:3000"], "http://evil.example/sign-in")).status).toBe(400);
    expect((await ask(["Host", "localhost:3000"], "http://localhost:3000/sign-in")).status).toBe(200);
  });

  test("the dashboard does not exist on a portal host, nor the portal on the app host", async () => {
    const { app, northwind, config } = await worldForTest();
    const at = async (host: string, path: string) =>
      (await app.fetch(new Request(`http://${host}${path}`, { headers: { host } }))).status;
    expect(await at(northwind.host, "/northwind")).toBe(404);
    expect(await at(northwind.host, "/sign-up")).toBe(404);
    expect(await at(config.appUrl.host, "/profile")).not.toBe(200);
    expect(await at(config.appUrl.host, "/l/0000000000000000000000000000000000000000000")).toBe(404);
  });

  test("what another door uses is nobody's agency: 404 on the app host, signed in or not", async () => {
    const world = await worldForTest();
    const owner = await world.member(world.northwind.members.owner);
    for (const path of ["/profile", "/healthz", "/metrics", "/settings", "/settings/settings/domains"]) {
      const strange = await world.app.fetch(
        new Request(`http://localhost:3000${path}`, { headers: { host: "localhost:3000" } }),
      );
      expect([path, strange.status]).toEqual([path, 404]);
      expect([path, (await owner.get(path)).status]).toEqual([path, 404]);
    }
  });

  test("a slash behind a known address is taken off at both doors, and leads nowhere else", async () => {
    const world = await worldForTest();
    const [staff, visitor] = [await world.member(world.northwind.members.owner), world.client(world.northwind)];
    const leads = async (answer: Promise<Response>) => {
      const { status, headers } = await answer;
      return [status, headers.get("location")];
    };
    expect(await leads(visitor.get("/sign-in/?next=%2Fprofile"))).toEqual([308, "/sign-in?next=%2Fprofile"]);
    expect(await leads(visitor.head("/forgot-password/"))).toEqual([308, "/forgot-password"]);
    expect(await leads(staff.get("/northwind/contacts/1/"))).toEqual([308, "/northwind/contacts/1"]);
    expect(await leads(staff.get("/northwind/"))).toEqual([308, "/northwind"]);
    for (const path of [
      "/nothing/here/at/all/",
      "/sign-in//",
      "//evil.example/",
      "/\\evil.example/",
      "/%2Fevil.example/x/y/",
    ])
      expect([path, ...(await leads(visitor.get(path)))]).toEqual([path, 404, null]);
    expect((await visitor.post("/sign-in/", { email: "x@x.example" })).status).toBe(404);
  });

  test("the port and a trailing dot do not change which host is meant", async () => {
    const { app, northwind } = await worldForTest();
    for (const host of [
      northwind.host.toUpperCase(),
      "northwind.portal.localhost",
      "northwind.portal.localhost.:3000",
    ]) {
      const request = { url: "http://x/sign-in", method: "GET", headers: new Headers({ host }) } as unknown as Request;
      expect([host, (await app.fetch(request)).status]).toEqual([host, 200]);
    }
  });
});

describe("headers", () => {
  test("every answer carries the policy, and none of it says unsafe", async () => {
    const { app, northwind, config } = await worldForTest();
    for (const [host, path] of [
      [config.appUrl.host, "/sign-in"],
      [northwind.host, "/sign-in"],
      [northwind.host, "/none"],
      ["evil.example", "/"],
    ] as const) {
      const { headers } = await app.fetch(new Request(`http://${host}${path}`, { headers: { host } }));
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("content-security-policy")).not.toContain("unsafe-");
      expect(headers.get("referrer-policy")).toBe("same-origin");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cache-control")).toBe("private, no-store");
    }
  });

  test("over https the cookies are host-bound and HSTS covers this host alone", async () => {
    const world = await worldForTest({ APP_URL: "https://app.example", PORTAL_DOMAIN: "portal.example" });
    const response = await world.app.fetch(
      new Request("https://app.example/sign-in", { headers: { host: "app.example" } }),
    );
    expect(response.headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-browser=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });
});

describe("unsafe requests", () => {
  const post = async (headers: Record<string, string>, fields: Record<string, string> = {}) => {
    const world = await worldForTest();
    const visitor = await world.member();
    await visitor.page("/sign-in");
    const body = new URLSearchParams({ email: "nobody@northwind.example", password: "wrong", ...fields });
    return (await visitor.request("POST", "/sign-in", body.toString(), { headers })).status;
  };

  test("one from another site or a sibling portal is refused", async () => {
    expect(await post({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await post({ "sec-fetch-site": "same-site", origin: "http://localhost:3000" })).toBe(403);
    expect(await post({ "sec-fetch-site": "none" })).toBe(403);
  });

  test("without Sec-Fetch-Site the Origin must be this very host", async () => {
    expect(await post({ origin: "http://rivermark.portal.localhost:3000" })).toBe(403);
    expect(await post({ origin: "https://localhost:3000" })).toBe(403);
    expect(await post({ origin: "http://localhost:3000" })).toBe(422);
  });

  test("without both, the form's own token decides", async () => {
    expect(await post({})).toBe(403);
    expect(await post({ origin: "null" }, { form_token: "AAAA" })).toBe(403);
    const world = await worldForTest();
    const visitor = await world.member();
    await visitor.page("/sign-in");
    const ok = await visitor.post(
      "/sign-in",
      { email: "nobody@northwind.example", password: "wrong" },
      { headers: { "sec-fetch-site": "", origin: "null" } },
    );
    expect(ok.status).toBe(422);
  });

  test("a body beyond the limit is refused with 413", async () => {
    const world = await worldForTest();
    const visitor = await world.member();
    await visitor.page("/sign-in");
    expect((await visitor.post("/sign-in", { email: "x".repeat(5_000) })).status).toBe(413);
  });
});

test("while the database is away every door says 503 with Retry-After and shows no reason", async () => {
  const world = await worldForTest();
  const visitor = await world.member(world.northwind.members.owner);
  const name = new URL(world.database.url).pathname.slice(1);
  const admin = new pg.Client({ connectionString: inject("postgresUrl") });
  await admin.connect();
  await admin.query(`alter database ${name} with allow_connections false`);
  await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  await admin.end();
  const response = await visitor.get("/northwind");
  expect(response.status).toBe(503);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await response.text()).not.toMatch(/postgres|ECONN|pool/i);
});

test("while the limits cannot be counted, signing in is refused with 503 at every door, and nobody is let through", async () => {
  const world = await worldForTest();
  await world.database.owner.query("alter table limits rename to limits_away");
  const { email } = world.northwind.members.owner;
  const [staff, client] = [await world.member(), world.client(world.northwind)];
  const answers = [
    await staff.post("/sign-in", { email, password: PASSWORD }),
    await staff.post("/forgot-password", { email }),
    await client.post("/sign-in", { email: world.northwind.contacts.joined.email, password: PASSWORD }),
    await client.post("/sign-in/link", { email: world.northwind.contacts.joined.email }),
  ];
  for (const answer of answers) {
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await answer.text()).not.toContain("limits");
  }
  expect([...staff.cookies.keys(), ...client.cookies.keys()].filter((name) => /member|contact/.test(name))).toEqual([]);
});
