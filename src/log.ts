// The logger: one JSON line an event on stdout, addresses masked and link tokens cut out wherever they turn up.
import { writeSync } from "node:fs";
import { type Logger as PinoLogger, pino } from "pino";

/** One request that was answered; `route` is the pattern and `queries` the number of statements. */
export type AnsweredRequest = {
  request: string;
  method: string;
  path: string;
  route: string;
  status: number;
  ms: number;
  queries: number;
  address: string;
};

/** pino's logger, and the line of an answered request, which is written more often than all others together. */
export type Logger = PinoLogger & { answered(request: AnsweredRequest): void };

const LINK = /\/(l|reset-password|hand-over\/to)\/[A-Za-z0-9_-]{8,}/g;
const TOKEN = /(?<![\w-])[\w-]{43}(?![\w-])/g;
const ADDRESS = /([^\s@"<>:/?&=]{1,64})@([a-z0-9.-]+\.[a-z]{2,}|localhost)/gi;

/** The text with tokens and link paths replaced and e-mail addresses reduced to their first letter and domain. */
export function redact(text: string): string {
  const shown = text.replace(LINK, "/$1/[redacted]").replace(TOKEN, "[redacted]");
  // Most lines hold no address, and looking for one costs the most.
  if (!shown.includes("@")) return shown;
  return shown.replace(ADDRESS, (_, local: string, domain: string) => `${local.slice(0, 1)}•••@${domain}`);
}

/** Makes the logger; `write` receives whole lines and is standard output unless a test looks at them. */
export function createLogger(level: string, write: (line: string) => void = toStandardOutput()): Logger {
  const log = pino(
    {
      level,
      base: null,
      timestamp,
      formatters: { level: (label) => ({ level: label }) },
      serializers: {
        err: (error: unknown) =>
          error instanceof Error
            ? { name: error.name, message: error.message, stack: error.stack, code: codeOf(error) }
            : String(error),
      },
    },
    // Redacting the finished line reaches every field, also those that a library filled.
    { write: (line: string) => write(redact(line)) },
  );
  return Object.assign(log, {
    answered: (request: AnsweredRequest) => {
      if (log.isLevelEnabled("info")) write(lineOf(request));
    },
  });
}

let stamp = { at: 0, text: "" };

/** The moment as pino wants it. Many lines fall into one millisecond, and writing it out costs as much as the rest of a line. */
function timestamp(): string {
  const at = Date.now();
  if (at !== stamp.at) stamp = { at, text: `,"time":"${new Date(at).toISOString()}"` };
  return stamp.text;
}

// What lines of the same route, method and status share; no more of them than the maps of the doors hold. Of a line's fields the path
// alone may hold a secret or anything that somebody made up, and where it is the route's own pattern it is shared too.
const shared = new Map<string, Map<string, string[]>>();

function sharedText(method: string, route: string, status: number): string {
  const known = shared.get(route)?.get(method)?.[status];
  if (known !== undefined) return known;
  const ofRoute = shared.get(route) ?? new Map<string, string[]>();
  const ofMethod = ofRoute.get(method) ?? [];
  const text = middle(method, JSON.stringify(route), route, status);
  ofMethod[status] = text;
  shared.set(route, ofRoute.set(method, ofMethod));
  return text;
}

const middle = (method: string, path: string, route: string, status: number) =>
  `","method":"${method}","path":${path},"route":${JSON.stringify(route)},"status":${status},"ms":`;

// As pino would write it.
function lineOf({ request, method, path, route, status, ms, queries, address }: AnsweredRequest): string {
  const what =
    path === route ? sharedText(method, route, status) : middle(method, redact(JSON.stringify(path)), route, status);
  return `{"level":"info"${timestamp()},"request":"${request}${what}${ms},"queries":${queries},"address":"${address}","msg":"request"}\n`;
}

const PATIENCE_MS = 10;
const MOST_BYTES = 64 * 1024;

// Lines of a few milliseconds are written at once: a call to the system for each costs more than making the line. They wait as bytes,
// since a text put together of hundreds of lines costs as much again when it is written.
function toStandardOutput(): (line: string) => void {
  let waiting = Buffer.allocUnsafe(MOST_BYTES);
  let bytes = 0;
  const flush = () => {
    if (bytes === 0) return;
    const lines = waiting.subarray(0, bytes);
    waiting = Buffer.allocUnsafe(MOST_BYTES);
    bytes = 0;
    process.stdout.write(lines);
  };
  process.once("exit", () => {
    if (bytes > 0) writeSync(1, waiting, 0, bytes);
  });
  return (line) => {
    // A character takes three bytes of UTF-8 at most.
    const most = line.length * 3;
    if (bytes + most > MOST_BYTES) flush();
    if (most > MOST_BYTES) {
      process.stdout.write(line);
      return;
    }
    if (bytes === 0) setTimeout(flush, PATIENCE_MS);
    bytes += waiting.write(line, bytes);
  };
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}
