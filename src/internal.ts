// Starts the internal listener: health, readiness, metrics and the question for certificates, each over what it needs.
import { createBounceIntake } from "./bounces.ts";
import type { Config } from "./config.ts";
import { newestMigration } from "./db/migrate.ts";
import type { Deps } from "./deps.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { createInternal } from "./routes/internal.ts";
import { type Listening, startServer } from "./server.ts";

export type Internal = {
  /** Tells whoever asks that no more requests should come here. */
  close(): void;
  stop(): Promise<void>;
};

/**
 * Listens on INTERNAL_HOST and INTERNAL_PORT. In development a port that another Portico has already is no reason not to start;
 * in production it rejects.
 */
export async function startInternal(deps: Deps, metrics: Metrics): Promise<Internal> {
  const { config, directory, hosts, log } = deps;
  const newest = newestMigration();
  let open = true;
  const routes = createInternal({
    isOpen: () => open,
    isReady: () => directory.isReady(newest),
    metrics,
    hosts,
    bounces: createBounceIntake(deps),
  });
  const server = await listen(routes.fetch, config, log);
  return {
    close: () => {
      open = false;
    },
    stop: async () => {
      await server?.stop(1_000);
    },
  };
}

async function listen(
  fetch: Parameters<typeof startServer>[0],
  { internalHost: host, internalPort: port, production }: Config,
  log: Logger,
): Promise<Listening | undefined> {
  try {
    return await startServer(fetch, { host, port });
  } catch (error) {
    if (production || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    log.warn({ port }, "the internal port is taken: no health, readiness or metrics from this process");
    return undefined;
  }
}
