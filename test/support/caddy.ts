// A real Caddy in front of the product, with certificates on demand from its internal issuer, on high ports of this machine.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import tls from "node:tls";
import { freePort } from "./product.ts";

const onPath = () =>
  (process.env.PATH ?? "")
    .split(path.delimiter)
    .map((folder) => path.join(folder, "caddy"))
    .find((file) => existsSync(file));

/** Whether there is a Caddy to run; Debian's package will do. */
export const hasCaddy = (): boolean => onPath() !== undefined;

export type Caddy = { httpsPort: number; stop(): Promise<void> };

// As the Caddyfile of the repository, but for ports, the issuer and the administration that a test does not want.
const caddyfile = (ports: { https: number; http: number; upstream: number; ask: number }, storage: string) => `{
	admin off
	auto_https disable_redirects
	skip_install_trust
	http_port ${ports.http}
	https_port ${ports.https}
	storage file_system ${storage}
	on_demand_tls {
		ask http://127.0.0.1:${ports.ask}/ask
	}
}
https:// {
	bind 127.0.0.1
	tls internal {
		on_demand
	}
	reverse_proxy 127.0.0.1:${ports.upstream}
}
`;

/** Starts Caddy before the product's public and internal ports, and resolves when it listens. */
export async function startCaddy(product: { port: number; internalPort: number }, httpsPort?: number): Promise<Caddy> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "portico-caddy-"));
  const https = httpsPort ?? (await freePort());
  const ports = { https, http: await freePort(), upstream: product.port, ask: product.internalPort };
  const file = path.join(folder, "Caddyfile");
  writeFileSync(file, caddyfile(ports, path.join(folder, "storage")));
  const child = spawn(onPath() ?? "caddy", ["run", "--config", file, "--adapter", "caddyfile"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  });
  await new Promise<void>((resolve, reject) => {
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("serving initial configuration")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`Caddy ended with ${code}: ${said}`)));
  });
  return { httpsPort: https, stop: () => stop(child, folder) };
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}

/** A GET over TLS by name: the status line's number with the answer's text, or the word of the failed handshake. */
export function getByName(
  { httpsPort }: Caddy,
  name: string,
  target = "/sign-in",
): Promise<{ status: number; text: string; issuer: string } | { refused: string }> {
  return new Promise((resolve) => {
    let text = "";
    let issuer = "";
    const socket = tls.connect(
      { host: "127.0.0.1", port: httpsPort, servername: name, rejectUnauthorized: false },
      () => {
        issuer = String(socket.getPeerCertificate().issuer?.CN ?? "");
        socket.write(`GET ${target} HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
      },
    );
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("error", (error) => resolve({ refused: error.message }));
    socket.on("end", () => resolve({ status: Number(text.slice(9, 12)), text, issuer }));
  });
}
