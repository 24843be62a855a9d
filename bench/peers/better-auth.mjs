// better-auth's side of the benchmark of magic links, as its guide says: Hono, a pool, the plugin, its own migration. Its limits are off, since all load has one address.
import { createWriteStream } from "node:fs";
import { serve } from "@hono/node-server";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { magicLink } from "better-auth/plugins";
import { Hono } from "hono";
import pg from "pg";

const { PORT, DATABASE_URL, LINKS } = process.env;
const links = createWriteStream(LINKS, { flags: "a" });
const auth = betterAuth({
  baseURL: `http://127.0.0.1:${PORT}`,
  secret: "a secret for benchmarks that is long and random 7f3b",
  database: new pg.Pool({ connectionString: DATABASE_URL, max: 20 }),
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
  plugins: [magicLink({ expiresIn: 3600, sendMagicLink: async ({ token }) => void links.write(`${token}\n`) })],
});
await (await getMigrations(auth.options)).runMigrations();

const page = `<!doctype html><title>Portal</title>${"<p>Welcome to your portal</p>".repeat(40)}`;
const app = new Hono();
app.on(["POST", "GET"], "/api/auth/*", (c) => auth.handler(c.req.raw));
app.get("/portal", async (c) => {
  const session = await auth.api.getSession({ headers: c.req.raw.headers });
  return session ? c.html(`${page}<p>${session.user.email}</p>`) : c.text("no session", 401);
});
serve({ fetch: app.fetch, port: Number(PORT), hostname: "127.0.0.1" });
