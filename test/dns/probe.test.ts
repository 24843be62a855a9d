// The probe against real servers on loopback: only our own marker counts, and nothing that answers can hurt us.
import { once } from "node:events";
import http, { type RequestListener } from "node:http";
import net, { type AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { isPublicAddress, proxyAt } from "../../src/dns/networks.ts";
import { type ProbeSettings, probeHost } from "../../src/dns/probe.ts";
import { freePort } from "../support/product.ts";

const HOST = "clients.northwind.example";

async function settingsFor(listener: RequestListener | undefined, more: Partial<ProbeSettings> = {}) {
  const closed = await freePort();
  let port = closed;
  if (listener) {
    const server = http.createServer(listener);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    port = (server.address() as AddressInfo).port;
  }
  return {
    httpsPort: closed,
    httpPort: port,
    privateAddresses: true,
    isMarker: (host: string, text: string) => text === `marker-of-${host}`,
    timeoutMs: 1_500,
    ...more,
  };
}

test("finds the marker, with the name in the Host header and the address as it was resolved", async () => {
  let host: string | undefined;
  const settings = await settingsFor((request, response) => {
    host = `${request.headers.host} ${request.url}`;
    response.end(`portico marker-of-${HOST}\n`);
  });
  const found = await probeHost(HOST, ["127.0.0.1"], settings);
  expect(found.https.result).toBe("unreachable");
  expect(found.http).toEqual({ result: "ours" });
  expect(host).toBe(`${HOST} /.well-known/portico`);
});

test("another marker, another page, a redirect, an error and an endless body are somebody else's", async () => {
  const answers: RequestListener[] = [
    (_request, response) => response.end("marker-of-other.example"),
    (_request, response) => response.end("<h1>Parked</h1>"),
    (_request, response) => response.writeHead(301, { location: "https://elsewhere.example/" }).end(),
    (_request, response) => response.writeHead(500).end(`marker-of-${HOST}`),
    (_request, response) => {
      const write = () => {
        while (response.write("x".repeat(65_536)));
      };
      response.on("drain", write);
      write();
    },
  ];
  for (const answer of answers) {
    const { http: found } = await probeHost(HOST, ["127.0.0.1"], await settingsFor(answer));
    expect(found?.result).toBe("other");
  }
});

test("the proxy that answers is named", async () => {
  const settings = await settingsFor((_request, response) => response.writeHead(522, { "cf-ray": "1" }).end());
  expect((await probeHost(HOST, ["127.0.0.1"], settings)).http).toMatchObject({ proxy: "Cloudflare" });
});

test("gives up on a server that drips, and tries the next address", async () => {
  const dripping = net.createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write("HTTP/1.1 200 OK\r\n");
  });
  dripping.listen(0, "127.0.0.1");
  await once(dripping, "listening");
  onTestFinished(() => void dripping.close());
  const settings = await settingsFor(undefined, { httpPort: (dripping.address() as AddressInfo).port });
  expect((await probeHost(HOST, ["127.0.0.1"], settings)).http).toEqual({
    result: "unreachable",
    why: "No answer in time.",
  });
  const good = await settingsFor((_request, response) => response.end(`marker-of-${HOST}`));
  expect((await probeHost(HOST, ["127.0.0.2", "127.0.0.1"], good)).http?.result).toBe("ours");
});

test("asks no address inside the house unless the operator says so", async () => {
  let asked = 0;
  const settings = await settingsFor(
    (_request, response) => {
      asked++;
      response.end(`marker-of-${HOST}`);
    },
    { privateAddresses: false },
  );
  const inside = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1", "0.0.0.0"];
  for (const address of inside) {
    expect([address, isPublicAddress(address)]).toEqual([address, false]);
    expect((await probeHost(HOST, [address], settings)).https.result).toBe("private");
  }
  expect(asked).toBe(0);
  for (const address of ["93.184.215.14", "2606:2800:220:1::1"]) expect(isPublicAddress(address)).toBe(true);
  expect(proxyAt(["104.16.1.1"])).toBe("Cloudflare");
  expect(proxyAt(["93.184.215.14"])).toBeUndefined();
});
