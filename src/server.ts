// A listener with the timeouts of rules.md §8 that can be stopped without cutting off who is being answered.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";

export type Listening = {
  port: number;
  /** Takes no new connection, lets requests in flight finish, and after `patience` milliseconds cuts off the rest. */
  stop(patience?: number): Promise<void>;
};

type Fetch = (request: Request, env: HttpBindings) => Response | Promise<Response>;

/** Answers what is at hand straight on Node's own objects, or says no and leaves them untouched. */
export type AtHand = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

const OPTIONS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
};

/** Starts to listen and resolves once it does; rejects when the port is taken. `atHand` is asked before `fetch`. */
export function startServer(
  fetch: Fetch,
  { host, port }: { host: string; port: number },
  atHand: AtHand = () => false,
): Promise<Listening> {
  const answer = getRequestListener(fetch as Parameters<typeof getRequestListener>[0], { hostname: host });
  const server = createServer(OPTIONS, (incoming, outgoing) => {
    if (!atHand(incoming, outgoing)) void answer(incoming, outgoing);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () =>
      resolve({ port: (server.address() as AddressInfo).port, stop: (patience) => stop(server, patience) }),
    );
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
