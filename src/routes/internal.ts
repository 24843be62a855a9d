// The internal listener, for the machines around Portico: is it alive, is it ready, what does it measure, whose certificate may be asked for.
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ReportOutcome } from "../models/bounces.ts";
import { Unavailable } from "../models/errors.ts";
import { internal } from "../paths.ts";

export type InternalDeps = {
  /** Whether new requests should come here: not while stopping. */
  isOpen: () => boolean;
  /** Whether the database answers and its migrations have run. */
  isReady: () => Promise<boolean>;
  metrics: { contentType: string; text(): Promise<string> };
  hosts: { isServed(name: string): boolean | undefined };
  bounces: {
    /** Takes a signed report as it was posted. Throws Unavailable when the database is away. */
    takeReport(report: { body: string; timestamp: string; signature: string }): Promise<ReportOutcome>;
  };
};

const REPORT_BYTES = 16 * 1024;
const reportAnswers = { recorded: 200, repeated: 409, unknown: 404, forged: 401, malformed: 422 } as const;

/** The routes under `/healthz`, `/readyz`, `/metrics`, `/ask` and `/bounces`; plain text, no cookies. */
export function createInternal({ isOpen, isReady, metrics, hosts, bounces }: InternalDeps): Hono {
  const routes = new Hono();
  routes.use(async (c, next) => {
    await next();
    c.header("cache-control", "no-store");
  });
  routes.get(internal.healthz(), (c) => c.text("alive\n"));
  routes.get(internal.readyz(), async (c) => {
    if (!isOpen()) return c.text("stopping\n", 503);
    const ready = await isReady().catch(() => false);
    return ready ? c.text("ready\n") : c.text("the database does not answer, or its migrations have not run\n", 503);
  });
  routes.get(internal.metrics(), async (c) =>
    c.body(await metrics.text(), 200, { "content-type": metrics.contentType }),
  );
  // Caddy's on_demand_tls asks before it requests a certificate: 200 is yes, everything else no.
  routes.get(internal.ask(), (c) => {
    const known = hosts.isServed(c.req.query("domain") ?? "");
    if (known === undefined) return c.text("not known yet\n", 503);
    return known ? c.text("yes\n") : c.text("no\n", 404);
  });
  // What a relay's own webhook says of bounces and complaints, put into our words and signed by whoever passes it on.
  routes.post(internal.bounces(), bodyLimit({ maxSize: REPORT_BYTES }), async (c) => {
    const [timestamp = "", signature = ""] = ["portico-timestamp", "portico-signature"].map((name) =>
      c.req.header(name),
    );
    try {
      const outcome = await bounces.takeReport({ body: await c.req.text(), timestamp, signature });
      return c.text(`${outcome}\n`, reportAnswers[outcome]);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return c.text("try later\n", 503, { "retry-after": "30" });
    }
  });
  routes.notFound((c) => c.text("nothing here\n", 404));
  return routes;
}
