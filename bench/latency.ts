// From writing one job to its handler's start, in a queue that has nothing else to do, beside graphile-worker with its defaults.
import { alone, type Benchmark, compare, percentile, type Result, type RunOptions } from "./results.ts";
import { GRAPHILE, havePeers, OURS, run, startBench } from "./steps.ts";

export const latency: Benchmark = {
  name: "latency",
  about: "one job at a time into an idle queue, until its handler starts",
  run: measure,
};

// The first ones meet connections and plans that are still being made.
const WARM = 20;

async function measure({ quick }: RunOptions): Promise<Result[]> {
  const rounds = quick ? 1 : 3;
  const bench = await startBench();
  const ours: number[][] = [];
  const theirs: number[][] = [];
  const latenciesOf = async (script: string) => {
    const step = { databaseUrl: await bench.fresh("bench_latency", script === OURS), count: quick ? 60 : 200 };
    await run(script, { ...step, count: 1, mode: "reset" });
    const { latencies = [] } = await run(script, { ...step, mode: "latency" });
    return latencies.slice(WARM);
  };
  try {
    for (let round = 0; round < rounds; round++) {
      ours.push(await latenciesOf(OURS));
      if (havePeers("graphile-worker")) theirs.push(await latenciesOf(GRAPHILE));
    }
  } finally {
    await bench.stop();
  }
  const at = (rounds: readonly number[][], share: number) => rounds.map((round) => percentile(round, share));
  const peer = (share: number) => ({ name: "graphile-worker", figure: at(theirs, share) });
  return [
    compare("latency", "p50 ms", "less", at(ours, 0.5), peer(0.5)),
    compare("latency", "p99 ms", "less", at(ours, 0.99), peer(0.99)),
    alone("latency", "longest ms", Math.max(...ours.flat())),
  ];
}
