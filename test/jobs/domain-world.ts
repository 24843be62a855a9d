// Agencies whose domains are checked by the real handler, against real DNS servers and a real web server that shows the markers.
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { openDirectoryJobs } from "../../src/db/directory-jobs.ts";
import { createCheckDomain } from "../../src/jobs/check-domain.ts";
import { createLogger } from "../../src/log.ts";
import { addDomain, findRival, releaseDomain, requestCheck } from "../../src/models/domain-claims.ts";
import { parseDomainName } from "../../src/models/domain-names.ts";
import { type Domain, getDomain } from "../../src/models/domains.ts";
import { databaseForTest, insertAgency } from "../support/database.ts";
import { startDns } from "../support/dns.ts";
import { domainChecksOn, markerOf } from "../support/domain-checks.ts";

const origin = { scheme: "http", portalDomain: "portal.example" } as const;

export type DomainWorld = Awaited<ReturnType<typeof domainWorld>>;

/** Two DNS servers with the same zone, a web server that is ours for every name in `served`, and as many agencies as asked for. */
export async function domainWorld(slugs: readonly string[] = ["northwind", "rivermark"]) {
  const database = await databaseForTest();
  const servers = [await startDns(), await startDns()] as const;
  const served = new Set<string>();
  const web = http.createServer((request, response) => {
    const host = request.headers.host ?? "";
    response.end(served.has(host) ? markerOf(host) : "Parked");
  });
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  onTestFinished(async () => {
    web.closeAllConnections();
    web.close();
    await Promise.all(servers.map((server) => server.close()));
  });
  const members: string[] = [];
  const agencies = new Map<string, string>();
  for (const slug of slugs) {
    agencies.set(slug, await insertAgency(database, slug, slug));
    const { rows } = await database.owner.query(
      "insert into members (email, name, password_hash) values ($1, $1, '-') returning id",
      [`owner@${slug}.example`],
    );
    members.push((rows[0] as { id: string }).id);
  }
  const storeOf = (slug: string) => database.store(agencies.get(slug) ?? "");
  const check = createCheckDomain({
    agencies: { open: database.store },
    globals: database.globals,
    portalOrigin: origin,
    log: createLogger("silent"),
    domainChecks: domainChecksOn(
      servers.map(({ address }) => address),
      { httpPort: (web.address() as AddressInfo).port },
    ),
  });
  const jobs = openDirectoryJobs(database.directoryPool);
  const [memberId = ""] = members;

  const world = {
    database,
    servers,
    agencies,
    storeOf,
    /** Names that our web server answers for with their marker. */
    served,
    /** Publishes records in both servers. */
    publish(name: string, records: Parameters<(typeof servers)[0]["set"]>[1]) {
      for (const server of servers) server.set(name, records);
    },
    behave(name: string, manner: Parameters<(typeof servers)[0]["behave"]>[1]) {
      for (const server of servers) server.behave(name, manner);
    },
    async add(slug: string, text: string): Promise<string> {
      const domain = parseDomainName(text, { appHost: "app.example", portalDomain: "portal.example" });
      if ("error" in domain) throw new Error(domain.error);
      const rival = await database.globals.run((db) => findRival(db, domain.name));
      return storeOf(slug).write((db) => addDomain(db, { domain, rival, memberId }));
    },
    domain: (slug: string, id: string): Promise<Domain> => storeOf(slug).read((db) => getDomain(db, id, origin)),
    release: (slug: string, id: string) => storeOf(slug).write((db) => releaseDomain(db, id, memberId)),
    checkNow: (slug: string, id: string) => storeOf(slug).write((db) => requestCheck(db, id)),
    /** Lets time pass for every domain: all its moments lie that much further back, and what is due by then is due now. */
    async pass(minutes: number) {
      await database.owner.query(
        `update hosts set created_at = created_at - gone, verified_at = verified_at - gone, active_at = active_at - gone,
           degraded_at = degraded_at - gone, failing_since = failing_since - gone, checked_at = checked_at - gone,
           next_check_at = next_check_at - gone
         from (select make_interval(mins => $1) as gone) as passed where kind = 'custom'`,
        [minutes],
      );
      await database.owner.query("update jobs set run_at = run_at - make_interval(mins => $1) where lease_id is null", [
        minutes,
      ]);
    },
    /** Runs every check that is due, as workers do: all at once. Returns how many there were. */
    async work(): Promise<number> {
      const claimed = await jobs.claimJobs("test", { free: 500, bulk: 500 });
      await Promise.all(claimed.map((job) => check(job, new AbortController().signal)));
      return claimed.length;
    },
    /** Checks one domain at once and returns its state. */
    async state(slug: string, id: string) {
      await world.checkNow(slug, id);
      await world.work();
      return (await world.domain(slug, id)).state;
    },
    /** Publishes what a claim asks for, in the way that is asked for. */
    async point(slug: string, id: string, by: "cname" | "txt" | "both" = "cname") {
      const { name, records } = await world.domain(slug, id);
      world.publish(records.target, { A: ["127.0.0.1"] });
      if (by === "txt") world.publish(name, { A: ["127.0.0.1"] });
      else world.publish(name, { CNAME: [records.target] });
      if (by !== "cname") world.publish(records.txtName, { TXT: [records.txtValue] });
    },
    async events(slug: string) {
      const rows = await storeOf(slug).read((db) =>
        db.selectFrom("events").select(["kind", "data"]).orderBy("id").execute(),
      );
      return rows.map(({ kind, data }) => `${kind} ${String(data.before)} → ${String(data.after)}`);
    },
    async holders(name: string) {
      const { rows } = await database.owner.query(
        `select slug from hosts join agencies on agencies.id = agency_id
         where hosts.name = $1 and verified_at is not null and released_at is null`,
        [name],
      );
      return rows.map((row) => (row as { slug: string }).slug);
    },
  };
  return world;
}
