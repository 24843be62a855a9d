// A worker that holds one job is killed with kill -9 while another is up: how long until that one runs the job.
import { alone, type Benchmark, type Result, type RunOptions } from "./results.ts";
import { GRAPHILE, havePeers, next, OURS, run, start, startBench } from "./steps.ts";

export const crash: Benchmark = {
  name: "crash",
  about: "kill -9 of a worker with a job, until another worker runs that job",
  run: measure,
};

// graphile-worker gives such jobs back after four hours; nobody waits for that here.
const PEER_WAITS_S = 30;

async function measure({ quick }: RunOptions): Promise<Result[]> {
  const bench = await startBench();
  try {
    const ours: number[] = [];
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      const url = await bench.fresh("bench_crash", true);
      ours.push(await secondsUntilRunAgain(OURS, url, 120));
    }
    const results = [alone("crash", "seconds until a killed worker's job runs again", ours)];
    if (!havePeers("graphile-worker")) return results;
    const waited = await secondsUntilRunAgain(
      GRAPHILE,
      await bench.fresh("bench_crash_peer", false),
      quick ? 5 : PEER_WAITS_S,
    );
    const what = waited === Number.POSITIVE_INFINITY ? "not within the wait; 4 h by its own code" : "ran again";
    return results.map((one) => ({ ...one, peerName: `graphile-worker: ${what}` }));
  } finally {
    await bench.stop();
  }
}

async function secondsUntilRunAgain(script: string, databaseUrl: string, limit: number): Promise<number> {
  const step = { databaseUrl, count: 1, concurrency: 1 };
  await run(script, { ...step, mode: "reset" });
  await run(script, { ...step, mode: script === OURS ? "enqueue-bare" : "enqueue" });
  const victim = start(script, { ...step, mode: "hold" });
  await next(victim);
  const heir = start(script, { ...step, mode: "run" });
  try {
    // the heir has to be up and looking, or its own start would be measured
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const ran = next(heir);
    victim.kill("SIGKILL");
    const killed = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), limit * 1_000);
    });
    const first = await Promise.race([ran, late]).finally(() => clearTimeout(timer));
    return first === "late" ? Number.POSITIVE_INFINITY : (performance.now() - killed) / 1_000;
  } finally {
    heir.kill("SIGKILL");
    victim.kill("SIGKILL");
  }
}
