// Turns what a model threw into the answer of the door at which the request came in; the reason stays in the log.
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { ErrorPage, type ErrorPageProps } from "../../views/errors/error.page.tsx";
import { ErrorReply } from "../../views/errors/error.reply.tsx";
import { Busy, Forbidden, Invalid, LimitReached, NotFound, Unavailable } from "../models/errors.ts";
import { isHtmx, page, part } from "./html.tsx";
import type { BaseContext } from "./route.ts";

type Refusal = { status: number; wait?: number; words?: { title: string; text: string } };

/** The status of an error and, where it is worth waiting, for how many seconds. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof NotFound) return { status: 404 };
  if (error instanceof Forbidden) return { status: 403 };
  if (error instanceof LimitReached)
    return { status: 429, wait: error.retryAfter, words: { title: "Too many at once", text: error.message } };
  if (error instanceof Busy) return { status: 503, wait: error.retryAfter };
  if (error instanceof Unavailable) return { status: 503, wait: 10 };
  if (error instanceof Invalid) return { status: 422, words: { title: "That could not be read", text: error.message } };
  if (error instanceof HTTPException) return { status: error.status };
  return { status: 500 };
}

/** Answers with the error page of a door, or with a toast when htmx asked. */
export function refuse(
  c: Context,
  door: ErrorPageProps["door"],
  { status, wait, words }: Refusal,
  site?: ErrorPageProps["site"],
): Response | Promise<Response> {
  const requestId = (c as BaseContext).get("requestId");
  if (wait !== undefined) c.header("retry-after", String(wait));
  if (isHtmx(c)) return part(c, <ErrorReply status={status} requestId={requestId} wait={wait} words={words} />, status);
  return page(
    c,
    <ErrorPage door={door} status={status} requestId={requestId} site={site} wait={wait} words={words} />,
    status,
  );
}
