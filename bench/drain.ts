// Draining a queue: jobs that do nothing, and jobs of one 15 KB mail each, beside graphile-worker as its guide tunes it.
import { type Benchmark, compare, type Result, type RunOptions } from "./results.ts";
import { GRAPHILE, havePeers, OURS, run, startBench, startSink } from "./steps.ts";

export const drain: Benchmark = {
  name: "drain",
  about: "jobs that do nothing and jobs of one 15 KB mail, beside graphile-worker tuned (with nodemailer)",
  run: measure,
};

const CONNECTIONS = 50;

type Round = { rate: number; app: number; database: number };

async function measure({ quick }: RunOptions): Promise<Result[]> {
  const rounds = quick ? 1 : 3;
  const bench = await startBench();
  const sink = await startSink();
  const sides = [OURS, ...(havePeers("graphile-worker") ? [GRAPHILE] : [])];
  const results: Result[] = [];
  try {
    for (const mail of [false, true]) {
      const count = (mail ? 8_000 : 20_000) / (quick ? 4 : 1);
      // as many connections to the relay for both; the peer did better with fifty than with its pool of five
      const concurrency = mail ? CONNECTIONS : 10;
      const seen = new Map<string, Round[]>(sides.map((side) => [side, []]));
      let size = 0;
      // Within a round every side runs once, so that a busy moment of the machine falls on all; the first round is not counted.
      for (let round = quick ? 1 : 0; round <= rounds; round++)
        for (const side of sides) {
          const step = {
            databaseUrl: await bench.fresh("bench_drain", side === OURS),
            count,
            concurrency,
            connections: CONNECTIONS,
            mail,
            smtpPort: sink.port,
          };
          await run(side, { ...step, mode: "reset" });
          await run(side, { ...step, mode: mail || side !== OURS ? "enqueue" : "enqueue-bare" });
          let database = Number.NaN;
          const before = { cpu: bench.cpu(), sink: await sink.stat() };
          const { seconds = Number.NaN, cpu = Number.NaN } = await run(side, { ...step, mode: "drain" }, () => {
            database = bench.cpu() - before.cpu;
          });
          const after = await sink.stat();
          const sent = after.messages - before.sink.messages;
          if (mail && sent !== count) throw new Error(`${sent} mails of ${count} arrived.`);
          if (side === OURS && mail) size = (after.bytes - before.sink.bytes) / sent / 1_024;
          if (round > 0)
            seen
              .get(side)
              ?.push({ rate: count / seconds, app: (cpu / count) * 1e6, database: (database / count) * 1e6 });
        }
      const what = mail ? `mail of ${size.toFixed(1)} KiB` : "no-op";
      const of = (side: string, key: keyof Round) => (seen.get(side) ?? []).map((one) => one[key]);
      const peer = (key: keyof Round) => ({
        name: mail ? "graphile-worker + nodemailer" : "graphile-worker",
        figure: of(GRAPHILE, key),
      });
      results.push(
        compare("drain", `${what}, jobs/s`, "more", of(OURS, "rate"), peer("rate")),
        compare("drain", `${what}, application CPU us/job`, "less", of(OURS, "app"), peer("app")),
        compare("drain", `${what}, database CPU us/job`, "less", of(OURS, "database"), peer("database")),
      );
    }
    return results;
  } finally {
    sink.stop();
    await bench.stop();
  }
}
