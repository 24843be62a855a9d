// The peer of the benchmark `dashboard`: Fastify with EJS, three statements, 50 rows with fewer things in each than ours.
import view from "@fastify/view";
import ejs from "ejs";
import Fastify from "fastify";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const list =
  "select id, first_name, last_name, email, phone, invited_at, joined_at from contact where tenant_id = $1 order by created_at desc, id desc limit 50";
const invited = "select count(*)::int n from contact where tenant_id = $1 and invited_at is not null";
const joined = "select count(*)::int n from contact where tenant_id = $1 and joined_at is not null";
const status = (c) => (c.joined_at ? "Joined" : c.invited_at ? "Invited" : "Not invited");

const app = Fastify({ logger: false });
app.register(view, { engine: { ejs }, root: import.meta.dirname, production: true });
app.get("/", async () => "ok");
app.get("/t/:tenant", async (request, reply) => {
  const values = [Number(request.params.tenant)];
  const [contacts, i, j] = await Promise.all([list, invited, joined].map((text) => pool.query({ text, values })));
  return reply.viewAsync("dashboard.ejs", { contacts: contacts.rows, invited: i.rows[0].n, joined: j.rows[0].n, status });
});
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
