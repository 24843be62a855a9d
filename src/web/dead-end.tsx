// What a host that nobody serves gets: a neutral page without a name, a link, a cookie or a redirect.
import { DeadEndPage } from "../../views/errors/dead-end.page.tsx";

/** The answer for an unknown or malformed host, or for any host while nobody can be asked; `wait` is in seconds. */
export function deadEnd(status: number, requestId: string, wait?: number): Response {
  // An element of hono/jsx is its own HTML when it becomes a text.
  // oxlint-disable-next-line typescript/no-base-to-string
  const html = String(<DeadEndPage status={status} requestId={requestId} wait={wait} />);
  const headers: Record<string, string> = { "content-type": "text/html; charset=utf-8", "x-request-id": requestId };
  if (wait !== undefined) headers["retry-after"] = String(wait);
  return new Response(html, { status, headers });
}
