// The logger: one JSON line an event on stdout, addresses masked and link tokens cut out wherever they turn up.
import { type Logger, pino } from "pino";

export type { Logger };

const LINK = /\/(l|reset-password|hand-over\/to)\/[A-Za-z0-9_-]{8,}/g;
const TOKEN = /\b[A-Za-z0-9_-]{43}\b/g;
const ADDRESS = /([^\s@"<>:/?&=]{1,64})@([a-z0-9.-]+\.[a-z]{2,}|localhost)/gi;

/** The text with tokens and link paths replaced and e-mail addresses reduced to their first letter and domain. */
export function redact(text: string): string {
  return text
    .replace(LINK, "/$1/[redacted]")
    .replace(TOKEN, "[redacted]")
    .replace(ADDRESS, (_, local: string, domain: string) => `${local.slice(0, 1)}•••@${domain}`);
}

/** Makes the logger; `write` receives whole lines and is standard output unless a test looks at them. */
export function createLogger(
  level: string,
  write: (line: string) => void = (line) => void process.stdout.write(line),
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
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
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}
