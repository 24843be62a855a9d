// Hosts: which door a request knocks at, decided by the Host header alone. Every proven host is held in memory, so no request asks.
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { Config } from "../config.ts";
import type { Directory, HostRef, ListedHost, PortalHost } from "../db/directory.ts";
import { Unavailable } from "../models/errors.ts";
import { reservedSlugs } from "../paths.ts";

/** The door: the dashboard, one agency's portal, nothing (unknown host), or a request that names no proper host. */
export type Door =
  | { kind: "app" }
  | { kind: "portal"; portal: PortalHost }
  | { kind: "nothing" }
  | { kind: "malformed" };

export type Hosts = {
  /** Finds the door of a Host header's value. Throws Unavailable only while no answer of the database has ever come. */
  find(host: string | null | undefined): Door | Promise<Door>;
  /** Whether the name is served, so that a certificate may be had for it: yes, no, or not known yet. Answers from memory alone. */
  isServed(name: string): boolean | undefined;
  /** The whole name of the host that the agency's links are built on, from memory alone; undefined while it is not known. */
  homeOf(agencyId: string): string | undefined;
  /** Says that hosts changed, of one agency or of any, and begins to read them again. What was known serves until then. */
  forget(agencyId?: string): void;
};

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;

/** The host in lower case without port and one trailing dot, or undefined when it is no host name (RFC 9110 §7.2). */
export function parseHost(text: string | null | undefined): { name: string; port: string } | undefined {
  if (!text || text.length > 260) return undefined;
  const match = /^([A-Za-z0-9._-]+?)\.?(?::(\d{1,5}))?$/.exec(text);
  const name = match?.[1]?.toLowerCase();
  if (!name || name.length > 253 || isIP(name) || !name.split(".").every((label) => LABEL.test(label)))
    return undefined;
  return { name, port: match?.[2] ?? "" };
}

/** Whether the raw request names its host once, and its target no other authority. */
export function isWellAddressed(incoming: Pick<IncomingMessage, "rawHeaders" | "url"> | undefined): boolean {
  if (!incoming?.rawHeaders) return true;
  const { rawHeaders, url = "/" } = incoming;
  let host: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name !== "Host" && (name?.length !== 4 || name.toLowerCase() !== "host")) continue;
    if (host !== undefined) return false;
    host = rawHeaders[i + 1];
  }
  if (host === undefined) return false;
  if (url.startsWith("/") || url === "*") return true;
  return URL.canParse(url) && new URL(url).host === host.toLowerCase();
}

// A page of hosts costs the event loop a few milliseconds; between two pages requests are answered.
const PAGE = 2_000;
// How long a request waits for a change that is being read before it makes do with what was known.
const PATIENCE_MS = 1_000;

type Settings = Pick<Config, "appUrl" | "portalOrigin">;

/**
 * Makes the resolver. It holds what the database holds and nothing else: strangers' names are answered by their absence, so they
 * can neither fill it nor cost a query.
 */
export function createHosts(config: Settings, directory: Pick<Directory, "listHosts">): Hosts {
  const domain = `.${config.portalOrigin.portalDomain}`;
  const suffix = domain.replace(/:\d+$/, "");
  const appName = config.appUrl.hostname;
  const isOurs = (name: string) => name === appName || name.endsWith(suffix);
  // A default host stands in the memory with the port, as its browsers send it. A name of ours is nobody's custom host.
  const memory = createMemory(directory, ({ kind, name }) => {
    if (kind === "default") return reservedSlugs.has(name) ? undefined : `${name}${domain}`;
    return isOurs(name) ? undefined : name;
  });

  const lookUp = (name: string): PortalHost | undefined =>
    memory.get(name.endsWith(suffix) ? `${name.slice(0, -suffix.length)}${domain}` : name);
  const doorOf = (name: string): Door => {
    const portal = lookUp(name);
    return portal ? { kind: "portal", portal } : { kind: "nothing" };
  };

  return {
    find: (text) => {
      const exact = text && !memory.changing() ? memory.get(text) : undefined;
      if (exact) return { kind: "portal", portal: exact };
      const host = parseHost(text);
      if (!host) return { kind: "malformed" };
      if (host.name === appName) return { kind: "app" };
      const settled = memory.settled();
      return settled ? settled.then(() => doorOf(host.name)) : doorOf(host.name);
    },
    isServed: (text) => {
      const name = parseHost(text)?.name;
      if (!name) return false;
      if (name === appName) return true;
      return memory.loaded() ? lookUp(name) !== undefined : undefined;
    },
    homeOf: (agencyId) => {
      const home = memory.home(agencyId);
      return home?.kind === "default" ? `${home.name}${domain}` : home?.name;
    },
    forget: (agencyId) => memory.change(agencyId),
  };
}

