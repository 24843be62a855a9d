// What a command of the operator is, and what it is given to work with.
import type { ParseArgsOptionsConfig } from "node:util";
import type { Config } from "../../src/config.ts";
import type { Deps } from "../../src/deps.ts";

/** The values of a command's options, as node:util's parseArgs returns them. */
export type Values = Record<string, string | boolean | undefined>;

export type Command = {
  /** Noun and verb, such as "agency create". */
  name: string;
  summary: string;
  options: ParseArgsOptionsConfig;
  /** Options that must be given. */
  required?: readonly string[];
  /** What follows the options, such as "<id>". */
  operands?: readonly string[];
  /** Prints its answer; resolves to the exit code. */
  run(work: { deps: Deps; values: Values; operands: readonly string[] }): Promise<number>;
};

/** A command that looks at the machine before anything can be opened. */
export type EarlyCommand = Omit<Command, "run"> & { runEarly(read: () => Config): Promise<number> };

/** The command was called wrongly; the message says how it is called rightly. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The option's text, or "". */
export function text(values: Values, name: string): string {
  const value = values[name];
  return typeof value === "string" ? value : "";
}

/** Rows as columns with a heading, separated by two spaces. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((word, i) => Math.max(word.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((word, i) => word.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(head), ...rows.map(line)].join("\n");
}
