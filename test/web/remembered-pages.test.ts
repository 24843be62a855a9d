// Pages from memory are those that would be drawn: the same for everybody but for the token, never somebody's own, and gone with a change.
import { createHmac } from "node:crypto";
import http from "node:http";
import net from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Listening, startServer } from "../../src/server.ts";
import { createKeys } from "../../src/web/keys.ts";
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

const ask = (host: string, path = "/sign-in", headers: Record<string, string> = {}, method = "GET", body = "") =>
  new Promise<Answer>((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port: server.port, path, method, headers: { host, ...headers } });
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.on("error", reject);
    request.end(body);
  });

const tokenOf = ({ body }: Answer) => /name="form_token" value="([^"]+)"/.exec(body)?.[1] ?? "";
const cookieOf = ({ headers }: Answer) => headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
const OWN = new Set(["date", "set-cookie", "x-request-id"]);
const bare = ({ headers }: Answer) => Object.entries(headers).filter(([name]) => !OWN.has(name));

/** The lines of an answer's head, as they came. */
const headOf = (line = "") =>
  new Promise<string[]>((resolve, reject) => {
    const host = `Host: ${world.northwind.host}`;
    const socket = net.connect(server.port, "127.0.0.1", () =>
      socket.write(`GET /sign-in HTTP/1.1\r\n${[host, line].filter(Boolean).join("\r\n")}\r\n\r\n`),
    );
    let text = "";
    socket.on("data", (data) => {
      text += data.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end > 0) {
        socket.destroy();
        resolve(text.slice(0, end).split("\r\n"));
      }
    });
    socket.on("error", reject);
  });

