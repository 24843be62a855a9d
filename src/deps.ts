// Everything that the doors and jobs share, made once from the configuration.
import path from "node:path";
import type { Pool } from "pg";
import type { Config } from "./config.ts";
import { type AgencyStore, openAgencyStore } from "./db/agency-store.ts";
import { type Directory, openDirectory } from "./db/directory.ts";
import { type GlobalStore, openGlobalStore } from "./db/global-store.ts";
import { createPool } from "./db/pool.ts";
import { renderSampleFor } from "./jobs/template-sample.ts";
import type { Logger } from "./log.ts";
import { createHosts, type Hosts } from "./web/hosts.ts";
import { createKeys, type Keys } from "./web/keys.ts";

/** Who counts requests; see src/metrics.ts. `route` is the pattern, never the path. */
export type RequestObserver = {
  request(seen: { method: string; route: string; status: number; seconds: number }): void;
};

export type Deps = {
  config: Config;
  log: Logger;
  keys: Keys;
  hosts: Hosts;
  agencies: { open(agencyId: string): AgencyStore };
  globals: GlobalStore;
  directory: Directory;
  pools: { app: Pool; directory: Pool };
  /** Where mail is kept while there is no SMTP_URL. */
  outboxDir: string;
  observe: RequestObserver;
  /** Draws a template as it would look to a contact. */
  renderSample: typeof renderSampleFor;
  close(): Promise<void>;
};

/** Opens the pools and what stands on them; `databaseUrl` is the configured or the embedded database. */
export function createDeps(config: Config, databaseUrl: string, log: Logger, observe: RequestObserver): Deps {
  // The directory's share is small: one short statement a request, and the claims of the worker.
  const share = Math.max(1, Math.floor(config.databasePool / 3));
  const app = createPool({ url: databaseUrl, role: "portico_app", max: Math.max(1, config.databasePool - share) });
  const directoryPool = createPool({ url: databaseUrl, role: "portico_directory", max: share });
  const directory = openDirectory(directoryPool);
  return {
    config,
    log,
    keys: createKeys(config.sessionSecrets),
    hosts: createHosts(config, directory),
    agencies: { open: (agencyId) => openAgencyStore(app, agencyId) },
    globals: openGlobalStore(directoryPool),
    directory,
    pools: { app, directory: directoryPool },
    outboxDir: path.join(config.dataDir, "outbox"),
    observe,
    renderSample: renderSampleFor,
    close: async () => {
      await Promise.all([app.end(), directoryPool.end()]);
    },
  };
}
