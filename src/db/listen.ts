// Listens to one channel of the database on a connection of its own, and connects again for as long as it takes.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { PoolRole } from "./pool.ts";

export type Listening = {
  /** Closes the connection for good. */
  stop(): Promise<void>;
};

export type ListenOptions = {
  url: string;
  role: PoolRole;
  channel: string;
  /**
   * Called at each notification with what it carries, and each time listening begins with nothing: what happened while it was away
   * counts too.
   */
  onNotify: (payload?: string) => void;
  /** Called with each new connection before it listens; while it fails the connection counts as not made. */
  onConnect?: (client: pg.Client) => Promise<void>;
  /** Called when the connection is lost or cannot be made; it is tried again after a growing pause. */
  onLost?: (error: Error) => void;
};

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const GOODBYE_MS = 1_000;

/** Begins to listen. Callers keep a slow poll as their backstop: a connection can be dead for a while before anybody notices. */
export function listen(options: ListenOptions): Listening {
  const stopped = new AbortController();
  const done = keepListening(options, stopped.signal);
  return {
    async stop() {
      stopped.abort();
      await done;
    },
  };
}

async function keepListening(options: ListenOptions, stop: AbortSignal): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  while (!stop.aborted) {
    try {
      await listenOnce(options, stop, () => {
        pause = FIRST_PAUSE_MS;
      });
    } catch (error) {
      if (!stop.aborted) options.onLost?.(error instanceof Error ? error : new Error(String(error)));
    }
    // jitter, so that many processes do not come back to a restarted database in the same moment
    await sleep(pause * (0.5 + Math.random()), undefined, { signal: stop }).catch(() => undefined);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

async function listenOnce(
  { url, role, channel, onConnect, onNotify }: ListenOptions,
  stop: AbortSignal,
  onReady: () => void,
): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    // the server finds out within a quarter of a minute that a machine is gone which could not say goodbye
    options: `-c role=${role} -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3`,
    application_name: "portico-listen",
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  const lost = new Promise<never>((_, reject) => {
    client.on("error", reject);
    client.on("end", () => reject(new Error("The listening connection has ended.")));
    stop.addEventListener("abort", () => reject(new Error("Stopped.")), { once: true });
  });
  lost.catch(() => undefined);
  client.on("notification", ({ payload }) => onNotify(payload));
  try {
    await Promise.race([client.connect(), lost]);
    if (onConnect) await Promise.race([onConnect(client), lost]);
    await Promise.race([client.query(`listen ${client.escapeIdentifier(channel)}`), lost]);
    onReady();
    onNotify();
    await lost;
  } finally {
    // a connection whose other side has vanished may take minutes to say goodbye
    await Promise.race([client.end().catch(() => undefined), sleep(GOODBYE_MS, undefined, { ref: false })]);
  }
}
