// What issues 4 and 5 ask of the figures: a ratio to reach, or a figure of ours to reach or not to pass.
import type { Result } from "./results.ts";

/** `ratio`: at least so many times the peer, in the direction that is good. `most` and `least`: ours at most or at least. */
type Goal = { ratio: number } | { most: number } | { least: number };
type Line = { benchmark: string; measure: RegExp; peer?: RegExp; goal: Goal };

const goals: readonly Line[] = [
  { benchmark: "hosts", measure: /^login page, requests\/s$/, peer: /^Hono hello/, goal: { ratio: 0.7 } },
  { benchmark: "dashboard", measure: /^1M, .*(?:p50 ms|CPU)/, peer: /^ours at 1k$/, goal: { ratio: 1 / 1.2 } },
  { benchmark: "dashboard", measure: /^deep in .*p50 ms/, peer: /^its first page$/, goal: { ratio: 1 / 1.2 } },
  {
    benchmark: "dashboard",
    measure: /^1k, 32 connections, application CPU/,
    peer: /^Fastify/,
    goal: { ratio: 1 },
  },
  { benchmark: "dashboard", measure: /^1k, 32 connections, requests\/s/, peer: /^Next/, goal: { ratio: 10 } },
  { benchmark: "dashboard", measure: /^memory after the load/, goal: { most: 200 } },
  { benchmark: "search", measure: /p50 ms$/, goal: { most: 5 } },
  { benchmark: "enqueue", measure: /^jobs alone, \/s$/, goal: { ratio: 2 } },
  // ten thousand within 400 ms
  { benchmark: "enqueue", measure: /^e-mails .*\/s$/, goal: { least: 25_000 } },
  { benchmark: "workflows", measure: /^seconds until 100000 /, goal: { most: 5 } },
  { benchmark: "workflows", measure: /^the slowest of them, ms/, goal: { most: 2_000 } },
  { benchmark: "drain", measure: /^no-op, jobs\/s$/, goal: { ratio: 1.5 } },
  { benchmark: "drain", measure: /^mail .*jobs\/s$/, goal: { ratio: 5 } },
  { benchmark: "drain", measure: /^mail .*application CPU/, goal: { ratio: 4 } },
  { benchmark: "latency", measure: /^p50/, goal: { ratio: 1 / 1.5 } },
  { benchmark: "latency", measure: /^p99/, goal: { most: 25 } },
  { benchmark: "crash", measure: /^seconds until/, goal: { most: 10 } },
  { benchmark: "magic-link", measure: /^clicking .*(?:\/s|application CPU us)$/, goal: { ratio: 8 } },
  { benchmark: "magic-link", measure: /^a page that needs the session, application CPU/, goal: { ratio: 3 } },
  { benchmark: "noisy-neighbour", measure: /p50 ms$|^login mail/, goal: { ratio: 0.5 } },
  { benchmark: "start-up", measure: /^the bundle, ms to the first page$/, goal: { most: 1_000 } },
];

const short = (figure: number) => String(Number(figure.toPrecision(2)));

/** The goal of a result in words, and whether it is reached; undefined where none was set. */
export function goalOf({
  benchmark,
  measure,
  peerName,
  ratio,
  ours,
}: Result): { words: string; reached: boolean } | undefined {
  const line = goals.find(
    (one) => one.benchmark === benchmark && one.measure.test(measure) && (!one.peer || one.peer.test(peerName ?? "")),
  );
  if (!line) return undefined;
  if ("most" in line.goal) return { words: `at most ${line.goal.most}`, reached: ours <= line.goal.most };
  if ("least" in line.goal) return { words: `at least ${line.goal.least}`, reached: ours >= line.goal.least };
  return { words: `ratio ${short(line.goal.ratio)}`, reached: ratio !== null && ratio >= line.goal.ratio };
}
