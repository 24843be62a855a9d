// A peer of the benchmark `dashboard`: Fastify with EJS, three statements, 50 rows with fewer things in each than ours.
import view from "@fastify/view";
import ejs from "ejs";
import Fastify from "fastify";
import { dashboard, status } from "./data.mjs";

const app = Fastify({ logger: false });
app.register(view, { engine: { ejs }, root: import.meta.dirname, production: true });
app.get("/", async () => "ok");
app.get("/t/:tenant", async (request, reply) =>
  reply.viewAsync("dashboard.ejs", { ...(await dashboard(Number(request.params.tenant))), status }),
);
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
