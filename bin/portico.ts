// The operator's command line: finds the command, reads its options, opens the database and runs it.
import { parseArgs } from "node:util";
import { ConfigError, readConfig } from "../src/config.ts";
import { newestMigration } from "../src/db/migrate.ts";
import { openDatabase } from "../src/db/open.ts";
import { createDeps } from "../src/deps.ts";
import { createLogger } from "../src/log.ts";
import { Invalid } from "../src/models/errors.ts";
import { agencyCommands } from "./commands/agency.ts";
import { type Command, type EarlyCommand, table, UsageError, type Values } from "./commands/command.ts";
import { contactCommands } from "./commands/contact.ts";
import { doctor } from "./commands/doctor.ts";
import { domainCommands } from "./commands/domain.ts";
import { jobCommands } from "./commands/job.ts";
import { memberCommands } from "./commands/member.ts";

const commands: readonly (Command | EarlyCommand)[] = [
  ...agencyCommands,
  ...memberCommands,
  ...contactCommands,
  ...domainCommands,
  ...jobCommands,
  doctor,
];

/** How a command is called: its options, those that must be given without brackets. */
function usage({ name, options, required = [], operands = [] }: Command | EarlyCommand): string {
  const parts = Object.entries(options).map(([option, { type }]) => {
    const written = type === "string" ? `--${option} <${option}>` : `--${option}`;
    return required.includes(option) ? written : `[${written}]`;
  });
  return ["portico", name, ...parts, ...operands].join(" ");
}

function help(): string {
  const rows = commands.map(({ name, summary }) => [`  ${name}`, summary]);
  return `Usage: npm run portico -- <command> [options]\n\n${table(["Commands", ""], rows)}\n\n  <command> --help   how one command is called`;
}

function find(words: readonly string[]): { command: Command | EarlyCommand; rest: string[] } | undefined {
  for (const length of [2, 1]) {
    const command = commands.find(({ name }) => name === words.slice(0, length).join(" "));
    if (command) return { command, rest: words.slice(length) };
  }
  return undefined;
}

function readOptions(command: Command | EarlyCommand, args: string[]): { values: Values; operands: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: command.options,
      allowPositionals: (command.operands ?? []).length > 0,
    });
    const missing = (command.required ?? []).filter((name) => values[name] === undefined);
    if (missing.length > 0) throw new UsageError(`Missing: ${missing.map((name) => `--${name}`).join(", ")}.`);
    if (positionals.length > (command.operands ?? []).length)
      throw new UsageError(`Too many words: ${positionals.join(" ")}.`);
    return { values: values as Values, operands: positionals };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\nUsage: ${usage(command)}`);
  }
}

async function run(command: Command, values: Values, operands: string[]): Promise<number> {
  const config = readConfig();
  const database = await openDatabase(config);
  try {
    const deps = createDeps(config, database.url, createLogger("silent"), { request: () => undefined });
    try {
      if (await deps.directory.isReady(newestMigration()).catch(() => false))
        return await command.run({ deps, values, operands });
      console.error("The database is not up to date. Run the migrations first: npm run migrate");
      return 1;
    } finally {
      await deps.close();
    }
  } finally {
    await database.stop();
  }
}

async function main(words: string[]): Promise<number> {
  const found = find(words);
  if (!found) {
    const asked = words.length === 0 || /^(--help|-h|help)$/.test(words[0] ?? "");
    console[asked ? "log" : "error"](asked ? help() : `There is no command "${words.join(" ")}".\n\n${help()}`);
    return asked ? 0 : 2;
  }
  const { command, rest } = found;
  if (rest.includes("--help") || rest.includes("-h")) {
    console.log(`${command.summary}\n\nUsage: ${usage(command)}`);
    return 0;
  }
  const { values, operands } = readOptions(command, rest);
  return "runEarly" in command ? await command.runEarly(() => readConfig()) : await run(command, values, operands);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof UsageError || error instanceof ConfigError || error instanceof Invalid;
  console.error(known ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
