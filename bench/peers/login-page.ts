// The peers of the benchmark `hosts`: Hono with nothing around it sending the same page, the same with our headers too, and one that looks
// the tenant up for each request.
import { readFileSync } from "node:fs";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import pg from "pg";

const { KIND, PAGE = "", HEADERS = "{}", DATABASE_URL, PORT } = process.env;
const page = readFileSync(PAGE, "utf8");
const app = new Hono();

if (KIND === "look-up") {
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
  app.get("/sign-in", async (c) => {
    const slug = (c.req.header("host") ?? "").split(".")[0];
    const { rows } = await pool.query({
      name: "tenant",
      text: "select agencies.name from hosts join agencies on agencies.id = hosts.agency_id where kind = 'default' and hosts.name = $1 and verified_at is not null and released_at is null",
      values: [slug],
    });
    return rows[0] ? c.html(page) : c.notFound();
  });
} else if (KIND === "same-answer") {
  const headers = JSON.parse(HEADERS) as Record<string, string>;
  app.get("/sign-in", (c) => c.body(page, 200, headers));
} else app.get("/sign-in", (c) => c.html(page));

serve({ fetch: app.fetch, port: Number(PORT), hostname: "127.0.0.1" });
