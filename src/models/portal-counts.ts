// The figures of the Client portal page, summed from the ledger that triggers keep on contacts; nothing is counted here.
import { sql } from "kysely";
import type { AgencyReader } from "../db/schema.ts";

/** One UTC day, as `YYYY-MM-DD`, and how many contacts joined on it. */
export type JoinsOfDay = { day: string; joined: number };

/**
 * `invited` is everyone invited, joined or not; revoked contacts count in `revoked` and `all` alone. `joinedRate` is between 0 and 1,
 * undefined while nobody is invited. `joins` are the last 30 days, oldest first, of those who are in now, so that they never make
 * more than `joined`.
 */
export type PortalCounts = {
  notInvited: number;
  invited: number;
  joined: number;
  revoked: number;
  all: number;
  stillToJoin: number;
  joinedRate: number | undefined;
  joins: JoinsOfDay[];
  joinsIn30Days: number;
};

/** `days` and `joins` are lists with commas: an array of PostgreSQL's takes longer to read. */
type Row = { days: string; joins: string; not_invited: number; waiting: number; joined: number; revoked: number };

/** Every figure of an agency in one statement. */
export async function getPortalCounts(db: AgencyReader): Promise<PortalCounts> {
  const { rows } = await sql<Row>`
    with ledger as materialized (
      select day, sum(not_invited)::int as not_invited, sum(invited)::int as invited, sum(joined)::int as joined,
             sum(revoked)::int as revoked
      from portal_counts group by day
    ), totals as (
      select coalesce(sum(not_invited), 0)::int as not_invited, coalesce(sum(invited), 0)::int as waiting,
             coalesce(sum(joined), 0)::int as joined, coalesce(sum(revoked), 0)::int as revoked
      from ledger
    )
    select totals.*, month.*
    from totals cross join (
      select string_agg(days.day::date::text, ',' order by days.day) as days,
             string_agg(coalesce(ledger.joined, 0)::text, ',' order by days.day) as joins
      from generate_series(current_date - 29, current_date, interval '1 day') as days (day)
        left join ledger on ledger.day = days.day::date
    ) month`.execute(db);
  const [row] = rows;
  if (!row) throw new Error("An aggregate has one row.");
  return figures(row);
}

function figures({ days, joins: counts, not_invited, waiting, joined, revoked }: Row): PortalCounts {
  const invited = waiting + joined;
  const each = counts.split(",");
  const joins = days.split(",").map((day, i) => ({ day, joined: Number(each[i]) }));
  return {
    notInvited: not_invited,
    invited,
    joined,
    revoked,
    all: not_invited + invited + revoked,
    stillToJoin: waiting,
    joinedRate: invited > 0 ? joined / invited : undefined,
    joins,
    joinsIn30Days: joins.reduce((sum, day) => sum + day.joined, 0),
  };
}
