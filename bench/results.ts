// What a benchmark gives back: figures of ours beside a peer's from the same run.

/** `ratio` is ours by the peer's, in the direction in which 1 or more is at least as good as the peer. */
export type Result = {
  benchmark: string;
  measure: string;
  ours: number;
  peer: number | null;
  peerName: string | null;
  ratio: number | null;
};

export type Benchmark = { name: string; about: string; run: () => Promise<Result[]> };

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
  ours: number,
  peer: { name: string; figure: number },
): Result {
  const ratio = better === "more" ? ours / peer.figure : peer.figure / ours;
  return { benchmark, measure, ours, peer: peer.figure, peerName: peer.name, ratio };
}

/** A result that stands alone. */
export const alone = (benchmark: string, measure: string, ours: number): Result => ({
  benchmark,
  measure,
  ours,
  peer: null,
  peerName: null,
  ratio: null,
});

const figure = (value: number | null) =>
  value === null ? "" : Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

/** The results as a table of text. */
export function table(results: readonly Result[]): string {
  const head = ["benchmark", "measure", "ours", "peer", "peer's name", "ratio"];
  const rows = results.map((one) => [
    one.benchmark,
    one.measure,
    figure(one.ours),
    figure(one.peer),
    one.peerName ?? "",
    one.ratio === null ? "" : one.ratio.toFixed(2),
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