/** Under which name a host is looked up; undefined for one that must not be found. */
type Key = (host: HostRef) => string | undefined;

// Those asked for of late stand in a table of their own, small enough to stay in the processor's cache: among 100,000 hosts a look-up waits for
// memory several times, a tenth of what the whole answer from memory takes.
const RECENT = 4_096;

function createMemory(directory: Pick<Directory, "listHosts">, keyOf: Key) {
  let hosts = new Map<string, PortalHost>();
  const recent = new Map<string, PortalHost>();
  let byAgency = new Map<string, string[]>();
  let loaded = false;
  let everything = true;
  let agencies = new Set<string>();
  let running: Promise<void> | undefined;
  let patience: Promise<void> | undefined;

  const readAll = async () => {
    const all: ListedHost[] = [];
    let after: { agencyId: string; hostId: string } | undefined;
    do {
      const page = await directory.listHosts({ after, limit: PAGE });
      all.push(...page.hosts);
      after = page.next;
    } while (after);
    const before = hosts;
    [hosts, byAgency] = [new Map(), new Map()];
    recent.clear();
    keep(hosts, byAgency, all, keyOf, before);
    loaded = true;
  };
  const readSome = async (ids: readonly string[]) => {
    const { hosts: found } = await directory.listHosts({ agencyIds: ids });
    const before = new Map<string, PortalHost>();
    recent.clear();
    for (const id of ids) {
      for (const key of byAgency.get(id) ?? []) {
        const host = hosts.get(key);
        if (host) before.set(key, host);
        hosts.delete(key);
      }
      byAgency.delete(id);
    }
    keep(hosts, byAgency, found, keyOf, before);
  };
  const read = async () => {
    while (everything || agencies.size > 0) {
      const [all, ids] = [everything, [...agencies]];
      everything = false;
      agencies = new Set();
      try {
        await (all ? readAll() : readSome(ids));
      } catch (error) {
        everything = true;
        throw error;
      }
    }
  };
  const start = () => {
    running ??= read()
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
        patience = undefined;
      });
    return running;
  };

  return {
    get: (key: string) => {
      const known = recent.get(key);
      if (known) return known;
      const host = hosts.get(key);
      if (host) {
        if (recent.size === RECENT) recent.clear();
        recent.set(key, host);
      }
      return host;
    },
    home: (agencyId: string): HostRef | undefined => hosts.get(byAgency.get(agencyId)?.[0] ?? "")?.home,
    loaded: () => loaded,
    changing: () => !loaded || running !== undefined,
    change: (agencyId?: string) => {
      if (agencyId) agencies.add(agencyId);
      else everything = true;
      void start();
    },
    /** What a request has to wait for, if anything: the first answer ever, or a change that is just being read. */
    settled: (): Promise<void> | undefined => {
      if (!loaded) return start().then(orUnknown);
      if (running) patience ??= Promise.race([running, wait(PATIENCE_MS)]);
      return running && patience;
    },
  };

  function orUnknown() {
    if (!loaded) throw new Unavailable("The hosts are not known yet.");
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

function keep(
  hosts: Map<string, PortalHost>,
  byAgency: Map<string, string[]>,
  found: readonly ListedHost[],
  keyOf: Key,
  before: ReadonlyMap<string, PortalHost>,
): void {
  for (const [agencyId, own] of Map.groupBy(found, (host) => host.agencyId)) {
    const home = homeOf(own);
    const keys: string[] = [];
    for (const host of own) {
      const key = keyOf({ kind: host.kind, name: host.host });
      if (key === undefined) continue;
      const known = before.get(key);
      const fresh = { ...host, home };
      // The same entry as before where nothing changed: what was drawn for it stays good.
      hosts.set(key, known && isSame(known, fresh) ? known : fresh);
      keys.push(key);
    }
    byAgency.set(agencyId, keys);
  }
}

const isSame = (one: PortalHost, other: PortalHost) =>
  (Object.keys(other) as (keyof PortalHost)[]).every(
    (key) => one[key] === other[key] || JSON.stringify(one[key]) === JSON.stringify(other[key]),
  );

// As portalUrl chooses in the database: the selected host while it answers, else the default one.
function homeOf(own: readonly ListedHost[]): HostRef {
  const home =
    own.find(({ selected, degraded, kind }) => selected && (kind === "default" || !degraded)) ??
    own.find(({ kind }) => kind === "default") ??
    own[0];
  return { kind: home?.kind ?? "default", name: home?.host ?? "" };
}
