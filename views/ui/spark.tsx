// A small line chart, drawn on the server; its words say what its line shows.

export type SparkProps = {
  /** One value a day, oldest first. */
  values: readonly number[];
  /** What is counted, as in "Joins". */
  what: string;
  /** The words under the first and the last value. */
  from: string;
  to: string;
};

const width = 300;
const height = 48;
const top = 5;
const base = 45;

const round = (value: number) => Number(value.toFixed(1));

/** The points of the line in a box of 300 by 48; nothing happening is a flat line at the base. */
export function sparkLine(values: readonly number[]): string {
  const most = Math.max(...values, 1);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const drawn = values.length === 1 ? [values[0] ?? 0, values[0] ?? 0] : values;
  const stride = values.length === 1 ? width : step;
  return drawn
    .map((value, at) => `${at === 0 ? "M" : "L"}${round(at * stride)} ${round(base - (value / most) * (base - top))}`)
    .join("");
}

/** The chart in one sentence: "Joins per day over the last 30 days: 63 in all, at most 6 in one day, 5 today". */
export function sparkWords(what: string, values: readonly number[]): string {
  const all = values.reduce((sum, value) => sum + value, 0);
  const span = `${what} per day over the last ${values.length} days`;
  if (all === 0) return `${span}: none`;
  return `${span}: ${all} in all, at most ${Math.max(...values)} in one day, ${values.at(-1) ?? 0} today`;
}

export function Spark({ values, what, from, to }: SparkProps) {
  const line = sparkLine(values);
  return (
    <>
      <svg
        class="spark"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={sparkWords(what, values)}
      >
        <path class="spark__area" d={`${line}L${width} ${height}L0 ${height}Z`} />
        <path class="spark__base" d={`M0 ${height}H${width}`} />
        <path class="spark__line" d={line} />
      </svg>
      <span class="spark__axis">
        <span>{from}</span>
        <span>{to}</span>
      </span>
    </>
  );
}
