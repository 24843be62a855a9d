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

// The patterns of our own routes: no more than the maps of the doors hold.
const quotedRoutes = new Map<string, string>();

function quoteRoute(route: string): string {
  const known = quotedRoutes.get(route) ?? JSON.stringify(route);
  quotedRoutes.set(route, known);
  return known;
}

// As pino would write it. Of its fields the path alone may hold a secret or anything that somebody made up.
function lineOf({ request, method, path, route, status, ms, queries, address }: AnsweredRequest): string {
  const pattern = quoteRoute(route);
  const shown = path === route ? pattern : redact(JSON.stringify(path));
  return `{"level":"info"${timestamp()},"request":"${request}","method":"${method}","path":${shown},"route":${pattern},"status":${status},"ms":${ms},"queries":${queries},"address":"${address}","msg":"request"}\n`;
}

const PATIENCE_MS = 10;

// Lines of a few milliseconds are written at once: a call to the system for each costs more than making the line.
function toStandardOutput(): (line: string) => void {
  let waiting = "";
  const flush = () => {
    const lines = waiting;
    waiting = "";
    process.stdout.write(lines);
  };
  process.once("exit", () => {
    if (waiting) writeSync(1, waiting);
  });
  return (line) => {
    if (!waiting) setTimeout(flush, PATIENCE_MS);
    waiting += line;
  };
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}
