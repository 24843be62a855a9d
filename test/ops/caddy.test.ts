// Behind a real Caddy: certificates for our names alone, and known names served while PostgreSQL is down.
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Caddy, getByName, hasCaddy, startCaddy } from "../support/caddy.ts";
import { type Product, startProduct } from "../support/product.ts";

let product: Product;
let caddy: Caddy;

beforeAll(async () => {
  if (!hasCaddy()) return;
  product = await startProduct({
    APP_URL: "https://app.portico.example",
    PORTAL_DOMAIN: "portal.portico.example",
    TRUSTED_PROXIES: "127.0.0.1",
  });
  caddy = await startCaddy(product);
});
afterAll(async () => {
  await caddy?.stop();
  await product?.stop();
});

const addHost = (name: string, columns: string) =>
  product.database.owner.query(
    `insert into hosts (agency_id, kind, name, ${columns}) select id, 'custom', $1, ${columns.replace(/\w+_at/g, "now()")}
     from agencies where slug = 'northwind'`,
    [name],
  );

describe.skipIf(!hasCaddy())("behind Caddy", () => {
  test("our names are served over HTTPS, each as what it is; a name is ours from the moment that it is proven", async () => {
    await addHost("clients.northwind.example", "verified_at");
    await addHost("pending.northwind.example", "created_at");
    const served = async (name: string) => {
      const answer = await getByName(caddy, name);
      return "refused" in answer ? "refused" : `${answer.status} ${/<title>([^<]*)/.exec(answer.text)?.[1]}`;
    };
    await expect.poll(() => served("clients.northwind.example"), { timeout: 10_000 }).toMatch(/^303/);
    expect(await served("northwind.portal.portico.example")).toBe("200 Sign in · Northwind");
    expect(await served("rivermark.portal.portico.example")).toBe("200 Sign in · Rivermark");
    expect(await served("app.portico.example")).toMatch(/^200 .*Portico/);
    for (const name of [
      "pending.northwind.example",
      "stranger.example",
      "nobody.portal.portico.example",
      "portico.example",
    ])
      expect([name, await served(name)]).toEqual([name, "refused"]);
    const marker = await getByName(caddy, "clients.northwind.example", "/.well-known/portico");
    expect(marker).toMatchObject({ status: 200, issuer: expect.stringContaining("Caddy") as string });
  });

  test("while PostgreSQL is down known names are served, new certificates included, and strangers are refused", async () => {
    await addHost("late.northwind.example", "verified_at, active_at");
    await expect
      .poll(
        async () => (await fetch(`http://127.0.0.1:${product.internalPort}/ask?domain=late.northwind.example`)).status,
      )
      .toBe(200);
    const name = new URL(product.database.url).pathname.slice(1);
    const admin = new pg.Client({ connectionString: inject("postgresUrl") });
    await admin.connect();
    await admin.query(`alter database ${name} with allow_connections false`);
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
    for (const known of ["northwind.portal.portico.example", "rivermark.portal.portico.example"])
      expect(await getByName(caddy, known)).toMatchObject({ status: 200 });
    expect(await getByName(caddy, "late.northwind.example", "/.well-known/portico")).toMatchObject({ status: 200 });
    expect(await getByName(caddy, "late.northwind.example")).toMatchObject({ status: 303 });
    expect(await getByName(caddy, "stranger.example")).toHaveProperty("refused");
    await admin.query(`alter database ${name} with allow_connections true`);
    await admin.end();
  });
});
