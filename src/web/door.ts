// What both doors share: who asks, from which browser, whether the request may do anything at all, and what the log keeps of it.
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { routePath } from "hono/route";
import type { ErrorPageProps } from "../../views/errors/error.page.tsx";
import { type Budget, withBudget } from "../db/budget.ts";
import type { PortalHost } from "../db/directory.ts";
import type { Deps } from "../deps.ts";
import { serveAsset } from "./assets.ts";
import { readBrowser } from "./browser.ts";
import { refusalOf, refuse } from "./errors.tsx";
import { newRequestId } from "./random-text.ts";
import type { Remembered } from "./remembered-pages.ts";
import type { BaseContext, BaseVariables } from "./route.ts";
import { FORM_BODY } from "./route.ts";
import { clientAddress, isFromOurPage, protect } from "./security.ts";
import { WRITTEN } from "./written-page.ts";

/** What the dispatcher hands to a door beside the request. */
export type DoorBindings = HttpBindings & { portal?: PortalHost; remember?: (drawn: Remembered) => void };

const UNSAFE = new Set(["POST", "PUT", "PATCH", "DELETE"]);

// A page that asks the database more often than this has a loop in it; mutations may do more.
const BUDGET = { GET: 8, POST: 24 } as const;

/** An app for one door, with everything on it that no route may be without. `siteOf` says how error pages show the agency. */
export function createDoor<V extends BaseVariables>(
  deps: Deps,
  door: ErrorPageProps["door"],
  siteOf: (c: Context) => ErrorPageProps["site"] = () => undefined,
): Hono<{ Bindings: DoorBindings; Variables: V }> {
  const app = new Hono<{ Bindings: DoorBindings; Variables: V }>({ strict: true });
  const answer = (c: Context, error: unknown) => refuse(c, door, refusalOf(error), siteOf(c));

  app.onError((error, c) => {
    const { status } = refusalOf(error);
    if (status >= 500)
      deps.log[status === 500 ? "error" : "warn"]({ err: error, request: c.get("requestId") }, "request failed");
    return answer(c, error);
  });
  const knows = (path: string) => app.router.match("GET", path)[0].length;
  app.notFound((c) => withoutSlash(c, knows) ?? refuse(c, door, { status: 404 }, siteOf(c)));
  app.use(observe(deps) as unknown as MiddlewareHandler<{ Bindings: DoorBindings; Variables: V }>);
  app.get("/static/*", serveAsset);
  return app;
}

// Some type or paste an address with a slash behind it. `knows` says how many handlers a path has; the shared ones answer to every path.
function withoutSlash(c: Context, knows: (path: string) => number): Response | undefined {
  if (c.req.method !== "GET" && c.req.method !== "HEAD") return undefined;
  const { pathname, search } = new URL(c.req.url);
  const bare = pathname.slice(0, -1);
  // What begins with two slashes would be another host to the browser.
  if (!pathname.endsWith("/") || bare === "" || bare.startsWith("//")) return undefined;
  return knows(bare) > knows(pathname) ? c.redirect(`${bare}${search}`, 308) : undefined;
}

/** Limits a body to `bytes`, then refuses an unsafe request that no page of ours sent, unless it may come `fromAnywhere`. */
export function guardBody(
  door: ErrorPageProps["door"],
  bytes = FORM_BODY,
  siteOf: (c: Context) => ErrorPageProps["site"] = () => undefined,
  fromAnywhere = false,
): MiddlewareHandler {
  const tooLong = (c: Context) => refuse(c, door, { status: 413 }, siteOf(c));
  const counted = bodyLimit({ maxSize: bytes, onError: tooLong });
  return async (c, next) => {
    if (!UNSAFE.has(c.req.method)) return next();
    const guarded = async () => {
      if (fromAnywhere || (await isFromOurPage(c as BaseContext))) return next();
      c.res = await refuse(c, door, { status: 403 }, siteOf(c));
    };
    const told = lengthOf(c);
    if (told === undefined) return counted(c, guarded);
    return told > bytes ? tooLong(c) : guarded();
  };
}

// Node.js reads as many bytes as the header says and no more. To count them, or only to look whether there are any, is to make a stream
// of the body, which costs more than reading it.
function lengthOf(c: Context): number | undefined {
  const headers = (c.env as Partial<HttpBindings> | undefined)?.incoming?.headers;
  if (headers?.["content-length"] === undefined || headers["transfer-encoding"] !== undefined) return undefined;
  return Number(headers["content-length"]);
}

function observe(deps: Deps): MiddlewareHandler<{ Bindings: DoorBindings; Variables: BaseVariables }> {
  return async (c, next) => {
    const started = performance.now();
    const requestId = newRequestId();
    c.set("deps", deps);
    c.set("requestId", requestId);
    c.set("address", clientAddress(c, deps.config));
    c.set("browser", readBrowser(c, deps.config));
    const budget: Budget = { statements: [] };
    await withBudget(budget, next);
    if (c.res !== WRITTEN) {
      if (!deps.config.production) c.res = await withinBudget(c, deps, budget);
      protect(c.res.headers, deps.config);
      c.res.headers.set("x-request-id", requestId);
    }
    reportRequest(deps, {
      requestId,
      method: c.req.method,
      path: c.req.path,
      // Without an index it is the route that ran last, and not another that would have matched too.
      route: routePath(c),
      status: c.res.status,
      started,
      queries: budget.statements.length,
      address: c.get("address"),
    });
  };
}

/** One request as the log and the metrics keep it; `started` is a moment of `performance.now()`. */
export type Answered = {
  requestId: string;
  method: string;
  path: string;
  /** The route's pattern. */
  route: string;
  status: number;
  started: number;
  queries: number;
  address: string;
};

/** Counts a request that was answered and writes its line. */
export function reportRequest(
  deps: Deps,
  { requestId, method, path, route, status, started, queries, address }: Answered,
): void {
  const seconds = (performance.now() - started) / 1000;
  deps.observe.request({ method, route, status, seconds });
  const ms = Math.round(seconds * 1000);
  deps.log.answered({ request: requestId, method, path, route, status, ms, queries, address });
}

async function withinBudget(c: Context, deps: Deps, { statements }: Budget): Promise<Response> {
  const max = UNSAFE.has(c.req.method) ? BUDGET.POST : BUDGET.GET;
  if (statements.length <= max) return c.res;
  deps.log.error({ path: c.req.path, statements }, "too many statements for one request");
  return new Response(`This request asked the database ${statements.length} times; ${max} is the most.\n`, {
    status: 500,
  });
}
