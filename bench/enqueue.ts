// Writing ten thousand jobs: e-mails with all that belongs to them, and bare jobs, beside graphile-worker's addJobs.
import { type Benchmark, compare, type Result, type RunOptions } from "./results.ts";
import { GRAPHILE, havePeers, OURS, run, type Said, startBench } from "./steps.ts";

export const enqueue: Benchmark = {
  name: "enqueue",
  about: "10,000 jobs: e-mails with their jobs, and jobs alone, beside graphile-worker's addJobs",
  run: measure,
};

async function measure({ quick }: RunOptions): Promise<Result[]> {
  const rounds = quick ? 1 : 5;
  const count = 10_000;
  const bench = await startBench();
  const seen: Record<"emails" | "jobs" | "peer", Said[]> = { emails: [], jobs: [], peer: [] };
  try {
    for (let round = quick ? 1 : 0; round <= rounds; round++) {
      const ours = { databaseUrl: await bench.fresh("bench_ours", true), count };
      await run(OURS, { ...ours, mode: "reset" });
      const emails = await run(OURS, { ...ours, mode: "enqueue" });
      const jobs = await run(OURS, { ...ours, mode: "enqueue-bare" });
      if (round > 0) seen.emails.push(emails);
      if (round > 0) seen.jobs.push(jobs);
      if (!havePeers("graphile-worker")) continue;
      const theirs = { databaseUrl: await bench.fresh("bench_peer", false), count };
      await run(GRAPHILE, { ...theirs, mode: "reset" });
      const peer = await run(GRAPHILE, { ...theirs, mode: "enqueue" });
      if (round > 0) seen.peer.push(peer);
    }
  } finally {
    await bench.stop();
  }
  const rate = (said: readonly Said[]) => said.map(({ seconds = Number.NaN }) => count / seconds);
  const cost = (said: readonly Said[]) => said.map(({ cpu = Number.NaN }) => (cpu / count) * 1e6);
  const peer = { name: "graphile-worker addJobs", figure: rate(seen.peer) };
  return [
    compare("enqueue", "e-mails with jobs, events and contacts, /s", "more", rate(seen.emails), peer),
    compare("enqueue", "jobs alone, /s", "more", rate(seen.jobs), peer),
    compare("enqueue", "jobs alone, application CPU us/job", "less", cost(seen.jobs), {
      ...peer,
      figure: cost(seen.peer),
    }),
  ];
}
