// The figures of the Client portal page: invited, joined, their rate, and the joins of 30 days as a line.
import type { PortalCounts } from "../../src/models/portal-counts.ts";
import { momentText } from "../ui/moment.tsx";
import { Panel } from "../ui/panel.tsx";
import { remembered } from "../ui/remembered.tsx";
import { Stat, StatSpark, Stats, TrendUp } from "../ui/stats.tsx";

type DrawnProps = Pick<PortalCounts, "invited" | "joined" | "stillToJoin" | "joinedRate" | "joinsIn30Days"> & {
  values: readonly number[];
  from: string | undefined;
  to: string | undefined;
};

const nobody = "Nobody yet";

/** The share as people say it: one decimal, and never "100%" while somebody is missing. */
export function rateText(rate: number | undefined): string {
  if (rate === undefined) return "—";
  const percent = rate < 1 ? Math.min(Math.round(rate * 1000) / 10, 99.9) : 100;
  return `${percent.toFixed(Number.isInteger(percent) ? 0 : 1)}%`;
}

// The days are those of UTC, so their names are too.
const dayText = (day: string | undefined) =>
  momentText(new Date(`${day ?? "1970-01-01"}T00:00:00Z`), { precision: "day", now: new Date(0), zone: "UTC" }).replace(
    / \d{4}$/,
    "",
  );

function Joins({ values, from, to, joinsIn30Days }: DrawnProps) {
  const label = "Joins, last 30 days";
  if (joinsIn30Days === 0) return <JoinsToCome label={label} />;
  return <StatSpark label={label} what="Joins" values={values} from={dayText(from)} to={dayText(to)} />;
}

function JoinsToCome({ label }: { label: string }) {
  return (
    <div class="stat">
      <dt>{label}</dt>
      <dd class="sr-only">0</dd>
      <dd>The chart starts with your first join.</dd>
    </div>
  );
}

const Drawn = remembered((props: DrawnProps) => {
  const { invited, joined, stillToJoin, joinedRate, joinsIn30Days } = props;
  return (
    <Panel id="stats" label="Invited and joined" bare>
      <Stats>
        <Stat
          label="Invited"
          value={invited}
          note={invited === 0 ? nobody : stillToJoin === 0 ? "All have joined" : `${stillToJoin} still to join`}
        />
        <Stat
          label="Joined"
          value={joined}
          note={
            joined === 0 ? (
              nobody
            ) : joinsIn30Days === 0 ? (
              "None in 30 days"
            ) : (
              <>
                <TrendUp by={joinsIn30Days} /> in 30 days
              </>
            )
          }
        />
        <Stat label="Joined rate" value={rateText(joinedRate)} note={invited === 0 ? nobody : "of everyone invited"} />
        <Joins {...props} />
      </Stats>
    </Panel>
  );
});

export function StatsPart({ counts }: { counts: PortalCounts }) {
  const { invited, joined, stillToJoin, joinedRate, joins, joinsIn30Days } = counts;
  const values = joins.map((day) => day.joined);
  const [from, to] = [joins[0]?.day, joins.at(-1)?.day];
  return Drawn({ invited, joined, stillToJoin, joinedRate, joinsIn30Days, values, from, to });
}

/** In a reply: the figures as they are now, where a page shows them. */
export function StatsUpdate({ counts }: { counts: PortalCounts }) {
  return (
    <hx-partial hx-target="#stats" hx-swap="outerHTML">
      <StatsPart counts={counts} />
    </hx-partial>
  );
}
