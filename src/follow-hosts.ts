// Keeps the hosts in memory in step with the database: told of each change by it, and reading all of them now and then all the same.
import { type Listening, listen } from "./db/listen.ts";
import type { Hosts } from "./web/hosts.ts";

const BACKSTOP_MS = 60_000;

/** Begins to follow and reads the hosts for the first time. */
export function followHosts(hosts: Pick<Hosts, "forget">, url: string): Listening {
  const listening = listen({
    url,
    role: "portico_directory",
    channel: "hosts_changed",
    onNotify: (agencyId) => hosts.forget(agencyId || undefined),
  });
  // For an announcement that got lost with its connection.
  const timer = setInterval(() => hosts.forget(), BACKSTOP_MS).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await listening.stop();
    },
  };
}
