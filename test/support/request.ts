// One plain HTTP request to this machine under any host name, as a robot sends it: no cookies kept, no redirects followed.
import http from "node:http";

export type Answer = { status: number; headers: http.IncomingHttpHeaders; body: string };

export type Sent = { method?: string; headers?: Record<string, string>; body?: string | undefined };

/** Sends the request to loopback at the URL's port, with the URL's host in the Host header. */
export function request(url: string, { method = "GET", headers = {}, body }: Sent = {}): Promise<Answer> {
  const { host, port, pathname, search } = new URL(url);
  const sent: Record<string, string> = { host, ...headers };
  if (body !== undefined) sent["content-type"] = "application/x-www-form-urlencoded";
  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      { host: "127.0.0.1", port, path: pathname + search, method, headers: sent, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
