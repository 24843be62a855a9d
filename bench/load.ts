// A load of GET requests over raw keep-alive sockets: a client that costs less than the server that it measures.
import net from "node:net";

export type Load = { requests: number; seconds: number; statuses: Record<string, number>; latencies: number[] };

type Asked = { port: number; connections: number; seconds: number; requests: readonly Buffer[]; most?: number };

/** A GET request as bytes. */
export const get = (host: string, path: string): Buffer =>
  Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/html\r\nAccept-Encoding: identity\r\n\r\n`,
    "latin1",
  );

const HEAD_END = Buffer.from("\r\n\r\n");

/** Sends the requests in a cycle, on each connection the next one when the last was answered, for as long as told or until `most` were sent. */
export async function load({ port, connections, seconds, requests, most = Infinity }: Asked): Promise<Load> {
  const result: Load = { requests: 0, seconds: 0, statuses: {}, latencies: [] };
  const started = performance.now();
  const until = started + seconds * 1000;
  let next = 0;
  const take = () => (next < most ? requests[next++ % requests.length] : undefined);
  await Promise.all(Array.from({ length: connections }, () => connection(port, take, until, result)));
  result.seconds = (performance.now() - started) / 1000;
  return result;
}

function connection(port: number, take: () => Buffer | undefined, until: number, result: Load): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    let received: Buffer = Buffer.alloc(0);
    let sent = 0;
    const send = () => {
      sent = performance.now();
      const request = take();
      if (request) socket.write(request);
      else socket.destroy();
    };
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.on("data", (data: Buffer) => {
      received = received.length === 0 ? data : Buffer.concat([received, data]);
      const answer = readAnswer(received);
      if (!answer) return;
      received = received.subarray(answer.end);
      result.requests++;
      result.statuses[answer.status] = (result.statuses[answer.status] ?? 0) + 1;
      const now = performance.now();
      result.latencies.push(now - sent);
      if (now < until) send();
      else socket.destroy();
    });
  });
}

function readAnswer(bytes: Buffer): { status: string; end: number } | undefined {
  const at = bytes.indexOf(HEAD_END);
  if (at < 0) return undefined;
  const head = bytes.toString("latin1", 0, at);
  const status = head.slice(9, 12);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const end = at + 4 + Number(length);
    return bytes.length >= end ? { status, end } : undefined;
  }
  if (!/\r\ntransfer-encoding: chunked/i.test(head)) return { status, end: at + 4 };
  const end = bytes.indexOf("0\r\n\r\n", at);
  return end < 0 ? undefined : { status, end: end + 5 };
}
