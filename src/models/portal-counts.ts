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

/** What `ledgerColumns` yield; `joins` says of the days that had some how long ago and how many: "3 1,0 2" is one three days ago, two today. */
export type Ledger = {
  not_invited: number;
  waiting: number;
  joined: number;
  revoked: number;
  today: string;
  joins: string | null;
};

/** All that the figures are made of, for a query over `portal_counts`. The days are put together here, which is cheaper than there. */
export const ledgerColumns = sql`
  coalesce(sum(not_invited), 0)::int as not_invited, coalesce(sum(invited), 0)::int as waiting,
  coalesce(sum(joined), 0)::int as joined, coalesce(sum(revoked), 0)::int as revoked, current_date::text as today,
  string_agg((current_date - day)::text || ' ' || joined::text, ',') filter (where joined <> 0 and day > current_date - 30) as joins`;

/** Every figure of an agency in one statement. */
export async function getPortalCounts(db: AgencyReader): Promise<PortalCounts> {
  const { rows } = await sql<Ledger>`select ${ledgerColumns} from portal_counts`.execute(db);
  const [row] = rows;
  if (!row) throw new Error("An aggregate has one row.");
  return countsOf(row);
}

const DAYS = 30;
const DAY_MS = 86_400_000;
let month = { today: "", days: [] as string[] };

/** The last 30 days, oldest first: the same for everybody until midnight. */
function daysTo(today: string): readonly string[] {
  if (month.today !== today) {
    const ago = (days: number) => new Date(Date.parse(today) - days * DAY_MS).toISOString().slice(0, 10);
    month = { today, days: Array.from({ length: DAYS }, (_, i) => ago(DAYS - 1 - i)) };
  }
  return month.days;
}

/** The figures that a ledger's sums make. */
export function countsOf({ not_invited, waiting, joined, revoked, today, joins: joinsAgo }: Ledger): PortalCounts {
  const invited = waiting + joined;
  const joins = daysTo(today).map((day) => ({ day, joined: 0 }));
  for (const entry of joinsAgo?.split(",") ?? []) {
    const [ago = 0, more = 0] = entry.split(" ").map(Number);
    const day = joins[DAYS - 1 - ago];
    if (day) day.joined += more;
  }
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
