// Mail that is kept instead of sent: one file a message, for development and tests.
// Files and no table, because a message holds a link's token in clear, which no database table may.

import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { LRUCache } from "lru-cache";
import type { ComposedMessage } from "./compose.ts";

/** A kept message as the list shows it. `at` is when it was kept. */
export interface OutboxEntry {
  id: string;
  at: Date;
  to: string;
  from: string;
  subject: string;
}

/** A kept message as a reader sees it. `headers` are in their order; `html` is null for a message without one. */
export interface OutboxMessage extends OutboxEntry {
  headers: { name: string; value: string }[];
  text: string;
  html: string | null;
}

const KEEP = 2_000;
const HEAD_BYTES = 8_192;
const ID = /^\d{13}-\d{4}-[0-9a-f]{16}$/;

let count = 0;
// the counter keeps messages of one millisecond in order
const newId = () => `${Date.now()}-${String(count++ % 10_000).padStart(4, "0")}-${randomBytes(8).toString("hex")}`;

const fileOf = (dir: string, id: string) => path.join(dir, `${id}.eml`);
const keptAt = (id: string) => new Date(Number(id.slice(0, 13)));

/** Ids of the kept messages, newest first; none when nothing was ever kept. */
async function ids(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith(".eml"))
    .map((name) => name.slice(0, -4))
    .filter((id) => ID.test(id))
    .sort()
    .reverse();
}

const writes = new Map<string, number>();

/** Keeps `message` and returns its id. A reader never sees half a file: it is written aside and renamed. Only the newest 2,000 stay. */
export async function keepInOutbox(dir: string, message: ComposedMessage): Promise<string> {
  const id = newId();
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const aside = path.join(dir, `.${id}.part`);
  await writeFile(aside, message.raw, { mode: 0o600, flag: "wx" });
  await rename(aside, fileOf(dir, id));
  // counting the folder costs more than a message: look every hundredth time, the first included
  const written = writes.get(dir) ?? 0;
  writes.set(dir, written + 1);
  if (written % 100 === 0) await forgetOld(dir);
  return id;
}

async function forgetOld(dir: string): Promise<void> {
  for (const id of (await ids(dir)).slice(KEEP)) await rm(fileOf(dir, id), { force: true });
}

// mailparser is only needed by somebody who reads the outbox
const parser = () => import("mailparser");

// a kept file never changes, so its head is parsed once
const entries = new LRUCache<string, OutboxEntry>({ max: KEEP * 2 });

async function headOf(file: string): Promise<Buffer> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const head = buffer.subarray(0, bytesRead);
  const end = head.indexOf("\r\n\r\n");
  return end === -1 ? head : head.subarray(0, end + 4);
}

type Addresses = { value: { name: string; address?: string | undefined }[] };

/** The first mailbox of a header as people read it: `Jane Doe <jane@acme.example>`. */
function mailbox(header: Addresses | Addresses[] | undefined): string {
  const { name, address = "" } = [header ?? []].flat()[0]?.value[0] ?? { name: "" };
  return name ? `${name} <${address}>` : address;
}

async function entryOf(dir: string, id: string): Promise<OutboxEntry | null> {
  const file = fileOf(dir, id);
  const known = entries.get(file);
  if (known) return known;
  const head = await headOf(file).catch(() => null);
  if (!head) return null; // forgotten between the listing and now
  const { simpleParser } = await parser();
  const mail = await simpleParser(head);
  const entry = { id, at: keptAt(id), to: mailbox(mail.to), from: mailbox(mail.from), subject: mail.subject ?? "" };
  entries.set(file, entry);
  return entry;
}

/** Kept messages, newest first, at most `limit`; with `to`, those whose recipient contains it, in either case. */
export async function listOutbox(dir: string, { to = "", limit = 100 } = {}): Promise<OutboxEntry[]> {
  const wanted = to.trim().toLowerCase();
  const found: OutboxEntry[] = [];
  for (const id of await ids(dir)) {
    if (found.length >= limit) break;
    const entry = await entryOf(dir, id);
    if (entry?.to.toLowerCase().includes(wanted)) found.push(entry);
  }
  return found;
}

/** One kept message; undefined when there is none with this id. */
export async function readOutbox(dir: string, id: string): Promise<OutboxMessage | undefined> {
  if (!ID.test(id)) return undefined;
  const raw = await readFile(fileOf(dir, id)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (!raw) return undefined;
  const { simpleParser } = await parser();
  const mail = await simpleParser(raw, { skipTextToHtml: true, skipHtmlToText: true, skipImageLinks: true });
  return {
    id,
    at: keptAt(id),
    to: mailbox(mail.to),
    from: mailbox(mail.from),
    subject: mail.subject ?? "",
    headers: mail.headerLines.map(({ key, line }) => ({
      name: line.slice(0, key.length),
      value: line.slice(key.length + 1).trim(),
    })),
    text: mail.text ?? "",
    html: mail.html || null,
  };
}

/** The outbox in `dir` for somebody who reads it. */
export function outboxIn(dir: string) {
  return {
    list: (filter: { to?: string; limit?: number } = {}) => listOutbox(dir, filter),
    read: (id: string) => readOutbox(dir, id),
  };
}
