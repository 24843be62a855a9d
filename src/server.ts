// A listener with the timeouts of rules.md §8 that can be stopped without cutting off who is being answered.
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type HttpBindings, serve } from "@hono/node-server";

export type Listening = {
  port: number;
  /** Takes no new connection, lets requests in flight finish, and after `patience` milliseconds cuts off the rest. */
  stop(patience?: number): Promise<void>;
};

type Fetch = (request: Request, env: HttpBindings) => Response | Promise<Response>;

/** Starts to listen and resolves once it does; rejects when the port is taken. */
export function startServer(fetch: Fetch, { host, port }: { host: string; port: number }): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: fetch as Parameters<typeof serve>[0]["fetch"],
        hostname: host,
        port,
        serverOptions: {
          headersTimeout: 10_000,
          requestTimeout: 30_000,
          keepAliveTimeout: 65_000,
          maxHeaderSize: 16 * 1024,
        },
      },
      () => resolve({ port: (server.address() as AddressInfo).port, stop: (patience) => stop(server, patience) }),
    ) as Server;
    server.once("error", reject);
  });
}

function stop(server: Server, patience = 10_000): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), patience);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
