// Runs the benchmarks that are named, or all of them, prints a table of ratios and keeps the figures in bench/results/latest.json.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { crash } from "./crash.ts";
import { dashboard } from "./dashboard.ts";
import { drain } from "./drain.ts";
import { enqueue } from "./enqueue.ts";
import { hosts } from "./hosts.ts";
import { latency } from "./latency.ts";
import { magicLink } from "./magic-link.ts";
import { noisyNeighbour } from "./noisy-neighbour.ts";
import { type Benchmark, type Result, table } from "./results.ts";
import { search } from "./search.ts";
import { startUp } from "./start-up.ts";
import { workflows } from "./workflows.ts";

const benchmarks: readonly Benchmark[] = [
  hosts,
  dashboard,
  search,
  enqueue,
  drain,
  latency,
  crash,
  magicLink,
  noisyNeighbour,
  workflows,
  startUp,
];

async function main(args: readonly string[]): Promise<void> {
  const quick = args.includes("--quick");
  const names = args.filter((arg) => arg !== "--quick");
  const unknown = names.filter((name) => !benchmarks.some((one) => one.name === name));
  if (unknown.length > 0 || names.includes("--help")) {
    console.log(
      `npm run bench [-- [--quick] NAME …]\n\n${benchmarks.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join("\n")}`,
    );
    process.exitCode = names.includes("--help") ? 0 : 1;
    return;
  }
  const results: Result[] = [];
  for (const benchmark of benchmarks.filter(({ name }) => names.length === 0 || names.includes(name))) {
    console.log(`${benchmark.name}: ${benchmark.about}`);
    results.push(...(await benchmark.run({ quick })));
  }
  console.log(`\n${table(results)}`);
  const folder = path.join(import.meta.dirname, "results");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "latest.json");
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Result[]) : [];
  const ran = new Set(results.map(({ benchmark }) => benchmark));
  const kept = [...before.filter(({ benchmark }) => !ran.has(benchmark)), ...results];
  writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
}

await main(process.argv.slice(2));
