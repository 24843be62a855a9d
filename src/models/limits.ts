// Limits: how often something may happen in a window of time, kept in PostgreSQL so that every process counts together.
import { isIPv6 } from "node:net";
import { sql } from "kysely";
import type { GlobalDb } from "../db/schema.ts";
import { LimitReached, Unavailable } from "./errors.ts";

/** A limit of rules.md §5: at most `max` hits of one key in `seconds`. */
export type Limit = { name: string; max: number; seconds: number };

export const limits = {
  passwordByAccount: { name: "password-account", max: 5, seconds: 300 },
  passwordByAddress: { name: "password-address", max: 10, seconds: 60 },
  mailByContact: { name: "mail-contact", max: 3, seconds: 900 },
  mailByAddress: { name: "mail-address", max: 20, seconds: 3600 },
  mailByAgency: { name: "mail-agency", max: 300, seconds: 3600 },
  linkViews: { name: "link-view", max: 60, seconds: 60 },
  linkUses: { name: "link-use", max: 20, seconds: 60 },
  invitesFirstWeek: { name: "invites", max: 200, seconds: 86400 },
  invites: { name: "invites", max: 5000, seconds: 86400 },
  brandImages: { name: "brand-image", max: 120, seconds: 3600 },
  signUpsByAddress: { name: "sign-up", max: 10, seconds: 3600 },
  domainAdds: { name: "domain-add", max: 60, seconds: 3600 },
  domainChecks: { name: "domain-check", max: 20, seconds: 300 },
  sendingDomains: { name: "sending-domain", max: 20, seconds: 3600 },
  teamMails: { name: "team-mail", max: 30, seconds: 3600 },
  testMails: { name: "test-mail", max: 10, seconds: 600 },
} as const satisfies Record<string, Limit>;

/** The name under which a key of a limit is kept. */
export const limitKey = ({ name }: Limit, key: string): string => `${name}:${key}`;

// Whatever is counted here guards something, and what cannot be counted is refused: never a way past, never our own fault on screen.
async function counting<T>(work: () => Promise<T>, isCounting: (error: unknown) => boolean = () => true): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isCounting(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Unavailable(`The limits cannot be counted: ${reason}`, { cause: error });
  }
}

// PostgreSQL names the function in which a statement failed. That it closed the connection there (57P01) is for the store to tell, which
// must not use it again.
const isOfHitLimits = (error: unknown) =>
  error instanceof Error &&
  "where" in error &&
  / hit_limits\(/.test(String(error.where)) &&
  !("code" in error && String(error.code).startsWith("57P"));

/** Runs a statement that counts by hit_limits and does more; throws Unavailable when it was the counting that failed. */
export const countingWithin = <T>(work: () => Promise<T>): Promise<T> => counting(work, isOfHitLimits);

/** What one hit left: whether it was within the limit, and in how many seconds the window ends. */
export type Hit = { allowed: boolean; left: number; retryAfter: number };

/**
 * Counts `by` hits of `key` and tells whether they fit; hits beyond the limit are not counted. One statement, so two at once cannot both
 * be the last. Throws Unavailable when it cannot be counted.
 */
export async function hitLimit(db: GlobalDb, limit: Limit, key: string, by = 1): Promise<Hit> {
  const counted = sql<{ hits: number; seconds: number; counted: boolean }>`
    with hit as (
      insert into limits as kept (key, hits, window_ends_at)
      select ${limitKey(limit, key)}, ${by}::int, now() + make_interval(secs => ${limit.seconds}) where ${by}::int <= ${limit.max}::int
      on conflict (key) do update set
        hits = case when kept.window_ends_at <= now() then excluded.hits else kept.hits + excluded.hits end,
        window_ends_at = case when kept.window_ends_at <= now() then excluded.window_ends_at else kept.window_ends_at end
      where kept.window_ends_at <= now() or kept.hits + excluded.hits <= ${limit.max}::int
      returning hits, window_ends_at
    )
    select hits, extract(epoch from window_ends_at - now())::int as seconds, true as counted from hit
    union all
    select hits, extract(epoch from window_ends_at - now())::int, false from limits
    where key = ${limitKey(limit, key)} and not exists (select from hit)`;
  const row = (await counting(() => counted.execute(db))).rows[0];
  if (!row) return { allowed: false, left: 0, retryAfter: limit.seconds };
  return { allowed: row.counted, left: Math.max(0, limit.max - row.hits), retryAfter: Math.max(1, row.seconds) };
}

/** As hitLimit, but throws LimitReached with `message` when the hit does not fit. */
export async function requireLimit(db: GlobalDb, limit: Limit, key: string, message: string, by = 1): Promise<void> {
  const hit = await hitLimit(db, limit, key, by);
  if (!hit.allowed) throw new LimitReached(message, hit.retryAfter);
}

/** Tells whether one more hit would fit, without counting it; for failures that are counted only once they have happened. Throws Unavailable. */
export async function peekLimit(db: GlobalDb, limit: Limit, key: string): Promise<Hit> {
  const kept = db
    .selectFrom("limits")
    .select(["hits", sql<number>`extract(epoch from window_ends_at - now())::int`.as("seconds")])
    .where("key", "=", limitKey(limit, key))
    .where("window_ends_at", ">", sql<Date>`now()`);
  const row = await counting(() => kept.executeTakeFirst());
  if (!row) return { allowed: true, left: limit.max, retryAfter: 0 };
  return {
    allowed: row.hits < limit.max,
    left: Math.max(0, limit.max - row.hits),
    retryAfter: Math.max(1, row.seconds),
  };
}

/** Forgets a key, such as the failed passwords of somebody who then got it right. */
export async function clearLimit(db: GlobalDb, limit: Limit, key: string): Promise<void> {
  await db.deleteFrom("limits").where("key", "=", limitKey(limit, key)).execute();
}

/** The key for a client's address: IPv6 by its /64, since one household holds all of it. */
export function addressKey(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  if (!isIPv6(bare)) return bare;
  const [head = "", tail = ""] = bare.split("::");
  const left = head ? head.split(":") : [];
  const right = bare.includes("::") && tail ? tail.split(":") : [];
  const all = bare.includes("::")
    ? [...left, ...Array.from({ length: 8 - left.length - right.length }, () => "0"), ...right]
    : left;
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group || "0", 16).toString(16))
    .join(":")}::/64`;
}

/** Takes one hit back: what was counted beforehand as a failure turned out well. */
export async function returnHit(db: GlobalDb, limit: Limit, key: string): Promise<void> {
  await db
    .updateTable("limits")
    .set({ hits: sql<number>`hits - 1` })
    .where("key", "=", limitKey(limit, key))
    .where("hits", ">", 0)
    .where("window_ends_at", ">", sql<Date>`now()`)
    .execute();
}
