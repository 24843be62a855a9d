// What a benchmark gives back: figures of ours beside a peer's from the same run.
import { goalOf } from "./goals.ts";

/** `ratio` is ours by the peer's, in the direction in which 1 or more is at least as good as the peer. */
export type Result = {
  benchmark: string;
  measure: string;
  ours: number;
  peer: number | null;
  peerName: string | null;
  ratio: number | null;
  /** The lowest and the highest of the rounds of which `ours` and `peer` are the middle. */
  oursRange?: Range | undefined;
  peerRange?: Range | undefined;
};

export type Range = readonly [number, number];
/** `quick`: fewer rounds and smaller numbers, to see that it runs. */
export type RunOptions = { quick: boolean };
export type Benchmark = { name: string; about: string; run: (options: RunOptions) => Promise<Result[]> };

/** The middle one of several figures. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The figure below which this share of all lie. */
export function percentile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A result beside a peer. `better` says which direction is good. */
export function compare(
  benchmark: string,
  measure: string,
  better: "more" | "less",
  oursOf: number | readonly number[],
  peer: { name: string; figure: number | readonly number[] },
): Result {
  const ours = middle(oursOf);
  const theirs = middle(peer.figure);
  const ranges = { oursRange: rangeOf(oursOf), peerRange: rangeOf(peer.figure) };
  // a peer that is not installed has no figures
  if (Number.isNaN(theirs)) return { ...alone(benchmark, measure, oursOf), ...ranges };
  const ratio = better === "more" ? ours / theirs : theirs / ours;
  return { benchmark, measure, ours, peer: theirs, peerName: peer.name, ratio, ...ranges };
}

const middle = (figures: number | readonly number[]) => (typeof figures === "number" ? figures : median(figures));
const rangeOf = (figures: number | readonly number[]): Range | undefined =>
  typeof figures === "number" || figures.length < 2 ? undefined : [Math.min(...figures), Math.max(...figures)];

/** A result that stands alone. */
export const alone = (benchmark: string, measure: string, ours: number | readonly number[]): Result => ({
  benchmark,
  measure,
  ours: middle(ours),
  peer: null,
  peerName: null,
  ratio: null,
  oursRange: rangeOf(ours),
});

const figure = (value: number | null) =>
  value === null ? "" : Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

const withRange = (value: number | null, range: Range | undefined) =>
  range ? `${figure(value)} [${figure(range[0])}..${figure(range[1])}]` : figure(value);

const told = (goal: ReturnType<typeof goalOf>) => (goal ? `${goal.words}${goal.reached ? "" : ", not reached"}` : "");

/** The results as a table of text. */
export function table(results: readonly Result[]): string {
  const head = ["benchmark", "measure", "ours", "peer", "peer's name", "ratio", "goal"];
  const rows = results.map((one) => [
    one.benchmark,
    one.measure,
    withRange(one.ours, one.oursRange),
    withRange(one.peer, one.peerRange),
    one.peerName ?? "",
    one.ratio === null ? "" : one.ratio.toFixed(2),
    told(goalOf(one)),
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
