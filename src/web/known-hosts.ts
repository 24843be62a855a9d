// Every host that somebody may ask a certificate for, held in memory, so that the answer needs no database.
import type { Config } from "../config.ts";
import type { Directory } from "../db/directory.ts";
import { parseHost } from "./hosts.ts";

export type KnownHosts = {
  /** Whether this host is served: yes, no, or not known because the database has not answered once since the start. */
  has(domain: string): boolean | undefined;
  /** Reads the hosts again; several calls at once become one or two. Keeps what it knew when the database is away. */
  reload(): Promise<void>;
  /** Ends the reading that happens by itself once a minute. */
  stop(): void;
};

const BACKSTOP_MS = 60_000;

/** Makes the memory and begins to fill it. */
export function createKnownHosts(
  config: Pick<Config, "appUrl" | "portalOrigin">,
  directory: Pick<Directory, "listHosts">,
): KnownHosts {
  const suffix = config.portalOrigin.portalDomain.replace(/:\d+$/, "");
  let names: ReadonlySet<string> | undefined;
  let running: Promise<void> | undefined;
  let again = false;

  const read = async () => {
    do {
      again = false;
      const hosts = await directory.listHosts();
      names = new Set(hosts.map(({ kind, name }) => (kind === "default" ? `${name}.${suffix}` : name)));
    } while (again);
  };
  const reload = () => {
    again = true;
    running ??= read()
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  // A change is announced at once; this is for an announcement that got lost.
  const timer = setInterval(() => void reload(), BACKSTOP_MS).unref();
  void reload();

  return {
    has: (domain) => {
      const name = parseHost(domain)?.name;
      if (!name) return false;
      if (name === config.appUrl.hostname) return true;
      return names?.has(name);
    },
    reload,
    stop: () => clearInterval(timer),
  };
}
