// Asks one DNS server at a time, so that the answers of several can be held against each other.
import type { CaaRecord } from "node:dns";
import { getServers } from "node:dns";
import { lookup, Resolver as NodeResolver } from "node:dns/promises";
import { isIP } from "node:net";

export type RecordType = "A" | "AAAA" | "CNAME" | "TXT" | "CAA" | "MX";

/** What one server said: records; that there are none; or nothing that counts as an answer (SERVFAIL, REFUSED, a timeout). */
export type Answer =
  | { kind: "found"; values: readonly string[] }
  | { kind: "none" }
  | { kind: "no-answer"; why: string };

/** One DNS server. Values are text: names in lower case without the last dot, a TXT's parts joined, CAA as `0 issue "ca.example"`, MX as `10 mx.example`. */
export type Resolver = { server: string; ask(name: string, type: RecordType): Promise<Answer> };

// Two are enough to notice that a change is still on its way; more would only be slower.
const MOST = 2;
const TIMEOUT_MS = 1_500;
const TRIES = 2;

/** The resolvers to ask: those given as `host:port`, or the system's. At most two; they are all asked. */
export function createResolvers(servers: readonly string[] = [], { timeoutMs = TIMEOUT_MS } = {}): Resolver[] {
  const chosen = servers.length > 0 ? servers : getServers();
  return chosen.slice(0, MOST).map((server) => createResolver(server, timeoutMs));
}

function createResolver(server: string, timeout: number): Resolver {
  let made: Promise<NodeResolver> | undefined;
  const open = async () => {
    const resolver = new NodeResolver({ timeout, tries: TRIES });
    resolver.setServers([await withAddress(server)]);
    return resolver;
  };
  return {
    server,
    async ask(name, type) {
      try {
        made ??= open();
        const values = await query(await made, name, type);
        return values.length > 0 ? { kind: "found", values } : { kind: "none" };
      } catch (error) {
        const { code = "" } = error as NodeJS.ErrnoException;
        if (NOTHING.has(code)) return { kind: "none" };
        // the server's own name may resolve the next time
        if (!WORDS[code]) made = undefined;
        return { kind: "no-answer", why: WORDS[code] ?? `${server} cannot be asked` };
      }
    },
  };
}

// RFC 8020: no such name, and RFC 2308: no such record; the only negative answers there are.
const NOTHING = new Set(["ENODATA", "ENOTFOUND"]);

const WORDS: Readonly<Record<string, string>> = {
  ESERVFAIL: "SERVFAIL",
  EREFUSED: "REFUSED",
  ENOTIMP: "NOTIMP",
  EFORMERR: "FORMERR",
  EBADRESP: "an unreadable answer",
  ETIMEOUT: "no answer in time",
  ECONNREFUSED: "no connection",
  ECANCELLED: "cancelled",
};

async function query(resolver: NodeResolver, name: string, type: RecordType): Promise<string[]> {
  switch (type) {
    case "A":
      return await resolver.resolve4(name);
    case "AAAA":
      return await resolver.resolve6(name);
    case "CNAME":
      return (await resolver.resolveCname(name)).map(plainName);
    case "TXT":
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(""));
    case "CAA":
      return (await resolver.resolveCaa(name)).map(caaText);
    case "MX":
      return (await resolver.resolveMx(name)).map(
        ({ priority, exchange }) => `${priority} ${plainName(exchange) || "."}`,
      );
  }
}

const plainName = (name: string) => name.toLowerCase().replace(/\.$/, "");

function caaText({ critical, ...properties }: CaaRecord): string {
  const [tag = "", value = ""] = Object.entries(properties).find(([name]) => name !== "type") ?? [];
  return `${critical} ${tag} "${String(value)}"`;
}

async function withAddress(server: string): Promise<string> {
  const [, bracketed, host = bracketed ?? server, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(server) ?? [];
  if (isIP(server)) return server;
  const address = isIP(host) ? host : (await lookup(host)).address;
  const written = isIP(address) === 6 ? `[${address}]` : address;
  return port ? `${written}:${port}` : written;
}
