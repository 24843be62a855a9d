// Runs the benchmarks that are named, or all of them, prints a table of ratios and keeps the figures in bench/results/latest.json.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { hosts } from "./hosts.ts";
import { type Benchmark, type Result, table } from "./results.ts";

const benchmarks: readonly Benchmark[] = [hosts];

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !benchmarks.some((one) => one.name === name));
  if (unknown.length > 0 || names.includes("--help")) {
    console.log(
      `npm run bench [-- NAME …]\n\n${benchmarks.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join("\n")}`,
    );
    process.exitCode = names.includes("--help") ? 0 : 1;
    return;
  }
  const results: Result[] = [];
  for (const benchmark of benchmarks.filter(({ name }) => names.length === 0 || names.includes(name))) {
    console.log(`${benchmark.name}: ${benchmark.about}`);
    results.push(...(await benchmark.run()));
  }
  console.log(`\n${table(results)}`);
  const folder = path.join(import.meta.dirname, "results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "latest.json"), `${JSON.stringify(results, null, 2)}\n`);
}

await main(process.argv.slice(2));
