// The strip of figures.
import type { Child } from "hono/jsx";
import { Spark, type SparkProps } from "./spark.tsx";

export function Stats({ children }: { children: Child }) {
  return <dl class="stats">{children}</dl>;
}

/** One figure: what it counts, how many, and a quiet line that puts it in proportion. */
export function Stat({ label, value, note }: { label: string; value: string | number; note?: Child | undefined }) {
  return (
    <div class="stat">
      <dt>{label}</dt>
      <dd>{value}</dd>
      {note && <dd>{note}</dd>}
    </div>
  );
}

/** A rise, as in "+63". */
export function TrendUp({ by }: { by: number }) {
  return <span class="trend-up">{`+${by}`}</span>;
}

/** A figure told as a line over time; its sum is read out instead. */
export function StatSpark({ label, ...spark }: SparkProps & { label: string }) {
  return (
    <div class="stat">
      <dt>{label}</dt>
      <dd class="sr-only">{spark.values.reduce((sum, value) => sum + value, 0)}</dd>
      <dd>
        <Spark {...spark} />
      </dd>
    </div>
  );
}
