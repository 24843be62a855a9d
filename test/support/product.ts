// The whole product in a process of its own, as an operator runs it: over a seeded database, with a real SMTP server to send to.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { seedDemo } from "../../src/db/seed.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { startSmtp } from "./smtp.ts";

export type Product = {
  database: TestDatabase;
  smtp: Awaited<ReturnType<typeof startSmtp>>;
  port: number;
  internalPort: number;
  appUrl: string;
  portalUrl(slug: string): string;
  child: ChildProcess;
  /** Everything that it wrote to its log. */
  log(): string;
  stop(): Promise<void>;
};

/** A port that nobody listens on at this moment. */
export const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** Starts the product and resolves when it says where it is. */
export async function startProduct(env: Record<string, string> = {}): Promise<Product> {
  const database = await createTestDatabase();
  await seedDemo({ globals: database.globals, agencies: { open: database.store } });
  const smtp = await startSmtp();
  const [port, internalPort] = [await freePort(), await freePort()];
  const dataDir = mkdtempSync(path.join(os.tmpdir(), "portico-product-"));
  const child = spawn(process.execPath, ["--import", "tsx", "src/main.ts"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      NODE_ENV: "",
      PORT: String(port),
      INTERNAL_PORT: String(internalPort),
      APP_URL: `http://localhost:${port}`,
      PORTAL_DOMAIN: `portal.localhost:${port}`,
      DATABASE_URL: database.url,
      SMTP_URL: smtp.url,
      DATA_DIR: dataDir,
      MAIL_FROM: "Portico <no-reply@portico.example>",
      ...env,
    },
  });
  let written = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    written += chunk.toString();
  });
  await new Promise<void>((resolve, reject) => {
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("Dashboard")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`The product ended with ${code}: ${said}${written}`)));
  });
  return {
    database,
    smtp,
    port,
    internalPort,
    appUrl: `http://localhost:${port}`,
    portalUrl: (slug) => `http://${slug}.portal.localhost:${port}`,
    child,
    log: () => written,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGTERM");
        await ended;
      }
      await smtp.close();
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
