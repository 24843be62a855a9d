// Pages that are the same for everybody who comes without a session, but for the token of their form: drawn once a host, then
// answered from memory. A host's entry in memory is replaced when anything of it changes, and what was drawn for it goes with it.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import type { PortalHost } from "../db/directory.ts";
import type { Deps } from "../deps.ts";
import { browserCookie } from "./browser.ts";
import { cookieName } from "./cookies.ts";
import { reportRequest } from "./door.ts";
import { newBrowserId, newRequestId } from "./random-text.ts";
import type { PortalRoute } from "./route.ts";
import { clientAddressOf, formTokenFor } from "./security.ts";

/** What a route notes of an answer that may be remembered: the token that its forms carry, and the route's pattern. */
export type Remembered = { token: string; route: string };

export type RememberedPages = {
  /** Whether the request is for a page that may be in memory, on whatever host. */
  has: (incoming: IncomingMessage) => boolean;
  /** Answers when the page was drawn before and the browser shows nothing that could change it; false leaves everything untouched. */
  answer: (incoming: IncomingMessage, outgoing: ServerResponse, portal: PortalHost) => boolean;
  /** Keeps the page of an answer that was just drawn. */
  keep(env: Partial<HttpBindings>, portal: PortalHost, drawn: Remembered, response: Response): Promise<void>;
};

/** `before` and `after` are the bytes around the tokens, a character each; `headers` are names and values in turn, `head` is what Node.js made of them. */
type Page = {
  before: string;
  after: string[];
  bytes: number;
  headers: string[];
  head: string | undefined;
  route: string;
};

/** Where Node.js keeps the head of an answer until it goes out; `undefined` in a version that keeps it elsewhere. */
type Headed = ServerResponse & { _header?: string | null };

const MOST_BYTES = 64 * 1024 * 1024;
const OF_ONE_ANSWER = new Set(["set-cookie", "x-request-id", "content-length", "date", "transfer-encoding"]);

/** Makes the memory for the routes that ask for it; it holds 64 MiB at most. */
export function createRememberedPages(deps: Deps, routes: readonly PortalRoute[]): RememberedPages {
  const paths = new Set(routes.filter(({ remembered }) => remembered).map(({ path }) => path));
  const pages = createMemory();
  const cookie = new RegExp(`^${cookieName(deps.config, "browser")}=([A-Za-z0-9_-]{43})$`);
  const setBrowser = browserCookie(deps.config);

  return {
    has: ({ method, url }) => method === "GET" && url !== undefined && paths.has(url),
    answer: (incoming, outgoing, portal) => {
      const started = performance.now();
      const page = pages.find(portal, incoming.url);
      if (!page) return false;
      const { cookie: sent, host } = incoming.headers;
      const known = sent === undefined ? undefined : cookie.exec(sent)?.[1];
      // Any other cookie may be a session, or words that the page before left behind.
      if (sent !== undefined && known === undefined) return false;
      const requestId = newRequestId();
      const browser = known ?? newBrowserId();
      writeHead(outgoing, page, requestId, known === undefined ? setBrowser(browser) : undefined);
      const token = formTokenFor(deps.keys, host, browser);
      // Put together, not joined: Node.js adds the headers in front and makes one text of all.
      let body = page.before;
      for (const piece of page.after) body += token + piece;
      outgoing.end(body, "latin1");
      const { route } = page;
      const address = clientAddressOf(incoming, deps.config);
      reportRequest(deps, { requestId, method: "GET", path: route, route, status: 200, started, queries: 0, address });
      return true;
    },
    keep: async ({ incoming }, portal, { token, route }, response) => {
      // A request may name its target in other ways than by the bare path; those are drawn each time.
      if (incoming?.url !== route) return;
      const body = Buffer.from(await response.clone().arrayBuffer()).toString("latin1");
      const headers = [...response.headers].filter(([name]) => !OF_ONE_ANSWER.has(name)).flat();
      // Every token is as long as this one, so all answers have the same length.
      headers.push("content-length", String(body.length));
      const [before = "", ...after] = body.split(token);
      const bytes = body.length + headers.join().length * 2;
      pages.keep(portal, { before, after, bytes, headers, head: undefined, route });
    },
  };
}

const PAGES = Symbol("pages");
type Drawn = PortalHost & { [PAGES]?: Page[] | undefined };

// Pages hang on the host's own entry, so that a replaced entry has none, and an entry that was found needs no second look-up. Those
// drawn first go first: keeping the order of use would cost each answer more than it is worth.
function createMemory() {
  const inOrder = new Set<Drawn>();
  let bytes = 0;
  const size = (host: Drawn) => host[PAGES]?.reduce((sum, page) => sum + page.bytes, 0) ?? 0;
  return {
    find: (host: Drawn, path: string | undefined): Page | undefined => {
      const drawn = host[PAGES];
      if (drawn === undefined) return undefined;
      for (const page of drawn) if (page.route === path) return page;
      return undefined;
    },
    keep: (host: Drawn, page: Page): void => {
      bytes -= size(host);
      host[PAGES] = [page, ...(host[PAGES] ?? []).filter(({ route }) => route !== page.route)];
      bytes += size(host);
      inOrder.add(host);
      for (const oldest of inOrder) {
        if (bytes <= MOST_BYTES) break;
        bytes -= size(oldest);
        oldest[PAGES] = undefined;
        inOrder.delete(oldest);
      }
    },
  };
}

const OF_ONE_HEAD = /^(?:date|set-cookie|x-request-id): .*\r\n/gim;

// Node.js looks at every name and value each time it writes a head, which took a sixth of the whole answer. So it writes the first one of
// a page, and its text serves the next, whose connections stay open as that one did.
function writeHead(outgoing: Headed, page: Page, requestId: string, cookie: string | undefined): void {
  if (page.head !== undefined && outgoing.shouldKeepAlive && outgoing._header === null) {
    const own = cookie === undefined ? requestId : `${requestId}\r\nset-cookie: ${cookie}`;
    outgoing._header = `${page.head}${dateLine()}x-request-id: ${own}\r\n\r\n`;
    return;
  }
  const headers = page.headers.concat("x-request-id", requestId);
  if (cookie !== undefined) headers.push("set-cookie", cookie);
  outgoing.writeHead(200, headers);
  if (outgoing.shouldKeepAlive) page.head = outgoing._header?.replace(OF_ONE_HEAD, "").slice(0, -2);
}

let date = { until: 0, line: "" };

/** The header Date as it stands now (RFC 9110 §6.6.1). */
function dateLine(): string {
  const now = Date.now();
  if (now >= date.until)
    date = { until: now - (now % 1_000) + 1_000, line: `Date: ${new Date(now).toUTCString()}\r\n` };
  return date.line;
}