describe("a page from memory", () => {
  it("is the drawn one with a token, a cookie and a request id of its own", async () => {
    const [drawn, remembered] = [await ask(world.northwind.host), await ask(world.northwind.host)];
    expect(remembered.status).toBe(200);
    expect(remembered.body.replaceAll(tokenOf(remembered), "")).toBe(drawn.body.replaceAll(tokenOf(drawn), ""));
    expect(bare(remembered)).toEqual(bare(drawn));
    for (const one of [tokenOf, cookieOf, (answer: Answer) => answer.headers["x-request-id"]])
      expect(one(remembered)).not.toBe(one(drawn));
    expect(Number(remembered.headers["content-length"])).toBe(Buffer.byteLength(remembered.body));
  });

  it("has the same head each time, but for the moment and its own ids, and ends the connection for who asks for that", async () => {
    const heads = await Promise.all(["", "", "", "Connection: close", ""].map((line) => headOf(line)));
    await ask(world.northwind.host);
    const later = [await headOf(), await headOf("Connection: close"), await headOf()];
    for (const head of [...heads, ...later])
      expect(head.filter((line) => /^(date|set-cookie|x-request-id): ./i.test(line))).toHaveLength(3);
    const rest = later.map((head) => head.filter((line) => !/^(date|set-cookie|x-request-id): /i.test(line)));
    expect(rest[2]).toEqual(rest[0]);
    expect(rest[0]).toContain("Connection: keep-alive");
    expect(rest[1]?.filter((line) => line !== "Connection: close")).toEqual(
      rest[0]?.filter((line) => !/^(Connection|Keep-Alive): /.test(line)),
    );
    const date = later[2]?.find((line) => line.startsWith("Date: "))?.slice(6) ?? "";
    expect(new Date(date).toUTCString()).toBe(date);
    expect(Math.abs(Date.parse(date) - Date.now())).toBeLessThan(60_000);
  });

  it("holds a form that works for the browser it was sent to, and for no other", async () => {
    await ask(world.northwind.host);
    const [mine, other] = [await ask(world.northwind.host), await ask(world.northwind.host)];
    const send = (token: string, cookie: string) =>
      ask(
        world.northwind.host,
        "/sign-in",
        { cookie, "content-type": "application/x-www-form-urlencoded" },
        "POST",
        new URLSearchParams({ email: "nobody@x.example", password: "wrong", form_token: token }).toString(),
      );
    expect((await send(tokenOf(mine), cookieOf(mine))).status).toBe(422);
    expect((await send(tokenOf(mine), cookieOf(other))).status).toBe(403);
    const again = await ask(world.northwind.host, "/sign-in", { cookie: cookieOf(mine) });
    expect(tokenOf(again)).toBe(tokenOf(mine));
    expect(again.headers["set-cookie"]).toBeUndefined();
  });

  it("is another agency's on another host, and asks no database", async () => {
    await ask(world.northwind.host);
    expect((await ask(world.rivermark.host)).body).toContain("Rivermark");
    for (let i = 0; i < 20; i++) {
      expect((await ask(world.rivermark.host)).body).not.toContain("Northwind");
      expect((await ask(world.northwind.host, "/forgot-password")).body).not.toContain("Rivermark");
    }
    const lines = world.logged.slice(-40).map((line) => JSON.parse(line) as { queries: number });
    expect(new Set(lines.map(({ queries }) => queries))).toEqual(new Set([0]));
  });

  it("is not given to who has a session, words to read, or a query, nor where the path is another", async () => {
    await ask(world.northwind.host);
    const path = await (async () => {
      const answer = await ask(world.northwind.host, "/sign-in?next=%2Fprofile");
      expect(answer.body).toContain('value="/profile"');
      return ask(world.northwind.host, "/sign-in/");
    })();
    expect(path.status).toBe(308);
    const plain = await ask(world.northwind.host, "/sign-in", { cookie: "contact=x; browser=y" });
    expect(plain.status).toBe(200);
    expect((await ask(world.northwind.host, "/sign-in", {}, "HEAD")).body).toBe("");
    const line = world.logged.findLast((one) => one.includes('"path":"/sign-in"')) ?? "";
    expect(JSON.parse(line)).toMatchObject({
      level: "info",
      route: "/sign-in",
      method: "HEAD",
      status: 200,
      msg: "request",
    });
  });

  it("is refused like the drawn one where the request names no proper host, or two", async () => {
    await ask(world.northwind.host);
    const raw = (lines: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = net.connect(server.port, "127.0.0.1", () =>
          socket.end(`GET /sign-in HTTP/1.1\r\n${lines}\r\nConnection: close\r\n\r\n`),
        );
        let text = "";
        socket.on("data", (data) => {
          text += data.toString();
        });
        socket.on("end", () => resolve(text.slice(0, 12)));
        socket.on("error", reject);
      });
    const own = `Host: ${world.northwind.host}`;
    expect(await raw(own)).toBe("HTTP/1.1 200");
    for (const lines of [
      `${own}\r\n${own}`,
      `${own}, ${world.rivermark.host}`,
      `Host: ${world.northwind.host}@x`,
      "Host:",
    ])
      expect([lines, await raw(lines)]).toEqual([lines, "HTTP/1.1 400"]);
    expect(await raw("Host: nobody.portal.localhost:3000")).toBe("HTTP/1.1 404");
  });

  it("leaves the line in the log that the drawn one leaves", async () => {
    const line = () => JSON.parse(world.logged.at(-1) ?? "{}") as Record<string, unknown>;
    const shape = () => Object.entries(line()).map(([key, value]) => [key, typeof value]);
    await ask(world.rivermark.host, "/forgot-password", { cookie: "other=1" });
    const drawn = shape();
    await ask(world.rivermark.host, "/forgot-password");
    const remembered = await ask(world.rivermark.host, "/forgot-password");
    expect(shape()).toEqual(drawn);
    expect(line()).toMatchObject({ path: "/forgot-password", request: remembered.headers["x-request-id"], queries: 0 });
  });

  it("is drawn anew when anything of the agency changes", async () => {
    await ask(world.northwind.host);
    await world.database.owner.query("update agencies set name = 'Northwind & Sons' where id = $1", [
      world.northwind.id,
    ]);
    world.deps.hosts.forget(world.northwind.id);
    expect((await ask(world.northwind.host)).body).toContain("Northwind &amp; Sons");
    expect((await ask(world.northwind.host)).body).toContain("Northwind &amp; Sons");
  });
});

it("the form token's HMAC is the one of RFC 2104", () => {
  const keys = createKeys(["a secret for tests that is long and random enough 7f3b"]);
  const key = keys.newest("csrf");
  fc.assert(
    fc.property(fc.string({ maxLength: 500, unit: "binary" }), (text) => {
      expect(keys.sign("csrf", text)).toBe(createHmac("sha256", key).update(text).digest("base64url"));
    }),
  );
});
