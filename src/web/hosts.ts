// Hosts: which door a request knocks at, decided by the Host header alone and answered from memory.
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { LRUCache } from "lru-cache";
import type { Config } from "../config.ts";
import type { Directory, PortalHost } from "../db/directory.ts";
import { reservedSlugs } from "../paths.ts";

/** The door: the dashboard, one agency's portal, nothing (unknown host), or a request that names no proper host. */
export type Door =
  | { kind: "app" }
  | { kind: "portal"; portal: PortalHost }
  | { kind: "nothing" }
  | { kind: "malformed" };

export type Hosts = {
  /** Finds the door of a Host header's value. */
  find(host: string | null | undefined): Promise<Door>;
  /** Forgets what is remembered; called when the hosts of any agency change. */
  forget(): void;
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
  const hosts = incoming.rawHeaders.filter((value, i) => i % 2 === 0 && value.toLowerCase() === "host");
  if (hosts.length !== 1) return false;
  const target = incoming.url ?? "/";
  if (target.startsWith("/") || target === "*") return true;
  const at = incoming.rawHeaders.findIndex((value, i) => i % 2 === 0 && value.toLowerCase() === "host");
  return URL.canParse(target) && new URL(target).host === incoming.rawHeaders[at + 1]?.toLowerCase();
}

const FRESH_MS = 30_000;
const nobody = Symbol("nobody");
type Remembered = { found: PortalHost | typeof nobody; until: number };

/** Makes the resolver: remembers hosts that exist and ones that do not, each bounded, and goes on from memory while the database is away. */
export function createHosts(
  config: Pick<Config, "appUrl" | "portalOrigin">,
  directory: Pick<Directory, "findHost">,
): Hosts {
  const memory = new LRUCache<string, Remembered>({ max: 20_000 });
  const asking = new Map<string, Promise<PortalHost | typeof nobody>>();
  const appName = config.appUrl.hostname;
  const suffix = `.${config.portalOrigin.portalDomain.replace(/:\d+$/, "")}`;
  let epoch = 0;

  const ask = (kind: "default" | "custom", name: string, key: string) => {
    const running = asking.get(key);
    if (running) return running;
    const started = epoch;
    const asked = directory
      .findHost(kind, name)
      .then((found) => {
        const answer = found ?? nobody;
        // What was read before a change was announced must not outlive it.
        memory.set(key, { found: answer, until: started === epoch ? Date.now() + FRESH_MS : 0 });
        return answer;
      })
      .finally(() => asking.delete(key));
    asking.set(key, asked);
    return asked;
  };

  const remember = async (kind: "default" | "custom", name: string): Promise<Door> => {
    const key = `${kind}:${name}`;
    const known = memory.get(key);
    if (known && known.until > Date.now()) return doorOf(known.found);
    try {
      return doorOf(await ask(kind, name, key));
    } catch (error) {
      if (known) return doorOf(known.found);
      throw error;
    }
  };

  return {
    find: async (text) => {
      const host = parseHost(text);
      if (!host) return { kind: "malformed" };
      if (host.name === appName) return { kind: "app" };
      if (!host.name.endsWith(suffix)) return remember("custom", host.name);
      const label = host.name.slice(0, -suffix.length);
      if (label.includes(".") || reservedSlugs.has(label)) return { kind: "nothing" };
      return remember("default", label);
    },
    forget: () => {
      epoch++;
      for (const entry of memory.values()) entry.until = 0;
    },
  };
}

function doorOf(found: PortalHost | typeof nobody): Door {
  return found === nobody ? { kind: "nothing" } : { kind: "portal", portal: found };
}
